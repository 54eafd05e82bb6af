package fathom.cpu.matmul;

import fathom.primitive.Operand;
import java.util.Arrays;

/**
 * A batch of products of one shape. Batch dimensions along which B is broadcast and the rows of A and C are equidistant
 * are merged into the rows.
 *
 * @param shape the remaining batch dimensions
 * @param strides batch strides of A, B and C in bytes
 * @param first matrices A, B and C of the first item
 */
record Batch(long m, long n, long k, long[] shape, long[][] strides, Mat[] first) {
    static Batch of(int size, Operand a, Operand b, Operand c) {
        int rank = c.rank();
        long m = c.shape()[rank - 2];
        int batchDims = rank - 2;
        long[] as = a.strides();
        long[] cs = c.strides();
        while (batchDims > 0) {
            int d = batchDims - 1;
            long extent = c.shape()[d];
            boolean sameB = b.strides()[d] == 0;
            boolean rowsContinue = as[d] == m * as[rank - 2] && cs[d] == m * cs[rank - 2];
            if (extent != 1 && !(sameB && rowsContinue)) {
                break;
            }
            m *= extent;
            batchDims--;
        }
        var operands = new Operand[] {a, b, c};
        var strides = new long[3][batchDims];
        var first = new Mat[3];
        for (int i = 0; i < 3; i++) {
            long[] s = operands[i].strides();
            for (int d = 0; d < batchDims; d++) {
                strides[i][d] = s[d] * size;
            }
            first[i] = new Mat(operands[i].address(), s[rank - 2] * size, s[rank - 1] * size);
        }
        long n = c.shape()[rank - 1];
        long k = a.shape()[rank - 1];
        return new Batch(m, n, k, Arrays.copyOf(c.shape(), batchDims), strides, first);
    }

    /** {@return the number of products} */
    long items() {
        long items = 1;
        for (long extent : shape) {
            items *= extent;
        }
        return items;
    }

    Mat a(long item) {
        return item(0, item);
    }

    Mat b(long item) {
        return item(1, item);
    }

    Mat c(long item) {
        return item(2, item);
    }

    private Mat item(int operand, long item) {
        long address = first[operand].address();
        for (int d = shape.length - 1; d >= 0; d--) {
            address += item % shape[d] * strides[operand][d];
            item /= shape[d];
        }
        return new Mat(address, first[operand].rowStep(), first[operand].columnStep());
    }
}
