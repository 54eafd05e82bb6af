package fathom.cpu.memory;

import fathom.DType;
import fathom.cpu.parallel.Parallel;
import fathom.primitive.Layouts;
import fathom.primitive.Operand;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** Conversion of bfloat16 and float16 operands to float32 and back: kernels compute in float32 and round once. */
public final class Half {
    private static final long CHUNK = 16 * 1024;

    /** Elements that are converted at a time: in Java arrays, whose loops the compiler turns into vector code. */
    private static final int BLOCK = 2048;

    /** Shorter runs are converted element by element. */
    private static final long MIN_RUN = 32;

    private Half() {}

    /** {@return whether operands of both types may be mixed: the same type, or float32 beside a 16-bit type} */
    public static boolean mayMeet(DType type, DType other) {
        return other == type || other == DType.FLOAT32 && (type == DType.BFLOAT16 || type == DType.FLOAT16);
    }

    /** {@return a row-major float32 copy; the operand itself if it is float32} */
    public static Operand widen(Operand from, Arena arena) {
        return from.dtype() == DType.FLOAT32 ? from : widen(from, Layouts.contiguous(from.shape()), arena);
    }

    /** {@return a float32 copy in the order of the operand's memory if that is dense, else row-major} */
    public static Operand widenInOrder(Operand from, Arena arena) {
        return from.dtype() == DType.FLOAT32 || !dense(from) ? widen(from, arena) : widen(from, from.strides(), arena);
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
                },
                (source, target, n) -> {
                    var bits = new short[(int) Math.min(n, BLOCK)];
                    var values = new float[bits.length];
                    for (long i = 0; i < n; i += bits.length) {
                        int count = (int) Math.min(bits.length, n - i);
                        MemorySegment.copy(Memory.ALL, Memory.SHORT, source + 2 * i, bits, 0, count);
                        widen(bits, values, isBfloat16);
                        MemorySegment.copy(values, 0, Memory.ALL, Memory.FLOAT, target + 4 * i, count);
                    }
                });
        return to;
    }

    private static void widen(short[] bits, float[] values, boolean isBfloat16) {
        if (isBfloat16) {
            for (int i = 0; i < bits.length; i++) {
                values[i] = Float.intBitsToFloat(bits[i] << 16);
            }
        } else {
            for (int i = 0; i < bits.length; i++) {
                values[i] = Float.float16ToFloat(bits[i]);
            }
        }
    }

    /** {@return a float32 operand for a result: the same shape, and the same strides if they are dense} */
    public static Operand allocateLike(Operand out, Arena arena) {
        return allocate(out.shape(), dense(out) ? out.strides() : Layouts.contiguous(out.shape()), arena);
    }

    /** Copies a float32 operand to another, rounded to its type. */
    public static void store(Operand from, Operand to) {
        if (to.dtype() == DType.FLOAT32) {
            each(
                    from,
                    to,
                    (source, target) -> Memory.setFloat(target, Memory.getFloat(source)),
                    (source, target, n) -> MemorySegment.copy(Memory.ALL, source, Memory.ALL, target, 4 * n));
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
                },
                (source, target, n) -> {
                    var values = new float[(int) Math.min(n, BLOCK)];
                    var bits = new short[values.length];
                    for (long i = 0; i < n; i += bits.length) {
                        int count = (int) Math.min(bits.length, n - i);
                        MemorySegment.copy(Memory.ALL, Memory.FLOAT, source + 4 * i, values, 0, count);
                        narrow(values, bits, isBfloat16);
                        MemorySegment.copy(bits, 0, Memory.ALL, Memory.SHORT, target + 2 * i, count);
                    }
                });
    }

    private static void narrow(float[] values, short[] bits, boolean isBfloat16) {
        if (isBfloat16) {
            for (int i = 0; i < bits.length; i++) {
                bits[i] = toBfloat16(values[i]);
            }
        } else {
            for (int i = 0; i < bits.length; i++) {
                bits[i] = Float.floatToFloat16(values[i]);
            }
        }
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

    /** The work on elements that are contiguous in both operands. */
    private interface Run {
        void apply(long source, long target, long n);
    }

    /** Visits the elements of two operands of one shape, in parallel, by runs where they are contiguous. */
    private static void each(Operand given, Operand into, Step step, Run run) {
        if (given.numel() == 0) {
            return;
        }
        boolean flat = Arrays.equals(given.strides(), into.strides()) && dense(given);
        Operand from = flat ? flat(given) : given;
        Operand to = flat ? flat(into) : into;
        int rank = from.rank();
        long inner = rank == 0 ? 1 : from.shape()[rank - 1];
        long fromStep = rank == 0 ? 0 : from.strides()[rank - 1] * from.dtype().size();
        long toStep = rank == 0 ? 0 : to.strides()[rank - 1] * to.dtype().size();
        if (flat) {
            Parallel.forRange(
                    inner,
                    CHUNK,
                    (first, last) ->
                            run.apply(from.address() + first * fromStep, to.address() + first * toStep, last - first));
            return;
        }
        boolean hasRuns = fromStep == from.dtype().size() && toStep == to.dtype().size() && inner >= MIN_RUN;
        Parallel.forRange(
                from.numel() / inner,
                Math.max(1, CHUNK / inner),
                (first, last) -> {
                    for (long row = first; row < last; row++) {
                        long source = from.address() + offset(from, row) * from.dtype().size();
                        long target = to.address() + offset(to, row) * to.dtype().size();
                        if (hasRuns) {
                            run.apply(source, target, inner);
                            continue;
                        }
                        for (long x = 0; x < inner; x++) {
                            step.apply(source + x * fromStep, target + x * toStep);
                        }
                    }
                });
    }

    private static Operand flat(Operand o) {
        return new Operand(o.dtype(), o.address(), new long[] {o.numel()}, new long[] {1});
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
