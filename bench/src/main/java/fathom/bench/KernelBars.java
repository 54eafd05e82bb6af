package fathom.bench;

import fathom.Fathom;
import fathom.Tensor;
import fathom.Tensors;
import fathom.cpu.CpuBackend;
import fathom.onednn.OneDnnBackend;
import fathom.primitive.Backend;
import fathom.primitive.MatMul;
import fathom.primitive.Operand;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;

/** Kernels beside their yardsticks: matrix products beside OpenBLAS, operations on 64 MB beside a copy. */
final class KernelBars {
    private final Rounds rounds;
    private final PrintStream out;

    KernelBars(Rounds rounds, PrintStream out) {
        this.rounds = rounds;
        this.out = out;
    }

    private static Operand operand(Tensor t) {
        return new Operand(t.dtype(), t.address(), t.shape().dims(), t.strides());
    }

    /** Prints the rate of an n x n float32 product on each backend that is here, and its share of OpenBLAS's. */
    void matmul(int n) {
        Tensor a = Tensors.randn(n, n);
        Tensor b = Tensors.randn(n, n);
        Tensor c = Tensors.empty(n, n);
        Operand[] in = {operand(a), operand(b)};
        Operand[] result = {operand(c)};
        var names = new ArrayList<String>();
        var runs = new ArrayList<Runnable>();
        OpenBlas blas = OpenBlas.load(Fathom.threads());
        if (blas != null) {
            names.add("OpenBLAS");
            runs.add(() -> blas.multiply(n, n, n, a.address(), b.address(), c.address()));
        }
        var product = new MatMul(false);
        for (Backend backend : List.of(new CpuBackend(), new OneDnnBackend())) {
            if (backend.isAvailable()) {
                names.add(backend.name());
                runs.add(() -> backend.run(product, in, result));
            }
        }
        Rounds.Time[] times = rounds.measure(runs.toArray(Runnable[]::new));
        double operations = 2.0 * n * n * n;
        for (int i = 0; i < times.length; i++) {
            String share =
                    blas == null ? "" : "  %5.1f %% of OpenBLAS".formatted(100 * times[0].median() / times[i].median());
            out.printf("matmul %d  %-9s %7.1f GFLOP/s%s%n", n, names.get(i), times[i].rate(operations) / 1e9, share);
        }
        if (blas == null) {
            out.println("matmul: no libopenblas.so.0 here to compare with (Debian: libopenblas0)");
        }
    }

    /** Prints the speed of operations on 64 MB, in place and out, and its share of a copy's. */
    void pointwise() {
        Tensor x = Tensors.rand(4096, 4096);
        Tensor y = Tensors.rand(4096, 4096);
        Tensor z = Tensors.rand(4096, 4096);
        String[] names = {
            "copy",
            "x + 1 in place",
            "relu in place",
            "sigmoid in place",
            "tanh in place",
            "lerp in place",
            "x + y in place"
        };
        // bytes that must move: each input read, the output written
        double[] bytes = {2, 2, 2, 2, 2, 3, 3};
        Rounds.Time[] times =
                rounds.measure(
                        () -> z.copy_(x),
                        () -> z.add_(1),
                        z::relu_,
                        z::sigmoid_,
                        z::tanh_,
                        () -> z.lerp_(y, 0.5),
                        () -> z.add_(y));
        double copy = times[0].rate(2 * 4.0 * x.numel());
        for (int i = 0; i < names.length; i++) {
            double rate = times[i].rate(bytes[i] * 4.0 * x.numel());
            out.printf(
                    "pointwise 64 MB  %-18s %6.1f GB/s  %5.1f %% of copy%n", names[i], rate / 1e9, 100 * rate / copy);
        }
    }
}
