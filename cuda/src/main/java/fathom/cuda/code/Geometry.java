package fathom.cuda.code;

import fathom.primitive.Operand;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The dimensions of operands of one shape, reordered and merged: as few as possible, the innermost last.
 *
 * @param sizes the size of each dimension; at least one, none of size 1 unless it is the only one
 * @param strides the elements from one index to the next, by operand and dimension
 */
public record Geometry(long[] sizes, long[][] strides) {

    /**
     * {@return the geometry of operands, whose dimensions are ordered by the strides of the first one that has any}
     *
     * @param shape the shape of all of them
     * @param order the operand whose layout decides, usually the output
     */
    public static Geometry of(long[] shape, long[][] strides, int order) {
        List<Integer> dims = new ArrayList<>();
        for (int d = 0; d < shape.length; d++) {
            if (shape[d] != 1) {
                dims.add(d);
            }
        }
        // outermost first: descending strides, where the order of dimensions decides between equal ones
        dims.sort(Comparator.comparingLong((Integer d) -> -Math.abs(strides[order][d])));
        int operands = strides.length;
        var sizes = new long[Math.max(1, dims.size())];
        var steps = new long[operands][sizes.length];
        int n = 0;
        for (int d : dims) {
            boolean merges = n > 0;
            for (int o = 0; o < operands && merges; o++) {
                merges = steps[o][n - 1] == strides[o][d] * shape[d];
            }
            if (!merges) {
                n++;
                sizes[n - 1] = 1;
            }
            sizes[n - 1] *= shape[d];
            for (int o = 0; o < operands; o++) {
                steps[o][n - 1] = strides[o][d];
            }
        }
        if (n == 0) {
            sizes[0] = 1;
            n = 1;
        }
        var cut = new long[operands][];
        for (int o = 0; o < operands; o++) {
            cut[o] = java.util.Arrays.copyOf(steps[o], n);
        }
        return new Geometry(java.util.Arrays.copyOf(sizes, n), cut);
    }

    /**
     * {@return the geometry of operands that all have the first one's shape, in the layout of operand {@code order}}
     */
    public static Geometry of(List<Operand> operands, int order) {
        return of(operands.getFirst().shape(), operands.stream().map(Operand::strides).toArray(long[][]::new), order);
    }

    /** {@return the number of dimensions} */
    public int rank() {
        return sizes.length;
    }

    /** {@return the number of elements} */
    public long numel() {
        long n = 1;
        for (long s : sizes) {
            n *= s;
        }
        return n;
    }

    /** {@return whether all indices and offsets fit into 32 bits, so that they are computed in them} */
    public boolean isSmall() {
        if (numel() > Integer.MAX_VALUE) {
            return false;
        }
        for (long[] s : strides) {
            long reach = 0;
            for (int d = 0; d < sizes.length; d++) {
                reach += Math.abs(s[d]) * Math.max(0, sizes[d] - 1);
            }
            if (reach > Integer.MAX_VALUE) {
                return false;
            }
        }
        return true;
    }
}
