package fathom.spark;

import java.io.Serializable;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which columns of a data frame are features, and which is the target. */
public sealed class RowOptions implements Serializable permits InferenceOptions {
    private static final long serialVersionUID = 1;

    private List<String> features = List.of();
    private @Nullable String target;

    /** All columns but the target are features. */
    public RowOptions() {}

    /**
     * The columns of the features, in the order of a model's inputs: numbers and booleans, each one feature, and arrays
     * of numbers, whose length is the same in all rows. Default: all columns but the target.
     */
    public RowOptions features(String... columns) {
        this.features = List.of(columns);
        return this;
    }

    /** The column to predict: of a whole type for class indices, of a fractional type for numbers. Default: none. */
    public RowOptions target(String column) {
        this.target = column;
        return this;
    }

    List<String> features() {
        return features;
    }

    @Nullable String target() {
        return target;
    }
}
