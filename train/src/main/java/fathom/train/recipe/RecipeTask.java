package fathom.train.recipe;

import fathom.data.DataLoader;
import fathom.nn.Layer;
import fathom.nn.loss.Loss;
import fathom.optim.LRScheduler;
import fathom.optim.Optimizer;
import fathom.train.Evaluation;
import fathom.train.Run;
import fathom.train.Task;
import fathom.train.TrainerOptions;
import fathom.train.metric.Metric;
import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A recipe opened with options: network, data, and the presentation of results. Data is loaded on demand, so a task
 * that only predicts loads none.
 *
 * <p>{@link Recipes#train} calls {@link #network}, then {@link #train}, then {@link #test}: random numbers are drawn in
 * this order.
 */
public interface RecipeTask {
    /**
     * {@return a newly initialised network}
     *
     * @throws RecipeException if an option is invalid
     */
    Layer network();

    /**
     * {@return the training data}
     *
     * @throws RecipeException if an option is invalid
     */
    DataLoader train();

    /** {@return the data for evaluation after each epoch; null for none} */
    default @Nullable DataLoader test() {
        return null;
    }

    /**
     * {@return the data for evaluating a finished run; {@link #test} by default}
     *
     * @throws RecipeException if an option is invalid, or there is no such data
     */
    default DataLoader evaluation() {
        DataLoader test = test();
        if (test == null) {
            throw new RecipeException("there is no test data");
        }
        return test;
    }

    /** {@return the loss to minimise, if it depends on the data; null for the recipe's} */
    default @Nullable Loss loss() {
        return null;
    }

    /** {@return the metrics to report, if they depend on the data; null for the recipe's} */
    default @Nullable List<Metric> metrics() {
        return null;
    }

    /** {@return the names of the classes by label, if they depend on the data; null for the recipe's} */
    default @Nullable List<String> classes() {
        return null;
    }

    /** {@return the training data in words: {@code 6,000 images of Fashion-MNIST from the embedded sample}} */
    String data();

    /**
     * {@return the number of training examples of the full data set if {@link #train} returns a sample of it; else 0}
     *
     * <p>A sample is trained on for more epochs, unless the user sets their number, so that the number of updates is
     * the same.
     */
    default long wholeSize() {
        return 0;
    }

    /**
     * {@return the task to train; null, the default, for one with the recipe's loss and metrics}
     *
     * @param net the network that will be trained
     */
    default @Nullable Task<?> task(Layer net) {
        return null;
    }

    /**
     * {@return what creates the schedule of the learning rate, which is stepped after each update; null, the default,
     * for {@link HyperParameters#decay}}
     *
     * @param updates the number of updates of the whole training
     */
    default @Nullable Function<Optimizer, LRScheduler> schedule(long updates) {
        return null;
    }

    /**
     * Sets options of the trainer specific to this task, such as callbacks and notes.
     *
     * @param net the network that will be trained
     * @param show receives lines on the progress of the training
     */
    default void configure(TrainerOptions options, Layer net, Consumer<String> show) {}

    /** {@return the result of the training in a few lines; by default loss and metrics, then the throughput} */
    default List<String> report(Run run, Layer net) {
        return List.of(run.last().toString(), run.speed());
    }

    /** {@return the result of an evaluation in one line} */
    default String report(Evaluation evaluation) {
        return evaluation.toString();
    }

    /**
     * {@return what the network computes in use, for an export; null, the default, for its forward pass on a batch like
     * that of {@link Recipe#example}}
     *
     * @param net a trained network in evaluation mode
     */
    default @Nullable InferenceGraph inference(Layer net) {
        return null;
    }

    /**
     * {@return the network's predictions, in lines}
     *
     * @param net a trained network in evaluation mode
     * @throws RecipeException if an option is invalid, or there is nothing to predict
     * @throws IOException if an input cannot be read or a page cannot be written
     */
    List<String> predict(Layer net, PredictionOptions options) throws IOException;
}
