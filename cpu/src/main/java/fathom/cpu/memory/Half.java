package fathom.cpu.memory;

import fathom.DType;
import fathom.cpu.parallel.Parallel;
import fathom.primitive.Layouts;
import fathom.primitive.Operand;
import java.lang.foreign.Arena;

/** Conversion of bfloat16 and float16 operands to float32 and back: kernels compute in float32 and round once. */
public final class Half {
    private static final long CHUNK = 16 * 1024;

    private Half() {}

    /** {@return whether operands of both types may be mixed: the same type, or float32 beside a 16-bit type} */
    public static boolean mayMeet(DType type, DType other) {
        return other == type || other == DType.FLOAT32 && (type == DType.BFLOAT16 || type == DType.FLOAT16);
    }

    /** {@return a row-major float32 copy; the operand itself if it is float32} */
    public static Operand widen(Operand from, Arena arena) {
        return from.dtype() == DType.FLOAT32 ? from : widen(from, Layouts.contiguous(from.shape()), arena);
    }

    /** {@return a float32 copy with the given strides, which must be dense} */
    public static Operand widen(Operand from, long[] strides, Arena arena) {
        var to = allocate(from.shape(), strides, arena);
        boolean isBfloat16 = from.dtype() == DType.BFLOAT16;
        each(
                from,
                to,
                (source, target) -> {
                    short bits = Memory.getShort(source);
                    Memory.setFloat(target, isBfloat16 ? Float.intBitsToFloat(bits << 16) : Float.float16ToFloat(bits));
                });
        return to;
    }

    /** {@return a float32 operand for a result: the same shape, and the same strides if they are dense} */
    public static Operand allocateLike(Operand out, Arena arena) {
        return allocate(out.shape(), dense(out) ? out.strides() : Layouts.contiguous(out.shape()), arena);
    }

    /** Copies a float32 operand to another, rounded to its type. */
    public static void store(Operand from, Operand to) {
        if (to.dtype() == DType.FLOAT32) {
            each(from, to, (source, target) -> Memory.setFloat(target, Memory.getFloat(source)));
        } else {
            narrow(from, to);
        }
    }

    /** Rounds a float32 operand to one of a 16-bit type. */
    public static void narrow(Operand from, Operand to) {
        boolean isBfloat16 = to.dtype() == DType.BFLOAT16;
        each(
                from,
                to,
                (source, target) -> {
                    float value = Memory.getFloat(source);
                    Memory.setShort(target, isBfloat16 ? toBfloat16(value) : Float.floatToFloat16(value));
                });
    }

    /** {@return the nearest bfloat16, ties to even} */
    public static short toBfloat16(float value) {
        if (Float.isNaN(value)) {
            return (short) 0x7FC0;
        }
        int bits = Float.floatToRawIntBits(value);
        return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
    }

    private static Operand allocate(long[] shape, long[] strides, Arena arena) {
        long numel = 1;
        for (long extent : shape) {
            numel *= extent;
        }
        long address = arena.allocate(Math.max(4, numel * 4), 64).address();
        return new Operand(DType.FLOAT32, address, shape, strides);
    }

    private static boolean dense(Operand operand) {
        long last = 0;
        for (int d = 0; d < operand.rank(); d++) {
            if (operand.strides()[d] < 0) {
                return false;
            }
            last += (operand.shape()[d] - 1) * operand.strides()[d];
        }
        return last + 1 == operand.numel();
    }

    private interface Step {
        void apply(long source, long target);
    }

    /** Visits the elements of two operands of one shape in row-major order, in parallel. */
    private static void each(Operand from, Operand to, Step step) {
        int rank = from.rank();
        long inner = rank == 0 ? 1 : from.shape()[rank - 1];
        if (from.numel() == 0) {
            return;
        }
        long rows = from.numel() / inner;
        long fromStep = rank == 0 ? 0 : from.strides()[rank - 1] * from.dtype().size();
        long toStep = rank == 0 ? 0 : to.strides()[rank - 1] * to.dtype().size();
        Parallel.forRange(
                rows,
                Math.max(1, CHUNK / inner),
                (first, last) -> {
                    for (long row = first; row < last; row++) {
                        long source = from.address() + offset(from, row) * from.dtype().size();
                        long target = to.address() + offset(to, row) * to.dtype().size();
                        for (long x = 0; x < inner; x++) {
                            step.apply(source + x * fromStep, target + x * toStep);
                        }
                    }
                });
    }

    /** {@return the offset of a row in elements; rows are numbered over all dimensions but the last} */
    private static long offset(Operand operand, long row) {
        long offset = 0;
        for (int d = operand.rank() - 2; d >= 0; d--) {
            offset += row % operand.shape()[d] * operand.strides()[d];
            row /= operand.shape()[d];
        }
        return offset;
    }
}
