package fathom.cuda;

import fathom.DType;
import fathom.cuda.attention.AttentionKernels;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFamily;
import fathom.cuda.gpu.Work;
import fathom.cuda.libraries.Calls;
import fathom.cuda.libraries.CublasLtProducts;
import fathom.cuda.libraries.CudnnConvolutions;
import fathom.cuda.products.MatMulKernels;
import fathom.primitive.Computed;
import fathom.primitive.MatMul;
import fathom.primitive.Operand;
import fathom.primitive.neural.Attention;
import fathom.primitive.neural.AttentionGrad;
import fathom.primitive.window.Convolution;
import fathom.primitive.window.ConvolutionInputGrad;
import fathom.primitive.window.ConvolutionWeightGrad;
import fathom.primitive.window.Window;
import java.io.PrintStream;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Compares NVIDIA's libraries with kernels of our own on {@code cuda:0}: differences of results and times of calls;
 * prints which algorithms were chosen, and which calls failed. The arguments name what is checked, {@code products} or
 * {@code convolutions}; both without.
 */
public final class SelfCheck {
    private final Gpu gpu = Gpus.get(0);
    private final SplittableRandom random = new SplittableRandom(0);
    private final PrintStream out;
    private final List<Long> allocated = new ArrayList<>();

    private SelfCheck(PrintStream out) {
        this.out = out;
    }

    /** Runs the checks. */
    public static void main(String[] arguments) {
        var check = new SelfCheck(System.out);
        List<String> wanted = List.of(arguments);
        check.out.println(check.gpu.properties());
        check.out.println(CublasLtProducts.status());
        check.out.println(CudnnConvolutions.status());
        Calls.listen(text -> check.out.println("    " + text));
        if (wanted.isEmpty() || wanted.contains("products")) {
            check.products();
        }
        if (wanted.isEmpty() || wanted.contains("convolutions")) {
            check.convolutions();
        }
        if (wanted.isEmpty() || wanted.contains("attention")) {
            check.attention();
        }
    }

    private Operand operand(DType type, long[] shape, long[] strides) {
        long n = 1;
        for (long s : shape) {
            n *= s;
        }
        long address = gpu.allocate(n * type.size());
        allocated.add(address);
        try (var arena = Arena.ofConfined()) {
            var host = arena.allocate(n * type.size(), 8);
            long drawn = Math.min(n, 65521);
            for (long i = 0; i < drawn; i++) {
                float x = (float) random.nextDouble(-1, 1);
                switch (type) {
                    case FLOAT32 -> host.setAtIndex(ValueLayout.JAVA_FLOAT, i, x);
                    case FLOAT64 -> host.setAtIndex(ValueLayout.JAVA_DOUBLE, i, x);
                    case BFLOAT16 ->
                            host.setAtIndex(ValueLayout.JAVA_SHORT, i, (short) (Float.floatToRawIntBits(x) >> 16));
                    case FLOAT16 -> host.setAtIndex(ValueLayout.JAVA_SHORT, i, Float.floatToFloat16(x));
                    default -> throw new IllegalArgumentException("no random numbers of " + type);
                }
            }
            // the same numbers again, which takes less time than others
            for (long filled = drawn; filled < n; filled += drawn) {
                long bytes = Math.min(drawn, n - filled) * type.size();
                MemorySegment.copy(host, 0, host, filled * type.size(), bytes);
            }
            gpu.copyFromHost(host, address);
            gpu.synchronize();
        }
        return new Operand(type, address, shape, strides);
    }

    private static long[] rows(long... shape) {
        var strides = new long[shape.length];
        long step = 1;
        for (int d = shape.length - 1; d >= 0; d--) {
            strides[d] = step;
            step *= shape[d];
        }
        return strides;
    }

    private static long[] channelsLast(long... s) {
        return new long[] {s[1] * s[2] * s[3], 1, s[1] * s[3], s[1]};
    }

    private double[] read(Operand o) {
        var values = new double[(int) Math.min(o.numel(), 1 << 20)];
        try (var arena = Arena.ofConfined()) {
            MemorySegment host = arena.allocate((long) values.length * o.dtype().size(), 8);
            gpu.copyToHost(o.address(), host);
            gpu.synchronize();
            for (int i = 0; i < values.length; i++) {
                values[i] =
                        switch (o.dtype()) {
                            case FLOAT32 -> host.getAtIndex(ValueLayout.JAVA_FLOAT, i);
                            case FLOAT64 -> host.getAtIndex(ValueLayout.JAVA_DOUBLE, i);
                            case BFLOAT16 -> Float.intBitsToFloat(host.getAtIndex(ValueLayout.JAVA_SHORT, i) << 16);
                            default -> Float.float16ToFloat(host.getAtIndex(ValueLayout.JAVA_SHORT, i));
                        };
            }
        }
        return values;
    }

    private double milliseconds(Work work) {
        work.submit();
        gpu.synchronize();
        int runs = 10;
        long start = System.nanoTime();
        for (int i = 0; i < runs; i++) {
            work.submit();
        }
        gpu.synchronize();
        return (System.nanoTime() - start) / 1e6 / runs;
    }

    /** Runs a primitive by several means, into an output of its own each, and compares with the first that can. */
    private void compare(
            String what,
            Computed p,
            Operand[] in,
            Operand like,
            double operations,
            List<BiFunction<Operand[], Operand[], @Nullable Work>> ways,
            String... names) {
        double[] expected = null;
        for (int i = 0; i < names.length; i++) {
            Operand o = operand(like.dtype(), like.shape(), like.strides());
            String result;
            try {
                Work work = ways.get(i).apply(in, new Operand[] {o});
                if (work == null) {
                    result = "not available for this";
                } else {
                    double time = milliseconds(work);
                    double[] values = read(o);
                    result = "%s ms, %s Tflop/s".formatted(digits(time), digits(operations / time / 1e9));
                    if (expected == null) {
                        expected = values;
                    } else {
                        double most = 0;
                        double size = 0;
                        for (int j = 0; j < values.length; j++) {
                            double d = Math.abs(values[j] - expected[j]);
                            most = d <= most ? most : d; // a NaN stays
                            size = Math.max(size, Math.abs(expected[j]));
                        }
                        result += ", differs by at most %s of %s".formatted(digits(most), digits(size));
                    }
                }
            } catch (RuntimeException e) {
                result = "FAILED: " + e;
            }
            out.println(what + " " + names[i] + ": " + result);
        }
        allocated.forEach(gpu::free);
        allocated.clear();
    }

    private static String digits(double x) {
        return String.format(Locale.ROOT, "%.4g", x);
    }

    private BiFunction<Operand[], Operand[], @Nullable Work> by(KernelFamily family, Computed p) {
        return (in, o) -> family.prepare(gpu, p, in, o);
    }

    private void products() {
        var own = new MatMulKernels();
        var library = new CublasLtProducts();
        long[][] shapes = {
            {1, 4096, 4096, 4096},
            {1, 256, 768, 3072},
            {1, 4096, 768, 768},
            {96, 128, 64, 128},
            {1, 1, 4096, 4096},
            {1, 33, 70, 50},
            {1, 768, 8192, 768}
        };
        for (DType type : new DType[] {DType.FLOAT32, DType.BFLOAT16, DType.FLOAT16, DType.FLOAT64}) {
            for (long[] s : shapes) {
                for (int transposed = 0; transposed < 3; transposed++) {
                    if (type == DType.FLOAT64 && transposed > 0) {
                        continue;
                    }
                    boolean batched = s[0] > 1;
                    long[] a = batched ? new long[] {s[0], s[1], s[2]} : new long[] {s[1], s[2]};
                    long[] b = batched ? new long[] {s[0], s[2], s[3]} : new long[] {s[2], s[3]};
                    long[] c = batched ? new long[] {s[0], s[1], s[3]} : new long[] {s[1], s[3]};
                    boolean bias = transposed == 1 && !batched;
                    Operand x = operand(type, a, transposed == 2 ? columns(a) : rows(a));
                    Operand y = operand(type, b, transposed == 1 ? columns(b) : rows(b));
                    Operand[] in =
                            bias
                                    ? new Operand[] {x, y, operand(type, new long[] {s[3]}, new long[] {1})}
                                    : new Operand[] {x, y};
                    var p = new MatMul(bias);
                    compare(
                            "%s [%s x %s x %s x %s]%s"
                                    .formatted(
                                            type,
                                            s[0],
                                            s[1],
                                            s[2],
                                            s[3],
                                            new String[] {"", " b^T + bias", " a^T"}[transposed]),
                            p,
                            in,
                            new Operand(type, 0, c, rows(c)),
                            2.0 * s[0] * s[1] * s[2] * s[3],
                            List.of(by(own, p), by(library, p)),
                            "own",
                            "cuBLASLt");
                }
            }
        }
    }

    private static long[] columns(long[] shape) {
        long[] strides = rows(shape);
        int r = shape.length;
        strides[r - 2] = 1;
        strides[r - 1] = shape[r - 2];
        return strides;
    }

    private void convolutions() {
        var library = new CudnnConvolutions();
        var backend = new CudaBackend();
        long[][] shapes = {
            {64, 64, 56, 56, 64, 3, 1},
            {64, 256, 56, 56, 64, 1, 1},
            {64, 128, 28, 28, 128, 3, 2},
            {64, 3, 224, 224, 64, 7, 2}
        };
        for (DType type : new DType[] {DType.FLOAT32, DType.BFLOAT16}) {
            for (long[] s : shapes) {
                int pad = (int) s[5] / 2;
                Window window = Window.ofImages((int) s[6], (int) s[6], pad, pad, 1, 1);
                long[] x = {s[0], s[1], s[2], s[3]};
                long[] w = {s[4], s[1], s[5], s[5]};
                long[] spatial = window.out(x, w);
                long[] y = {s[0], s[4], spatial[0], spatial[1]};
                double operations = 2.0 * s[0] * s[4] * spatial[0] * spatial[1] * s[1] * s[5] * s[5];
                String what =
                        "%s [%s x %s x %s x %s] by [%s, %s x %s] / %s"
                                .formatted(type, s[0], s[1], s[2], s[3], s[4], s[5], s[5], s[6]);
                var forward = new Convolution(window, 1);
                convolution(
                        what,
                        backend,
                        library,
                        forward,
                        operations,
                        operand(type, x, channelsLast(x)),
                        operand(type, w, rows(w)),
                        new Operand(type, 0, y, channelsLast(y)));
                var byInput = new ConvolutionInputGrad(window, 1, s[2], s[3]);
                convolution(
                        what + " by input",
                        backend,
                        library,
                        byInput,
                        operations,
                        operand(type, y, channelsLast(y)),
                        operand(type, w, rows(w)),
                        new Operand(type, 0, x, channelsLast(x)));
                var byWeight = new ConvolutionWeightGrad(window, 1, s[5], s[5]);
                convolution(
                        what + " by weight",
                        backend,
                        library,
                        byWeight,
                        operations,
                        operand(type, y, channelsLast(y)),
                        operand(type, x, channelsLast(x)),
                        new Operand(type, 0, w, rows(w)));
            }
        }
    }

    private void convolution(
            String what,
            CudaBackend backend,
            KernelFamily library,
            Computed p,
            double operations,
            Operand a,
            Operand b,
            Operand like) {
        compare(
                what,
                p,
                new Operand[] {a, b},
                like,
                operations,
                List.of((in, o) -> backend.ownKernels(p, in, o), by(library, p)),
                "own",
                "cuDNN");
    }

    private void attention() {
        var family = new AttentionKernels();
        long[][] shapes = {{32, 12, 128, 64}, {8, 12, 512, 64}, {4, 16, 2048, 128}};
        for (DType type : new DType[] {DType.FLOAT32, DType.BFLOAT16}) {
            for (long[] s : shapes) {
                for (boolean causal : new boolean[] {false, true}) {
                    var p = new Attention(1 / Math.sqrt(s[3]), causal, false, false, 1);
                    Operand q = operand(type, s, rows(s));
                    Operand k = operand(type, s, rows(s));
                    Operand v = operand(type, s, rows(s));
                    Operand y = operand(type, s, rows(s));
                    Operand lse = operand(DType.FLOAT32, Arrays.copyOf(s, 3), rows(s[0], s[1], s[2]));
                    Operand[] forward = {q, k, v};
                    Operand[] results = {y, lse};
                    Operand[] backward = {q, k, v, y, lse, operand(type, s, rows(s))};
                    Operand[] gradients = {
                        operand(type, s, rows(s)), operand(type, s, rows(s)), operand(type, s, rows(s))
                    };
                    double operations = 4.0 * s[0] * s[1] * s[2] * s[2] * s[3] / (causal ? 2 : 1);
                    String what = "attention %s %s%s".formatted(type, Arrays.toString(s), causal ? " causal" : "");
                    try {
                        double f = milliseconds(work(family, p, forward, results));
                        double b = milliseconds(work(family, new AttentionGrad(p, type, 0), backward, gradients));
                        out.println(
                                what
                                        + ": %s ms, %s Tflop/s; gradient %s ms, %s Tflop/s"
                                                .formatted(
                                                        digits(f),
                                                        digits(operations / f / 1e9),
                                                        digits(b),
                                                        digits(2.5 * operations / b / 1e9)));
                    } catch (RuntimeException e) {
                        out.println(what + ": FAILED: " + e);
                    }
                    allocated.forEach(gpu::free);
                    allocated.clear();
                }
            }
        }
    }

    private Work work(KernelFamily family, Computed p, Operand[] in, Operand[] results) {
        Work work = family.prepare(gpu, p, in, results);
        if (work == null) {
            throw new IllegalStateException("no kernel");
        }
        return work;
    }
}
