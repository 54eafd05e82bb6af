package fathom.spark;

import fathom.Tensors;
import fathom.data.Example;
import fathom.data.IterableDataset;
import fathom.data.TensorDataset;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.Consumer;
import org.apache.spark.sql.Dataset;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * The rows of a data frame as examples: features, float32 {@code [features]}, and a target, int64 {@code []} for
 * classes or float32 {@code [1]} for numbers.
 *
 * {@snippet :
 * IterableDataset rows = SparkDataset.stream(frame, o -> o.features("age", "income").target("bought"));
 * for (Batch b : DataLoader.of(rows, 256)) {
 *     train(b.x(), b.y());
 * }
 * }
 */
public final class SparkDataset {
    private SparkDataset() {}

    /**
     * {@return the rows as a stream, which come to this JVM partition by partition: of a data frame that is larger than
     * its memory} The data frame is computed anew in each epoch unless it is cached. Its order is the same in each
     * epoch only if the data frame's is: sort, or cache.
     *
     * @throws IllegalArgumentException if a column is missing or of a type that is no number
     */
    public static IterableDataset stream(Dataset<Row> frame, Consumer<RowOptions> options) {
        RowReader reader = reader(frame.schema(), options);
        return IterableDataset.of(
                frame.count(),
                epoch -> {
                    Iterator<Row> rows = frame.toLocalIterator();
                    return new Iterator<>() {
                        @Override
                        public boolean hasNext() {
                            return rows.hasNext();
                        }

                        @Override
                        public Example next() {
                            Row row = rows.next();
                            return Example.of(Tensors.tensor(reader.features(row)), reader.target(row));
                        }
                    };
                });
    }

    /**
     * {@return all rows, in the memory of this JVM}
     *
     * @throws IllegalArgumentException if a column is missing or of a type that is no number, or there are no rows
     */
    public static TensorDataset collect(Dataset<Row> frame, Consumer<RowOptions> options) {
        return of(frame.schema(), frame.collectAsList().iterator(), options);
    }

    /**
     * {@return rows in the memory of this JVM: those of a partition, in a task}
     *
     * @throws IllegalArgumentException if a column is missing or of a type that is no number, or there are no rows
     */
    public static TensorDataset of(StructType schema, Iterator<Row> rows, Consumer<RowOptions> options) {
        RowReader reader = reader(schema, options);
        List<Row> all = new ArrayList<>();
        rows.forEachRemaining(all::add);
        if (all.isEmpty()) {
            throw new IllegalArgumentException("there are no rows: the partition or the data frame is empty");
        }
        return new TensorDataset(reader.features(all), reader.targets(all));
    }

    private static RowReader reader(StructType schema, Consumer<RowOptions> options) {
        var o = new RowOptions();
        options.accept(o);
        return RowReader.of(schema, o, true);
    }
}
