package fathom.options;

/** What becomes of the losses of single elements. */
public enum Reduction {
    /** Their average. */
    MEAN,
    /** Their sum. */
    SUM,
    /** Nothing: one loss per element. */
    NONE,
    /** Their sum divided by the number of examples (dimension 0). */
    BATCH_MEAN
}
