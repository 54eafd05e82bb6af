package fathom.dispatch;

import java.util.Arrays;
import java.util.Locale;

/** Checks and arithmetic of dimensions. */
public final class Dims {
    private Dims() {}

    /** {@return {@code dim} with negative values resolved} */
    public static int normalize(String operation, int dim, int rank) {
        int bound = Math.max(rank, 1); // a scalar accepts dimension 0 or -1, as in PyTorch
        if (dim < -bound || dim >= bound) {
            throw new IndexOutOfBoundsException(
                    String.format(
                            Locale.ROOT,
                            "%s: dimension %d is out of range; a tensor of %d dimensions has %d to %d",
                            operation,
                            dim,
                            rank,
                            -bound,
                            bound - 1));
        }
        return dim < 0 ? dim + bound : dim;
    }

    /** {@return the dimensions with negative values resolved, ascending; by default all} */
    public static int[] normalize(String operation, int[] dims, int rank) {
        if (dims.length == 0) {
            var all = new int[rank];
            Arrays.setAll(all, i -> i);
            return all;
        }
        var out = new int[dims.length];
        for (int i = 0; i < dims.length; i++) {
            out[i] = normalize(operation, dims[i], rank);
        }
        Arrays.sort(out);
        for (int i = 1; i < out.length; i++) {
            if (out[i] == out[i - 1]) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "%s: dimension %d appears twice in %s",
                                operation,
                                out[i],
                                Arrays.toString(dims)));
            }
        }
        return rank == 0 ? new int[0] : out;
    }

    /**
     * {@return the number of elements of a view, checked for overflow: its kernels would otherwise read beyond the
     * memory}
     *
     * @throws IllegalArgumentException if there are more than 2^63 - 1, or a size is negative
     */
    public static long elements(String operation, long... shape) {
        long n = product(shape);
        if (n < 0) {
            throw new IllegalArgumentException(
                    "%s: shape %s has a negative size, or more than 2^63 - 1 elements"
                            .formatted(operation, Arrays.toString(shape)));
        }
        return n;
    }

    /** {@return the product of the sizes; -1 if one is negative or the product overflows} */
    public static long product(long... shape) {
        long n = 1;
        boolean empty = false;
        boolean wraps = false;
        for (long d : shape) {
            if (d < 0) {
                return -1;
            }
            empty |= d == 0;
            wraps |= Math.multiplyHigh(n, d) != 0 || n * d < 0;
            n *= d;
        }
        return empty ? 0 : wraps ? -1 : n;
    }

    /** The positions in memory, in elements, of a view's lowest and highest element. */
    public record Span(long first, long last) {}

    /**
     * {@return the memory range of a view that is not empty}
     *
     * @throws ArithmeticException if it overflows
     */
    public static Span span(long[] shape, long[] strides, long offset) {
        long first = offset;
        long last = offset;
        for (int d = 0; d < shape.length; d++) {
            long reach = Math.multiplyExact(shape[d] - 1, strides[d]);
            first = Math.addExact(first, Math.min(0, reach));
            last = Math.addExact(last, Math.max(0, reach));
        }
        return new Span(first, last);
    }

    /** {@return the product of the sizes} */
    public static long numel(long[] shape) {
        long n = 1;
        for (long d : shape) {
            n = Math.multiplyExact(n, d);
        }
        return n;
    }
}
