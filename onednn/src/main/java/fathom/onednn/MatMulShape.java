package fathom.onednn;

import fathom.primitive.Operand;
import org.jspecify.annotations.Nullable;

/**
 * A batched product {@code c = a x b} with merged batch dimensions: the matrix shape, each operand's strides within a
 * matrix, the innermost batch dimension, and the remaining outer batch dimensions.
 *
 * @param m rows of a and c
 * @param k columns of a, rows of b
 * @param n columns of b and c
 * @param a strides (row, column) of a
 * @param b strides of b
 * @param c strides of c
 * @param innerBatch extent of the innermost batch dimension, 1 if there is none
 * @param innerA stride of a along it (0 if broadcast)
 * @param innerB stride of b along it
 * @param innerC stride of c along it
 * @param outerSizes extents of the remaining batch dimensions
 * @param outerA strides of a along them
 * @param outerB strides of b along them
 * @param outerC strides of c along them
 * @param bias whether a vector is added to each row
 */
record MatMulShape(
        long m,
        long k,
        long n,
        long[] a,
        long[] b,
        long[] c,
        long innerBatch,
        long innerA,
        long innerB,
        long innerC,
        long[] outerSizes,
        long[] outerA,
        long[] outerB,
        long[] outerC,
        boolean bias) {

    /** {@return the merged product, or null if oneDNN is slow for a layout} */
    static @Nullable MatMulShape of(Operand a, Operand b, Operand c, boolean bias) {
        int rank = c.shape().length;
        if (rank < 2 || a.shape().length != rank || b.shape().length != rank) {
            return null;
        }
        int batch = rank - 2;
        long m = c.shape()[batch];
        long n = c.shape()[batch + 1];
        long k = a.shape()[batch + 1];
        if (k == 0 || c.numel() == 0) {
            return null;
        }
        long[] matrixA = matrix(m, k, a.strides()[batch], a.strides()[batch + 1]);
        long[] matrixB = matrix(k, n, b.strides()[batch], b.strides()[batch + 1]);
        long[] matrixC = matrix(m, n, c.strides()[batch], c.strides()[batch + 1]);
        if (matrixA == null || matrixB == null || matrixC == null || (matrixC[1] != 1 && n > 1)) {
            return null;
        }

        // batch dimensions from the innermost to the outermost, merged if they are contiguous in all operands
        var sizes = new long[batch];
        var stepsA = new long[batch];
        var stepsB = new long[batch];
        var stepsC = new long[batch];
        int count = 0;
        for (int d = batch - 1; d >= 0; d--) {
            long size = c.shape()[d];
            if (size == 1) {
                continue;
            }
            long stepA = a.shape()[d] == 1 ? 0 : a.strides()[d];
            long stepB = b.shape()[d] == 1 ? 0 : b.strides()[d];
            long stepC = c.strides()[d];
            if (stepC <= 0) {
                return null;
            }
            int last = count - 1;
            if (last >= 0
                    && stepA == stepsA[last] * sizes[last]
                    && stepB == stepsB[last] * sizes[last]
                    && stepC == stepsC[last] * sizes[last]) {
                sizes[last] *= size;
            } else {
                sizes[count] = size;
                stepsA[count] = stepA;
                stepsB[count] = stepB;
                stepsC[count] = stepC;
                count++;
            }
        }
        // b is broadcast over matrices with contiguous rows: merge them into the rows of one matrix
        if (count > 0
                && stepsB[0] == 0
                && stepsA[0] == m * matrixA[0]
                && stepsC[0] == m * matrixC[0]
                && (matrixA[1] == 1 || k == 1)) {
            m *= sizes[0];
            count--;
            System.arraycopy(sizes, 1, sizes, 0, count);
            System.arraycopy(stepsA, 1, stepsA, 0, count);
            System.arraycopy(stepsB, 1, stepsB, 0, count);
            System.arraycopy(stepsC, 1, stepsC, 0, count);
        }
        return new MatMulShape(
                m,
                k,
                n,
                matrixA,
                matrixB,
                matrixC,
                count > 0 ? sizes[0] : 1,
                count > 0 ? stepsA[0] : 0,
                count > 0 ? stepsB[0] : 0,
                count > 0 ? stepsC[0] : 0,
                tail(sizes, count),
                tail(stepsA, count),
                tail(stepsB, count),
                tail(stepsC, count),
                bias);
    }

    /**
     * {@return the strides of a matrix with contiguous rows or columns, normalised if an extent is 1; null for others}
     */
    private static long @Nullable [] matrix(long rows, long columns, long rowStep, long columnStep) {
        if (rows == 1 && columns == 1) {
            return new long[] {1, 1};
        }
        if (columns == 1) {
            return rowStep >= 1 ? new long[] {rowStep, 1} : null;
        }
        if (rows == 1) {
            return columnStep == 1 ? new long[] {columns, 1} : columnStep > 1 ? new long[] {1, columnStep} : null;
        }
        boolean rowMajor = columnStep == 1 && rowStep >= columns;
        boolean columnMajor = rowStep == 1 && columnStep >= rows;
        return rowMajor || columnMajor ? new long[] {rowStep, columnStep} : null;
    }

    private static long[] tail(long[] values, int count) {
        var tail = new long[Math.max(0, count - 1)];
        System.arraycopy(values, Math.min(1, values.length), tail, 0, tail.length);
        return tail;
    }

    /** {@return the number of outer batch items} */
    long outerBatch() {
        long count = 1;
        for (long size : outerSizes) {
            count *= size;
        }
        return count;
    }

    long offsetA(long batch) {
        return offset(batch, outerA);
    }

    long offsetB(long batch) {
        return offset(batch, outerB);
    }

    long offsetC(long batch) {
        return offset(batch, outerC);
    }

    private long offset(long batch, long[] steps) {
        long offset = 0;
        for (int d = 0; d < steps.length; d++) {
            offset += batch % outerSizes[d] * steps[d];
            batch /= outerSizes[d];
        }
        return offset;
    }
}
