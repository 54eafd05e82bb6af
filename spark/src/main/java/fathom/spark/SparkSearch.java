package fathom.spark;

import fathom.train.search.Trial;
import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.apache.spark.api.java.JavaSparkContext;
import org.apache.spark.sql.SparkSession;

/** Trials of a search of hyper-parameters, each as a task on some executor. */
public final class SparkSearch {
    private SparkSearch() {}

    /** Trains with a trial's hyper-parameters, on an executor. */
    @FunctionalInterface
    public interface Scores extends Serializable {
        /** {@return the scores of a trial, by name} */
        Map<String, Double> of(Trial trial);
    }

    /**
     * {@return a function for {@code Search.evaluate} that tries on executors}
     *
     * {@snippet :
     * SearchResult result = Search.random(space, 20, 0)
     *         .parallel(8)                                        // trials under way
     *         .minimize("test loss")
     *         .evaluate(SparkSearch.on(spark, trial -> Map.of("test loss", train(trial))));
     * }
     */
    public static Function<Trial, Map<String, Double>> on(SparkSession spark, Scores scores) {
        JavaSparkContext context = new JavaSparkContext(spark.sparkContext());
        return trial -> Map.copyOf(context.parallelize(List.of(trial), 1).map(scores::of).collect().getFirst());
    }
}
