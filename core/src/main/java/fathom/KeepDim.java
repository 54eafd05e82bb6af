package fathom;

/** Whether a reduced dimension stays, with extent 1. */
public enum KeepDim {
    /** It stays, so that the result broadcasts against the input. */
    KEEP_DIM,
    /** It goes away. */
    DROP_DIM
}
