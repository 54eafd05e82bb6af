package fathom.bench.work;

import fathom.bench.work.KernelWork.MatrixProduct;
import fathom.bench.work.Row.FathomMode;
import fathom.bench.work.Row.Figure;
import fathom.bench.work.Row.LibtorchMode;
import java.util.List;

/** Rows of matrix products. */
final class ProductRows {
    private ProductRows() {}

    static void addTo(List<Row> rows) {
        for (int n = 64; n <= 2048; n *= 2) {
            add(rows, String.valueOf(n), new MatrixProduct(1, n, n, n, false, false));
        }
        for (int n : new int[] {128, 512, 1024}) {
            add(rows, n + ", left transposed", new MatrixProduct(1, n, n, n, true, false));
            add(rows, n + ", right transposed", new MatrixProduct(1, n, n, n, false, true));
        }
        add(rows, "64 products of 64", new MatrixProduct(64, 64, 64, 64, false, false));
        add(rows, "64 products of 128", new MatrixProduct(64, 128, 128, 128, false, false));
        add(rows, "64 attention scores of 128 x 64", new MatrixProduct(64, 128, 64, 128, false, true));
        add(rows, "256 x 784 x 256", new MatrixProduct(1, 256, 784, 256, false, false));
        add(rows, "1 x 1024 x 1024", new MatrixProduct(1, 1, 1024, 1024, false, false));
    }

    private static void add(List<Row> rows, String name, Work work) {
        rows.add(new Row("matmul", name, work, FathomMode.EAGER, LibtorchMode.DEFAULT, Figure.FLOPS, 1));
    }
}
