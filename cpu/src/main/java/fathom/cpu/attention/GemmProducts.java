package fathom.cpu.attention;

import fathom.cpu.matmul.Elem;
import fathom.cpu.matmul.Gemm;
import fathom.cpu.matmul.Mat;

/** Matrix products of float32 in Java. */
final class GemmProducts implements TileProducts {
    private static final Gemm GEMM = new Gemm(Elem.FLOAT);

    @Override
    public Product of(int m, int n, int k, Layout a, Layout b, Layout c) {
        return (atA, atB, atC) -> GEMM.multiply(m, n, k, matrix(atA, a), matrix(atB, b), matrix(atC, c), 0);
    }

    private static Mat matrix(long address, Layout layout) {
        return new Mat(address, layout.rowStep() * Float.BYTES, layout.columnStep() * Float.BYTES);
    }
}
