package fathom.cpu.matmul;

/** A matrix in memory: the address of element (0, 0), and the row and column strides in bytes. */
public record Mat(long address, long rowStep, long columnStep) {
    /** {@return the address of element (i, j)} */
    public long at(long i, long j) {
        return address + i * rowStep + j * columnStep;
    }

    /** {@return the submatrix from element (i, j) on} */
    public Mat from(long i, long j) {
        return new Mat(at(i, j), rowStep, columnStep);
    }

    /** {@return the transpose, in the same memory} */
    public Mat transposed() {
        return new Mat(address, columnStep, rowStep);
    }
}
