package fathom;

/** Whether a reduced dimension is kept, with size 1. */
public enum KeepDim {
    /** Kept, so that the result broadcasts against the input. */
    KEEP_DIM,
    /** Removed. */
    DROP_DIM
}
