package fathom.cpu.attention;

import fathom.DType;
import fathom.cpu.attention.TileProducts.Layout;
import fathom.primitive.Operand;

/**
 * The matrices of an operand {@code [B..., rows, columns]}: their common layout, and each one's offset from the first.
 *
 * @param type of the elements
 * @param shape of the batch dimensions
 * @param steps strides of the batch dimensions in bytes
 * @param rowStep row stride in bytes
 * @param columnStep column stride in bytes
 */
record Matrices(DType type, long[] shape, long[] steps, long rowStep, long columnStep) {
    static Matrices of(Operand o) {
        return of(o, o.rank() - 2);
    }

    /** A vector {@code [B..., rows]} as a matrix of one column. */
    static Matrices ofVectors(Operand o) {
        return of(o, o.rank() - 1);
    }

    private static Matrices of(Operand o, int batch) {
        int size = o.dtype().size();
        var shape = new long[batch];
        var steps = new long[batch];
        for (int d = 0; d < batch; d++) {
            shape[d] = o.shape()[d];
            steps[d] = o.strides()[d] * size;
        }
        boolean vector = batch == o.rank() - 1;
        long column = vector || o.shape()[batch + 1] == 1 ? 1 : o.strides()[batch + 1];
        return new Matrices(o.dtype(), shape, steps, o.strides()[batch] * size, column * size);
    }

    /** {@return the offset of matrix {@code item} in bytes} */
    long offset(long item) {
        long offset = 0;
        for (int d = shape.length - 1; d >= 0; d--) {
            offset += item % shape[d] * steps[d];
            item /= shape[d];
        }
        return offset;
    }

    boolean hasDenseRows() {
        return columnStep == type.size();
    }

    Layout layout() {
        return new Layout(type, rowStep / type.size(), columnStep / type.size());
    }
}
