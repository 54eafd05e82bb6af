package fathom.distributed;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_INT_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_LONG_UNALIGNED;
import static java.lang.foreign.ValueLayout.JAVA_SHORT_UNALIGNED;

import fathom.DType;
import fathom.distributed.ProcessGroup.ReduceOp;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** The arithmetic of reductions, on memory of the host. */
final class Reduction {
    private Reduction() {}

    /**
     * Checks that elements of a type can be reduced.
     *
     * @throws IllegalArgumentException if they cannot
     */
    static void check(String method, DType dtype, ReduceOp op) {
        boolean fits =
                switch (dtype) {
                    case FLOAT32, FLOAT64, BFLOAT16 -> true;
                    case INT64, INT32, UINT8 -> op != ReduceOp.AVG;
                    case BOOL -> op == ReduceOp.MAX || op == ReduceOp.MIN;
                    default -> false;
                };
        if (!fits) {
            throw new IllegalArgumentException(
                    "%s: %s of %s is not supported; FLOAT32, FLOAT64 and BFLOAT16 have all operations, INT64, INT32 and UINT8 all but AVG, BOOL MAX and MIN"
                            .formatted(method, op, dtype));
        }
    }

    /**
     * Combines the elements of all processes, in the order of their ranks.
     *
     * @param parts the elements of each process
     * @param out receives the results; may be one of the parts
     */
    static void combine(ReduceOp op, DType dtype, List<MemorySegment> parts, MemorySegment out) {
        long n = out.byteSize() / dtype.size();
        switch (dtype) {
            case FLOAT32 -> {
                for (long i = 0; i < n; i++) {
                    out.set(JAVA_FLOAT_UNALIGNED, 4 * i, (float) combined(op, dtype, parts, i));
                }
            }
            case FLOAT64 -> {
                for (long i = 0; i < n; i++) {
                    out.set(JAVA_DOUBLE_UNALIGNED, 8 * i, combined(op, dtype, parts, i));
                }
            }
            case BFLOAT16 -> {
                for (long i = 0; i < n; i++) {
                    out.set(JAVA_SHORT_UNALIGNED, 2 * i, toBfloat16((float) combined(op, dtype, parts, i)));
                }
            }
            default -> {
                for (long i = 0; i < n; i++) {
                    long value = get(dtype, parts.getFirst(), i);
                    for (int p = 1; p < parts.size(); p++) {
                        value = combined(op, value, get(dtype, parts.get(p), i));
                    }
                    set(dtype, out, i, value);
                }
            }
        }
    }

    private static double combined(ReduceOp op, DType dtype, List<MemorySegment> parts, long i) {
        double value = number(dtype, parts.getFirst(), i);
        for (int p = 1; p < parts.size(); p++) {
            double next = number(dtype, parts.get(p), i);
            value =
                    switch (op) {
                        // as floating-point sums of the type are: rounded after each process
                        case SUM, AVG -> dtype == DType.FLOAT64 ? value + next : (float) (value + next);
                        case MAX -> Math.max(value, next);
                        case MIN -> Math.min(value, next);
                    };
        }
        return op == ReduceOp.AVG ? value / parts.size() : value;
    }

    private static double number(DType dtype, MemorySegment m, long i) {
        return switch (dtype) {
            case FLOAT32 -> m.get(JAVA_FLOAT_UNALIGNED, 4 * i);
            case FLOAT64 -> m.get(JAVA_DOUBLE_UNALIGNED, 8 * i);
            default -> fromBfloat16(m.get(JAVA_SHORT_UNALIGNED, 2 * i));
        };
    }

    private static long combined(ReduceOp op, long a, long b) {
        return switch (op) {
            case SUM, AVG -> a + b;
            case MAX -> Math.max(a, b);
            case MIN -> Math.min(a, b);
        };
    }

    private static long get(DType dtype, MemorySegment m, long i) {
        return switch (dtype) {
            case INT64 -> m.get(JAVA_LONG_UNALIGNED, 8 * i);
            case INT32 -> m.get(JAVA_INT_UNALIGNED, 4 * i);
            default -> m.get(JAVA_BYTE, i) & 0xFF;
        };
    }

    private static void set(DType dtype, MemorySegment m, long i, long value) {
        switch (dtype) {
            case INT64 -> m.set(JAVA_LONG_UNALIGNED, 8 * i, value);
            case INT32 -> m.set(JAVA_INT_UNALIGNED, 4 * i, (int) value);
            default -> m.set(JAVA_BYTE, i, (byte) value);
        }
    }

    /** Divides the sums of a mean. */
    static void divide(DType dtype, MemorySegment m, int by) {
        long n = m.byteSize() / dtype.size();
        if (dtype == DType.FLOAT32) {
            for (long i = 0; i < n; i++) {
                m.set(JAVA_FLOAT_UNALIGNED, 4 * i, m.get(JAVA_FLOAT_UNALIGNED, 4 * i) / by);
            }
        } else {
            for (long i = 0; i < n; i++) {
                m.set(JAVA_DOUBLE_UNALIGNED, 8 * i, m.get(JAVA_DOUBLE_UNALIGNED, 8 * i) / by);
            }
        }
    }

    static float fromBfloat16(short bits) {
        return Float.intBitsToFloat(bits << 16);
    }

    /** Rounds to the nearest, ties to even; NaN stays NaN. */
    static short toBfloat16(float value) {
        int bits = Float.floatToRawIntBits(value);
        if (Float.isNaN(value)) {
            return (short) (bits >>> 16 | 0x40);
        }
        return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }
}
