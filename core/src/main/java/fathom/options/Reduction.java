package fathom.options;

/** The reduction of the losses of single elements. */
public enum Reduction {
    /** Their mean. */
    MEAN,
    /** Their sum. */
    SUM,
    /** No reduction: one loss per element. */
    NONE,
    /** Their sum divided by the number of examples (dimension 0). */
    BATCH_MEAN
}
