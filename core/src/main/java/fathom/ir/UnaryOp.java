package fathom.ir;

/** Scalar functions of one argument. All keep the type of their argument unless said otherwise. */
public enum UnaryOp {
    NEG,
    ABS,
    /** -1, 0 or 1; NaN stays NaN. */
    SIGN,
    FLOOR,
    CEIL,
    /** To the nearest integer, halves to even. */
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
    /** log(1 + e^x), whose derivative is the logistic function. */
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
    /** Bitwise complement of integers; negation of truth values. */
    NOT,
    /** Truth value: is it NaN? */
    IS_NAN;

    /** {@return whether the result is a truth value whatever the argument} */
    public boolean yieldsBool() {
        return this == IS_NAN;
    }
}
