package fathom.spark;

/** How {@link Inference} runs a model on a data frame. */
public final class InferenceOptions extends RowOptions {
    private static final long serialVersionUID = 1;

    private int batchSize = 256;
    private String output = "prediction";
    private boolean classes;

    /** Batches of 256 rows, and a column {@code prediction}. */
    public InferenceOptions() {}

    @Override
    public InferenceOptions features(String... columns) {
        super.features(columns);
        return this;
    }

    /** The number of rows that the model computes at a time. Default: 256. */
    public InferenceOptions batchSize(int rows) {
        if (rows < 1) {
            throw new IllegalArgumentException("batchSize: expected at least 1 row, got " + rows);
        }
        this.batchSize = rows;
        return this;
    }

    /** The name of the new column. Default: {@code prediction}. */
    public InferenceOptions output(String column) {
        this.output = column;
        return this;
    }

    /** Whether the new column has the index of the largest output, a class, instead of the outputs. Default: false. */
    public InferenceOptions classes(boolean largest) {
        this.classes = largest;
        return this;
    }

    int batchSize() {
        return batchSize;
    }

    String output() {
        return output;
    }

    boolean classes() {
        return classes;
    }
}
