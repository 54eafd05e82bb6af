package fathom.cpu.matmul;

/**
 * A matrix in memory: where its element (0, 0) lies, and how many bytes further its next row and its next column are.
 */
public record Mat(long address, long rowStep, long columnStep) {
    /** Address of element (i, j). */
    public long at(long i, long j) {
        return address + i * rowStep + j * columnStep;
    }

    /** The matrix whose element (0, 0) is this one's (i, j). */
    public Mat from(long i, long j) {
        return new Mat(at(i, j), rowStep, columnStep);
    }

    /** The same elements with rows and columns exchanged. */
    public Mat transposed() {
        return new Mat(address, columnStep, rowStep);
    }
}
