package fathom.ir;

/** Scalar functions of two arguments of one type. All keep that type unless said otherwise. */
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
    /** The greater; NaN if either is NaN. */
    MAX,
    /** The lesser; NaN if either is NaN. */
    MIN,
    ATAN2,
    HYPOT,
    COPYSIGN,
    /** Bitwise on integers, logical on truth values. */
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

    /** {@return whether the result is a truth value whatever the arguments} */
    public boolean yieldsBool() {
        return compareTo(EQ) >= 0;
    }
}
