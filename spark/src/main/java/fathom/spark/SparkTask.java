package fathom.spark;

import fathom.data.TensorDataset;
import fathom.distributed.ProcessGroup;
import java.util.Iterator;
import java.util.function.Consumer;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.types.StructType;

/**
 * One task of a job that {@link SparkDistributor} runs.
 *
 * @param group the tasks of the job; it is closed afterwards
 * @param schema of the rows
 * @param rows the rows of this task's partition
 */
public record SparkTask(ProcessGroup group, StructType schema, Iterator<Row> rows) {
    /**
     * {@return the rows of this task, in its memory; they can be read once}
     *
     * @throws IllegalArgumentException if a column is missing or of a type that is no number, or there are no rows
     */
    public TensorDataset dataset(Consumer<RowOptions> options) {
        return SparkDataset.of(schema, rows, options);
    }
}
