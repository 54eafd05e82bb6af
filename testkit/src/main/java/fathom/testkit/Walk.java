package fathom.testkit;

/** Visits every place of a shape in row-major order, with the offsets of that place in several strided operands. */
final class Walk {
    private Walk() {}

    /** What is done at one place. */
    @FunctionalInterface
    interface Body {
        /**
         * Is called once per place.
         *
         * @param offsets per operand the offset in elements; the array is used again
         * @param index the place; the array is used again
         */
        void at(long[] offsets, long[] index);
    }

    /** Visits the places of {@code shape}; {@code strides} holds one array per operand. */
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
