package fathom.cpu.codegen;

/** The operations that emitters generate code for. All follow Java's scalar semantics. */
enum Op {
    /** Element of input {@code bits >> 8}, whose memory type is the ordinal {@code bits & 255}; narrow ones as I32. */
    LOAD,
    /** The call's scalar number {@code bits}. */
    SCALAR,
    /** The double or integer in {@code bits}. */
    CONST,
    ADD,
    SUB,
    MUL,
    DIV,
    REM,
    NEG,
    ABS,
    SQRT,
    FMA,
    AND,
    OR,
    XOR,
    NOT,
    SHL,
    SHR,
    USHR,
    EQ,
    NE,
    LT,
    LE,
    GT,
    GE,
    /** {@code args[0] ? args[1] : args[2]}. */
    SELECT,
    /**
     * As SELECT, but {@code args[1]} is rare and scalar only: vector code computes {@code args[2]}, and processes the
     * whole vector in scalar code if the condition holds in any lane.
     */
    GUARD,
    /** Java's cast between numeric lanes. */
    CONVERT,
    /** The same bits in the lane of the same width. */
    BITCAST,
    /**
     * A function of {@link Special} or {@link Math} of doubles; scalar code only. {@code bits} is its index in the
     * graph.
     */
    CALL;

    boolean isComparison() {
        return compareTo(EQ) >= 0 && compareTo(GE) <= 0;
    }
}
