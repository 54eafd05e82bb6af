package fathom;

import java.util.Arrays;
import java.util.Locale;

/** Checks and arithmetic on dimensions. */
final class Dims {
    private Dims() {}

    /** {@return {@code dim} counted from the front} */
    static int normalize(String operation, int dim, int rank) {
        int bound = Math.max(rank, 1); // a single number takes dimension 0 or -1, as in PyTorch
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

    /** {@return the dimensions counted from the front, ascending; all where none are given} */
    static int[] normalize(String operation, int[] dims, int rank) {
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

    /** {@return the product of the extents} */
    static long numel(long[] shape) {
        long n = 1;
        for (long d : shape) {
            n = Math.multiplyExact(n, d);
        }
        return n;
    }
}
