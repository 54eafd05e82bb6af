package fathom.ir;

/** The combining operations of reductions. */
public enum ReduceOp {
    SUM,
    PROD,
    /** The maximum; NaN if any is NaN. */
    MAX,
    /** The minimum; NaN if any is NaN. */
    MIN,
    /** Logical or. */
    ANY,
    /** Logical and. */
    ALL
}
