package fathom.onednn;

import fathom.DType;
import fathom.primitive.Operand;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;

/** An operand in native memory with any strides, whose elements are read and written by index. */
record Data(Operand operand, MemorySegment memory, long first) {

    /**
     * {@return an operand with the given strides} Its memory is filled with NaN, which reveals reads and missing writes
     * outside of the elements.
     */
    static Data of(DType type, long[] shape, long[] strides) {
        long low = 0;
        long high = 0;
        for (int d = 0; d < shape.length; d++) {
            long reach = (shape[d] - 1) * strides[d];
            low += Math.min(0, reach);
            high += Math.max(0, reach);
        }
        var memory = Arena.ofAuto().allocate((high - low + 1) * type.size(), 64);
        var data = new Data(new Operand(type, memory.address() - low * type.size(), shape, strides), memory, -low);
        for (long i = 0; i <= high - low; i++) {
            data.put(i, Float.NaN);
        }
        return data;
    }

    static Data dense(DType type, long... shape) {
        return of(type, shape, denseStrides(shape));
    }

    /** {@return a dense operand whose dimensions, from the slowest to the fastest, are in the given order} */
    static Data permuted(DType type, int[] order, long... shape) {
        var strides = new long[shape.length];
        long step = 1;
        for (int i = order.length - 1; i >= 0; i--) {
            strides[order[i]] = step;
            step *= shape[order[i]];
        }
        return of(type, shape, strides);
    }

    static Data channelsLast(DType type, long... shape) {
        return permuted(type, new int[] {0, 2, 3, 1}, shape);
    }

    static long[] denseStrides(long... shape) {
        var strides = new long[shape.length];
        long step = 1;
        for (int d = shape.length - 1; d >= 0; d--) {
            strides[d] = step;
            step *= shape[d];
        }
        return strides;
    }

    /** Fills the elements, without the padding, with random numbers of a few bits, exact in every type. */
    Data random(long seed) {
        var random = new Random(seed);
        forEach(index -> put(offset(index), (random.nextInt(33) - 16) / 8f));
        return this;
    }

    /** Fills the elements with normally distributed random numbers. */
    Data gaussian(long seed) {
        var random = new Random(seed);
        forEach(index -> put(offset(index), (float) random.nextGaussian()));
        return this;
    }

    float get(long... index) {
        long at = offset(index);
        return operand.dtype() == DType.BFLOAT16
                ? Float.intBitsToFloat(memory.getAtIndex(ValueLayout.JAVA_SHORT, at) << 16)
                : memory.getAtIndex(ValueLayout.JAVA_FLOAT, at);
    }

    /** {@return all elements in row-major order} */
    float[] values() {
        var values = new float[(int) operand.numel()];
        int[] at = {0};
        forEach(index -> values[at[0]++] = get(index));
        return values;
    }

    private long offset(long[] index) {
        long at = first;
        for (int d = 0; d < index.length; d++) {
            at += index[d] * operand.strides()[d];
        }
        return at;
    }

    private void put(long at, float value) {
        if (operand.dtype() == DType.BFLOAT16) {
            memory.setAtIndex(ValueLayout.JAVA_SHORT, at, (short) (Float.floatToRawIntBits(value) >>> 16));
        } else {
            memory.setAtIndex(ValueLayout.JAVA_FLOAT, at, value);
        }
    }

    interface Visitor {
        void at(long[] index);
    }

    private void forEach(Visitor visitor) {
        forEach(operand.shape(), visitor);
    }

    /** Visits all indices of a shape in row-major order; the array is reused. */
    static void forEach(long[] shape, Visitor visitor) {
        for (long extent : shape) {
            if (extent == 0) {
                return;
            }
        }
        var index = new long[shape.length];
        while (true) {
            visitor.at(index);
            int d = shape.length - 1;
            while (d >= 0 && ++index[d] == shape[d]) {
                index[d--] = 0;
            }
            if (d < 0) {
                return;
            }
        }
    }
}
