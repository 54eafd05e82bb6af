package fathom.cuda.reduction;

import fathom.DType;
import fathom.cuda.code.Geometry;
import fathom.primitive.Operand;
import java.util.ArrayList;
import java.util.List;

/**
 * How rows lie in memory. The dimensions are divided into kept ones, which number the rows, and reduced ones, along
 * which a row's elements lie; both are merged. Neighbouring threads access neighbours along the <em>vector axis</em>:
 * the innermost reduced dimension, or, if rows lie side by side (channels-last activations), the innermost kept one.
 *
 * @param columns whether the vector axis is a kept dimension
 * @param kept the kept dimensions; strides by operand
 * @param reduced the reduced dimensions; strides by operand
 * @param access how each operand is accessed
 * @param width the elements of a vector: the size of the vector axis is a multiple of it
 * @param isSmall whether indices and offsets fit into 32 bits
 */
record RowLayout(boolean columns, Geometry kept, Geometry reduced, List<Access> access, int width, boolean isSmall) {

    /** How an operand is accessed along the vector axis. */
    enum Access {
        /** One element for all of the vector axis. */
        CONSTANT,
        /** Dense and aligned: one access for a vector. */
        WIDE,
        /** Any other stride. */
        STRIDED,
        /** One element for the row; its address depends on the kept dimensions alone. */
        PER_ROW
    }

    /**
     * {@return the layout}
     *
     * @param shape the shape of the elements
     * @param dims the reduced dimensions
     * @param operands all operands; those of size 1 in the reduced dimensions have one element for each row
     * @param perRow which operands have one element for each row
     */
    static RowLayout of(long[] shape, int[] dims, List<Operand> operands, boolean[] perRow) {
        int rank = shape.length;
        var isReduced = new boolean[rank];
        for (int d : dims) {
            isReduced[d] = true;
        }
        int count = operands.size();
        var strides = new long[count][];
        int main = 0;
        long most = -1;
        for (int i = 0; i < count; i++) {
            Operand o = operands.get(i);
            strides[i] = o.strides().clone();
            long reach = 1;
            for (int d = 0; d < rank; d++) {
                if (isReduced[d] && perRow[i]) {
                    strides[i][d] = 0;
                }
                reach *= strides[i][d] != 0 ? Math.max(1, shape[d]) : 1;
            }
            if (reach > most && !perRow[i]) {
                most = reach;
                main = i;
            }
        }
        Geometry kept = part(shape, strides, isReduced, false, main);
        Geometry reduced = part(shape, strides, isReduced, true, main);
        boolean columns = isColumns(kept, reduced, main);
        Geometry axis = columns ? kept : reduced;
        int inner = axis.rank() - 1;
        int width = width(axis.sizes()[inner], operands.get(main).dtype());
        List<Access> access = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            boolean constant = true;
            for (long s : reduced.strides()[i]) {
                constant &= s == 0;
            }
            long step = axis.strides()[i][inner];
            access.add(
                    perRow[i] || constant && reduced.numel() != 1
                            ? Access.PER_ROW
                            : step == 0
                                    ? Access.CONSTANT
                                    : step == 1 && isAligned(operands.get(i), i, width, axis, columns ? reduced : kept)
                                            ? Access.WIDE
                                            : Access.STRIDED);
        }
        return new RowLayout(columns, kept, reduced, access, width, isSmall(kept, reduced));
    }

    private static Geometry part(long[] shape, long[][] strides, boolean[] isReduced, boolean which, int order) {
        int n = 0;
        for (boolean b : isReduced) {
            n += b == which ? 1 : 0;
        }
        var sizes = new long[n];
        var steps = new long[strides.length][n];
        int at = 0;
        for (int d = 0; d < shape.length; d++) {
            if (isReduced[d] == which) {
                sizes[at] = shape[d];
                for (int i = 0; i < strides.length; i++) {
                    steps[i][at] = strides[i][d];
                }
                at++;
            }
        }
        return Geometry.of(sizes, steps, order);
    }

    private static boolean isColumns(Geometry kept, Geometry reduced, int main) {
        if (kept.numel() <= 1) {
            return false;
        }
        if (reduced.numel() <= 1) {
            return true;
        }
        long across = Math.abs(kept.strides()[main][kept.rank() - 1]);
        long along = Math.abs(reduced.strides()[main][reduced.rank() - 1]);
        return along == 0 ? across != 0 : across != 0 && across < along;
    }

    /**
     * {@return the elements of a vector. The order of sums depends on it, so it must not depend on addresses: a
     * captured step has others than an eager one}
     */
    private static int width(long size, DType main) {
        int width = Math.max(1, 16 / main.size());
        while (size % width != 0) {
            width /= 2;
        }
        return width;
    }

    /** {@return whether all vectors of an operand that is dense along the axis lie at multiples of their size} */
    private static boolean isAligned(Operand o, int i, int width, Geometry axis, Geometry other) {
        boolean fits = o.address() % Math.min(16, width * o.dtype().size()) == 0;
        for (int d = 0; d < axis.rank() - 1 && fits; d++) {
            fits = axis.strides()[i][d] % width == 0;
        }
        for (int d = 0; d < other.rank() && fits; d++) {
            fits = other.strides()[i][d] % width == 0;
        }
        return fits;
    }

    private static boolean isSmall(Geometry kept, Geometry reduced) {
        if (kept.numel() * Math.max(1, reduced.numel()) > Integer.MAX_VALUE) {
            return false;
        }
        for (int i = 0; i < kept.strides().length; i++) {
            long reach = 0;
            for (int d = 0; d < kept.rank(); d++) {
                reach += Math.abs(kept.strides()[i][d]) * (kept.sizes()[d] - 1);
            }
            for (int d = 0; d < reduced.rank(); d++) {
                reach += Math.abs(reduced.strides()[i][d]) * Math.max(0, reduced.sizes()[d] - 1);
            }
            if (reach > Integer.MAX_VALUE / 2) {
                return false;
            }
        }
        return true;
    }

    /** {@return the number of rows} */
    long rows() {
        return kept.numel();
    }

    /** {@return the number of elements of a row} */
    long length() {
        return reduced.numel();
    }

    /** {@return the number of vectors of elements along a row: as many as elements unless rows are the vector axis} */
    long steps() {
        return columns ? length() : length() / width;
    }

    /** {@return the number of rows, or of vectors of rows that lie side by side} */
    long lines() {
        return columns ? rows() / width : rows();
    }
}
