package fathom.bench.gpu;

import static fathom.Tensors.*;

import fathom.Autograd;
import fathom.DType;
import fathom.Scope;
import fathom.Tensor;
import fathom.optim.Adam;
import java.util.List;
import java.util.function.Supplier;

/** Kernels bound by memory, with the bytes that they must move at least, and products. */
final class GpuKernelRows {
    private static final long N = 1L << 26;

    private GpuKernelRows() {}

    static void addTo(List<GpuRow> rows) {
        rows.add(
                bytes(
                        "copy",
                        8 * N,
                        () -> {
                            Tensor x = randn(N);
                            Tensor y = empty(N);
                            return () -> y.copy_(x);
                        }));
        rows.add(
                bytes(
                        "add",
                        12 * N,
                        () -> {
                            Tensor x = randn(N);
                            Tensor y = randn(N);
                            return () -> drop(x.add(y));
                        }));
        rows.add(
                bytes(
                        "gelu",
                        8 * N,
                        () -> {
                            Tensor x = randn(N);
                            return () -> drop(gelu(x));
                        }));
        rows.add(
                bytes(
                        "add bias, channels-last",
                        8 * N,
                        () -> {
                            Tensor x = randn(N / 512, 512);
                            Tensor b = randn(512);
                            return () -> drop(x.add(b));
                        }));
        rows.add(
                bytes(
                        "transpose",
                        8 * N,
                        () -> {
                            Tensor x = randn(8192, 8192);
                            return () -> drop(x.t().contiguous());
                        }));
        rows.add(
                bytes(
                        "sum",
                        4 * N,
                        () -> {
                            Tensor x = randn(N);
                            return () -> drop(x.sum());
                        }));
        rows.add(
                bytes(
                        "sum of rows",
                        4 * N,
                        () -> {
                            Tensor x = randn(N / 1024, 1024);
                            return () -> drop(x.sum(1));
                        }));
        rows.add(
                bytes(
                        "sum of columns",
                        4 * N,
                        () -> {
                            Tensor x = randn(N / 256, 256);
                            return () -> drop(x.sum(0));
                        }));
        rows.add(
                bytes(
                        "softmax",
                        8 * N,
                        () -> {
                            Tensor x = randn(N / 1024, 1024);
                            return () -> drop(x.softmax(1));
                        }));
        rows.add(
                bytes(
                        "layer norm",
                        8 * N,
                        () -> {
                            Tensor x = randn(N / 1024, 1024);
                            Tensor w = randn(1024);
                            Tensor b = randn(1024);
                            return () -> drop(layerNorm(x, new long[] {1024}, w, b, 1e-5));
                        }));
        rows.add(
                bytes(
                        "embedding",
                        2 * 4 * 65536 * 768,
                        () -> {
                            Tensor table = randn(30000, 768);
                            Tensor index = randint(0, 30000, 65536);
                            return () -> drop(embedding(index, table));
                        }));
        rows.add(
                bytes(
                        "Adam",
                        7 * 4 * 25_000_000,
                        () -> {
                            var parameters =
                                    java.util.stream.IntStream.range(0, 100)
                                            .mapToObj(_ -> randn(250_000).requiresGrad_(true))
                                            .toList();
                            parameters.forEach(p -> p.mul(2).sum().backward());
                            var adam = new Adam(parameters, 1e-3);
                            return adam::step;
                        }));
        product(rows, "product of float32", DType.FLOAT32, 4096);
        product(rows, "product of bfloat16", DType.BFLOAT16, 8192);
    }

    private static void product(List<GpuRow> rows, String name, DType type, long n) {
        rows.add(
                new GpuRow(
                        name + " " + n,
                        2.0 * n * n * n,
                        "FLOP",
                        () -> {
                            Tensor a = randn(n, n).to(type);
                            Tensor b = randn(n, n).to(type);
                            return () -> drop(a.matmul(b));
                        }));
    }

    private static GpuRow bytes(String name, long bytes, Supplier<Runnable> make) {
        return new GpuRow(
                name,
                bytes,
                "B",
                () -> {
                    Runnable body = make.get();
                    return () -> {
                        try (var _ = Autograd.noGrad();
                                var _ = Scope.open()) {
                            body.run();
                        }
                    };
                });
    }

    /** The result's memory is freed by the scope. */
    private static void drop(Tensor result) {
        if (result.dim() < 0) {
            throw new IllegalStateException();
        }
    }
}
