package fathom.data;

import java.util.Set;

/** Options for fitting a {@link TableEncoder}: {@code TableEncoder.fit(table, "price", o -> o.drop("id"))}. */
public final class EncoderOptions {
    /** The kinds of targets. */
    public enum Task {
        /** Decided by the column: text, booleans and at most ten different integers are classes. */
        AUTO,
        /** Classes. */
        CLASSIFICATION,
        /** Numbers. */
        REGRESSION
    }

    Task task = Task.AUTO;
    Set<String> dropped = Set.of();
    Set<String> categories = Set.of();
    int oneHot = 32;
    boolean standardizesTarget = true;

    EncoderOptions() {}

    /** Whether the target is a class or a number. Default: decided by the column. */
    public EncoderOptions task(Task task) {
        this.task = task;
        return this;
    }

    /** Columns that are no features. Default: none. */
    public EncoderOptions drop(String... columns) {
        this.dropped = Set.of(columns);
        return this;
    }

    /** Columns of numbers that name categories, such as codes. Default: none. */
    public EncoderOptions categories(String... columns) {
        this.categories = Set.of(columns);
        return this;
    }

    /**
     * The largest number of categories of a column that is one-hot encoded; columns with more are encoded as indices,
     * for an embedding. Default: 32.
     */
    public EncoderOptions oneHot(int most) {
        this.oneHot = most;
        return this;
    }

    /** Whether a numeric target is standardised, as features are. Default: yes. */
    public EncoderOptions standardizeTarget(boolean standardize) {
        this.standardizesTarget = standardize;
        return this;
    }
}
