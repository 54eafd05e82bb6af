package fathom.ir;

/** Scalar functions of one argument. The result has the argument's type unless stated otherwise. */
public enum UnaryOp {
    NEG,
    ABS,
    /** -1, 0 or 1; NaN for NaN. */
    SIGN,
    FLOOR,
    CEIL,
    /** Rounding to the nearest integer, ties to even. */
    ROUND,
    TRUNC,
    SQRT,
    RSQRT,
    RECIPROCAL,
    EXP,
    EXPM1,
    LOG,
    LOG2,
    LOG10,
    LOG1P,
    SIN,
    COS,
    TAN,
    ASIN,
    ACOS,
    ATAN,
    SINH,
    COSH,
    TANH,
    ASINH,
    ACOSH,
    ATANH,
    SIGMOID,
    /** log(1 + e^x), whose derivative is the sigmoid. */
    SOFTPLUS,
    ERF,
    ERFC,
    ERFINV,
    LGAMMA,
    DIGAMMA,
    /** The derivative of digamma. */
    TRIGAMMA,
    /** The modified Bessel function of the first kind, of order 0. */
    I0,
    /** The modified Bessel function of the first kind, of order 1: the derivative of I0. */
    I1,
    /** exp(x^2) erfc(x). */
    ERFCX,
    /** Bitwise complement of integers; logical negation of booleans. */
    NOT,
    /** Whether the argument is NaN, as a boolean. */
    IS_NAN;

    /** {@return whether the result is boolean whatever the argument} */
    public boolean yieldsBool() {
        return this == IS_NAN;
    }
}
