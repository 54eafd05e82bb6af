package fathom.train.metric;

/** How a metric of single classes becomes one number. */
public enum Average {
    /** The metric of the positive class of two. */
    BINARY,
    /** The mean over the classes, each with the same weight. */
    MACRO,
    /** From the counts of all classes together: large classes prevail. */
    MICRO,
    /** The mean over the classes, weighted by their numbers of examples. */
    WEIGHTED
}
