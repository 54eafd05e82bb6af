package fathom.testkit;

import fathom.DType;
import fathom.primitive.Operand;
import fathom.primitive.Spec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** Creates and fills operands in every memory layout, for tests that call backends without tensors. */
public final class Operands {
    /** The value of all bytes around and between the elements of operands, to detect writes outside of them. */
    static final byte GUARD = 0x5A;

    private static final int MARGIN = 64;

    private Operands() {}

    /** Memory layouts of operands. */
    public enum Layout {
        /** Row-major without gaps. */
        CONTIGUOUS,
        /** Column-major without gaps. */
        TRANSPOSED,
        /** The second dimension innermost, as convolutions prefer; row-major below rank 3. */
        CHANNELS_LAST,
        /** Row-major with gaps after every element and row. */
        GAPPED,
        /** Row-major, with negative strides. */
        BACKWARDS,
        /** The first dimension expanded, with stride 0. For inputs only. */
        EXPANDED,
        /** Rows of a wider matrix: the last dimension dense, the others with larger strides. */
        ROWS
    }

    /** Distributions of the elements. */
    public enum Values {
        /** Small numbers around zero, also for integers and bool. */
        ORDINARY,
        /** Positive numbers from 0.5 to 2; integers from 1 to 4. */
        POSITIVE,
        /** Small integers, with many ties. */
        WHOLE,
        /** Ordinary numbers mixed with NaN, infinities, zeros of both signs, denormals and the largest numbers. */
        EXTREME
    }

    /** {@return an operand with random elements} */
    public static Operand random(
            Arena arena, DType type, long[] shape, Layout layout, Values values, RandomGenerator random) {
        Operand o = allocate(arena, type, shape, strides(shape, layout));
        Walk.over(shape, (at, index) -> draw(o, at[0], values, random), o.strides());
        return o;
    }

    /** {@return an int64 operand with numbers from 0 to {@code bound} (exclusive)} */
    public static Operand indices(Arena arena, long[] shape, Layout layout, long bound, RandomGenerator random) {
        Operand o = allocate(arena, DType.INT64, shape, strides(shape, layout));
        Walk.over(shape, (at, index) -> Cells.set(o, at[0], random.nextLong(bound)), o.strides());
        return o;
    }

    /** {@return an operand with these numbers in row-major order} */
    public static Operand of(Arena arena, DType type, long[] shape, double... values) {
        Operand o = allocate(arena, type, shape, strides(shape, Layout.CONTIGUOUS));
        for (int i = 0; i < values.length; i++) {
            if (type.isFloating()) {
                Cells.set(o, i, values[i]);
            } else {
                Cells.set(o, i, (long) values[i]);
            }
        }
        return o;
    }

    /** {@return an operand with a spec, with all bytes set to the guard value} */
    public static Operand allocate(Arena arena, Spec spec) {
        return allocate(arena, spec.dtype(), spec.shape(), spec.strides());
    }

    /** {@return an operand with a geometry, with all bytes set to the guard value} */
    public static Operand allocate(Arena arena, DType type, long[] shape, long[] strides) {
        long[] span = span(shape, strides);
        MemorySegment memory = arena.allocate((span[1] - span[0] + 1) * type.size() + 2 * MARGIN, 64);
        memory.fill(GUARD);
        return new Operand(type, memory.address() + MARGIN - span[0] * type.size(), shape, strides);
    }

    /** {@return the elements in row-major order, as doubles} */
    public static double[] toArray(Operand o) {
        var values = new double[Math.toIntExact(o.numel())];
        int[] next = {0};
        Walk.over(o.shape(), (at, index) -> values[next[0]++] = Cells.getDouble(o, at[0]), o.strides());
        return values;
    }

    /**
     * {@return the operand expanded to {@code shape}, as the dispatcher does: with stride 0 along dimensions of size 1}
     */
    public static Operand expand(Operand o, long[] shape) {
        var strides = new long[shape.length];
        int shift = shape.length - o.rank();
        for (int d = 0; d < o.rank(); d++) {
            strides[d + shift] = o.shape()[d] == 1 && shape[d + shift] != 1 ? 0 : o.strides()[d];
        }
        return new Operand(o.dtype(), o.address(), shape, strides);
    }

    /** {@return the strides of a layout, in elements} */
    public static long[] strides(long[] shape, Layout layout) {
        int rank = shape.length;
        var order = new int[rank]; // outermost first
        for (int d = 0; d < rank; d++) {
            order[d] = layout == Layout.TRANSPOSED ? rank - 1 - d : d;
        }
        if (layout == Layout.CHANNELS_LAST && rank >= 3) {
            for (int d = 1; d < rank - 1; d++) {
                order[d] = d + 1;
            }
            order[rank - 1] = 1;
        }
        var strides = new long[rank];
        long s = layout == Layout.GAPPED ? 2 : 1;
        for (int i = rank - 1; i >= 0; i--) {
            int d = order[i];
            strides[d] = layout == Layout.BACKWARDS ? -s : layout == Layout.EXPANDED && d == 0 ? 0 : s;
            s *= Math.max(1, shape[d]);
            if (layout == Layout.GAPPED || (layout == Layout.ROWS && i == rank - 1)) {
                s += 3;
            }
        }
        return strides;
    }

    /** {@return the lowest and highest offset of any element} */
    private static long[] span(long[] shape, long[] strides) {
        long least = 0;
        long greatest = 0;
        for (int d = 0; d < shape.length; d++) {
            long reach = Math.max(0, shape[d] - 1) * strides[d];
            least += Math.min(0, reach);
            greatest += Math.max(0, reach);
        }
        return new long[] {least, greatest};
    }

    /** {@return a message if bytes around or between the elements are no longer the guard value, else null} */
    static @Nullable String trespass(Operand o) {
        long[] span = span(o.shape(), o.strides());
        int size = o.dtype().size();
        long from = o.address() + span[0] * size - MARGIN;
        var owned = new boolean[Math.toIntExact((span[1] - span[0] + 1) * size) + 2 * MARGIN];
        Walk.over(
                o.shape(),
                (at, index) -> {
                    int first = (int) ((at[0] - span[0]) * size) + MARGIN;
                    Arrays.fill(owned, first, first + size, true);
                },
                o.strides());
        byte[] bytes = MemorySegment.ofAddress(from).reinterpret(owned.length).toArray(ValueLayout.JAVA_BYTE);
        for (int i = 0; i < owned.length; i++) {
            if (!owned[i] && bytes[i] != GUARD) {
                return "wrote outside its output: byte " + (i - MARGIN) + " from its lowest element";
            }
        }
        return null;
    }

    private static void draw(Operand o, long offset, Values values, RandomGenerator random) {
        if (o.dtype() == DType.BOOL) {
            Cells.set(o, offset, random.nextBoolean() ? 1L : 0L);
        } else if (o.dtype().isFloating()) {
            Cells.set(
                    o,
                    offset,
                    switch (values) {
                        case ORDINARY -> random.nextGaussian();
                        case POSITIVE -> random.nextDouble(0.5, 2);
                        case WHOLE -> random.nextInt(-3, 4);
                        case EXTREME -> random.nextInt(3) > 0 ? random.nextGaussian() * 4 : extreme(o.dtype(), random);
                    });
        } else {
            Cells.set(
                    o,
                    offset,
                    switch (values) {
                        case ORDINARY, WHOLE ->
                                o.dtype() == DType.UINT8 ? random.nextLong(0, 7) : random.nextLong(-3, 4);
                        case POSITIVE -> random.nextLong(1, 5);
                        case EXTREME ->
                                random.nextInt(3) > 0 ? random.nextLong(-100, 100) : extremeWhole(o.dtype(), random);
                    });
        }
    }

    private static double extreme(DType type, RandomGenerator random) {
        double greatest =
                switch (type) {
                    case FLOAT64 -> Double.MAX_VALUE;
                    case FLOAT16 -> 65504;
                    case BFLOAT16 -> NarrowRounding.fromBfloat16((short) 0x7F7F);
                    default -> Float.MAX_VALUE;
                };
        double least =
                switch (type) {
                    case FLOAT64 -> Double.MIN_VALUE;
                    case FLOAT16 -> 0x1p-24;
                    case BFLOAT16 -> 0x1p-133;
                    default -> Float.MIN_VALUE;
                };
        double[] choices = {
            Double.NaN,
            Double.POSITIVE_INFINITY,
            Double.NEGATIVE_INFINITY,
            0.0,
            -0.0,
            1,
            -1,
            greatest,
            -greatest,
            least,
            -least,
            0.5,
            -0.5,
            1.5,
            2.5,
            1e-3
        };
        return choices[random.nextInt(choices.length)];
    }

    private static long extremeWhole(DType type, RandomGenerator random) {
        int bits = 8 * type.size();
        long greatest = type == DType.UINT8 ? 255 : -1L >>> (65 - bits);
        long least = type == DType.UINT8 ? 0 : -greatest - 1;
        long[] choices = {0, 1, -1, greatest, least, greatest - 1, 2, -2};
        return choices[random.nextInt(choices.length)];
    }
}
