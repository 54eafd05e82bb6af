package fathom.testkit;

/** Visits every index of a shape in row-major order, with its offsets in several strided operands. */
final class Walk {
    private Walk() {}

    /** The work at one index. */
    @FunctionalInterface
    interface Body {
        /**
         * Called once per index.
         *
         * @param offsets the offset in elements per operand; the array is reused
         * @param index the index; the array is reused
         */
        void at(long[] offsets, long[] index);
    }

    /** Visits the indices of {@code shape}; {@code strides} holds one array per operand. */
    static void over(long[] shape, Body body, long[]... strides) {
        for (long d : shape) {
            if (d == 0) {
                return;
            }
        }
        var index = new long[shape.length];
        var offsets = new long[strides.length];
        while (true) {
            body.at(offsets, index);
            int d = shape.length - 1;
            while (d >= 0 && index[d] == shape[d] - 1) {
                for (int k = 0; k < strides.length; k++) {
                    offsets[k] -= index[d] * strides[k][d];
                }
                index[d--] = 0;
            }
            if (d < 0) {
                return;
            }
            index[d]++;
            for (int k = 0; k < strides.length; k++) {
                offsets[k] += strides[k][d];
            }
        }
    }

    /** {@return a copy of {@code values} with {@code value} at {@code at}} */
    static long[] with(long[] values, int at, long value) {
        long[] copy = values.clone();
        copy[at] = value;
        return copy;
    }
}
