package fathom.ir;

/** How a reduction combines elements. */
public enum ReduceOp {
    SUM,
    PROD,
    /** The greatest; NaN if any is NaN. */
    MAX,
    /** The least; NaN if any is NaN. */
    MIN,
    /** Logical or of truth values. */
    ANY,
    /** Logical and of truth values. */
    ALL
}
