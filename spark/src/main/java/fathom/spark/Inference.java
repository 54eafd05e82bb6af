package fathom.spark;

import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Predictor;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.function.Consumer;
import org.apache.spark.api.java.function.MapPartitionsFunction;
import org.apache.spark.broadcast.Broadcast;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Encoders;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.apache.spark.sql.api.java.UDF1;
import org.apache.spark.sql.expressions.UserDefinedFunction;
import org.apache.spark.sql.functions;
import org.apache.spark.sql.types.DataTypes;
import org.apache.spark.sql.types.StructType;
import scala.collection.Seq;
import scala.reflect.ClassTag$;

/** A trained model on the rows of a data frame, where they are. */
public final class Inference {
    private Inference() {}

    /**
     * {@return the data frame with a column of the model's outputs: an array of floats, or the index of the largest}
     *
     * {@snippet :
     * Inference.predict(frame, model, o -> o.features("a", "b").classes(true).output("class")).write().parquet(path);
     * }
     *
     * @param model takes {@code [rows, features]} and returns {@code [rows, ...]}
     * @throws IllegalArgumentException if a column is missing or of a type that is no number, or the new one is there
     */
    public static Dataset<Row> predict(Dataset<Row> frame, SparkModel model, Consumer<InferenceOptions> options) {
        var o = new InferenceOptions();
        options.accept(o);
        StructType schema = frame.schema();
        if (List.of(schema.names()).contains(o.output())) {
            throw new IllegalArgumentException(
                    "predict: the data frame has a column %s already; name another by o.output(...)"
                            .formatted(o.output()));
        }
        RowReader reader = RowReader.of(schema, o, false);
        StructType with =
                schema.add(
                        o.output(),
                        o.classes() ? DataTypes.LongType : DataTypes.createArrayType(DataTypes.FloatType, false),
                        false);
        Broadcast<SparkModel> sent =
                frame.sparkSession().sparkContext().broadcast(model, ClassTag$.MODULE$.apply(SparkModel.class));
        MapPartitionsFunction<Row, Row> map = rows -> new Predicted(rows, reader, sent.value().predictor(), o);
        return frame.mapPartitions(map, Encoders.row(with));
    }

    /**
     * {@return a function of an array of numbers, the features of one row, whose value is the array of the model's
     * outputs} Row by row, it is slower than {@link #predict}, and of use within expressions and SQL:
     *
     * {@snippet :
     * spark.udf().register("score", Inference.udf(model));
     * spark.sql("SELECT name, score(array(a, b))[0] AS score FROM people ORDER BY score DESC");
     * }
     */
    public static UserDefinedFunction udf(SparkModel model) {
        UDF1<Seq<Object>, float[]> score =
                row -> {
                    if (row == null) {
                        throw new IllegalArgumentException("udf: the array of features is null");
                    }
                    var values = new float[row.size()];
                    for (int i = 0; i < values.length; i++) {
                        if (!(row.apply(i) instanceof Number n)) {
                            throw new IllegalArgumentException(
                                    String.format(Locale.ROOT, "udf: feature %d is %s, not a number", i, row.apply(i)));
                        }
                        values[i] = n.floatValue();
                    }
                    try (var _ = Scope.open()) {
                        Tensor y = model.predictor().predict(Tensors.tensor(values).reshape(1, values.length));
                        return y.reshape(-1).toFloat().toFloatArray();
                    }
                };
        return functions.udf(score, DataTypes.createArrayType(DataTypes.FloatType, false));
    }

    /** The rows of a partition with the outputs appended, computed a batch at a time. */
    private static final class Predicted implements Iterator<Row> {
        private final Iterator<Row> rows;
        private final RowReader reader;
        private final Predictor predictor;
        private final InferenceOptions options;
        private final List<Row> batch = new ArrayList<>();
        private Object[] outputs = {};
        private int at;

        Predicted(Iterator<Row> rows, RowReader reader, Predictor predictor, InferenceOptions options) {
            this.rows = rows;
            this.reader = reader;
            this.predictor = predictor;
            this.options = options;
        }

        @Override
        public boolean hasNext() {
            return at < batch.size() || rows.hasNext();
        }

        @Override
        public Row next() {
            if (!hasNext()) {
                throw new NoSuchElementException("the partition has no further rows");
            }
            if (at == batch.size()) {
                fill();
            }
            Row row = batch.get(at);
            var values = new Object[row.size() + 1];
            for (int i = 0; i < row.size(); i++) {
                values[i] = row.get(i);
            }
            values[row.size()] = outputs[at++];
            return RowFactory.create(values);
        }

        private void fill() {
            batch.clear();
            at = 0;
            while (batch.size() < options.batchSize() && rows.hasNext()) {
                batch.add(rows.next());
            }
            int n = batch.size();
            try (var _ = Scope.open()) {
                Tensor y = predictor.predict(reader.features(batch));
                if (y.dim() == 0 || y.size(0) != n) {
                    throw new IllegalArgumentException(
                            String.format(
                                    Locale.ROOT,
                                    "predict: for %d rows the model returned %s, not a result for each",
                                    n,
                                    y.shape()));
                }
                Tensor flat = y.reshape(n, -1);
                outputs = new Object[n];
                if (options.classes()) {
                    long[] largest = flat.argmax(1).toLongArray();
                    for (int i = 0; i < n; i++) {
                        outputs[i] = largest[i];
                    }
                    return;
                }
                float[] all = flat.toFloat().reshape(-1).toFloatArray();
                int width = all.length / n;
                for (int i = 0; i < n; i++) {
                    var one = new Float[width];
                    for (int k = 0; k < width; k++) {
                        one[k] = all[i * width + k];
                    }
                    outputs[i] = one;
                }
            }
        }
    }
}
