package fathom.ir;

/** Scalar functions of two arguments of one type. The result has that type unless stated otherwise. */
public enum BinaryOp {
    ADD,
    SUB,
    MUL,
    /** True quotient of floats; for integers the quotient truncated towards zero. */
    DIV,
    /** Python's {@code //}: the quotient rounded down. */
    FLOOR_DIV,
    /** Python's {@code %}: the remainder with the divisor's sign. */
    REMAINDER,
    /** C's {@code fmod}: the remainder with the dividend's sign. */
    FMOD,
    POW,
    /** The maximum; NaN if either is NaN. */
    MAX,
    /** The minimum; NaN if either is NaN. */
    MIN,
    ATAN2,
    HYPOT,
    COPYSIGN,
    /** Bitwise on integers, logical on booleans. */
    AND,
    OR,
    XOR,
    SHIFT_LEFT,
    SHIFT_RIGHT,
    EQ,
    NE,
    LT,
    LE,
    GT,
    GE;

    /** {@return whether the result is boolean whatever the arguments} */
    public boolean yieldsBool() {
        return compareTo(EQ) >= 0;
    }
}
