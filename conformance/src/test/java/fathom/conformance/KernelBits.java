package fathom.conformance;

import static fathom.Tensors.avgPool2d;
import static fathom.Tensors.avgPool3d;
import static fathom.Tensors.bernoulli;
import static fathom.Tensors.conv2d;
import static fathom.Tensors.conv3d;
import static fathom.Tensors.manualSeed;
import static fathom.Tensors.maxPool2d;
import static fathom.Tensors.maxPool3d;
import static fathom.Tensors.rand;
import static fathom.Tensors.randn;

import fathom.DType;
import fathom.Tensor;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BinaryOperator;

/** Prints a digest of the bits computed by each kind of kernel, a line each: for comparing JVMs with each other. */
final class KernelBits {
    private static final Map<String, BinaryOperator<Tensor>> KERNELS = new LinkedHashMap<>();

    static {
        pointwise();
        reductions();
        contractions();
        KERNELS.put(
                "gradient",
                (x, y) -> {
                    Tensor w = y.detach().clone().requiresGrad_(true);
                    w.mul(x).tanh().softmax(1).square().sum().backward();
                    return w.grad();
                });
    }

    private KernelBits() {}

    private static void pointwise() {
        for (String name :
                List.of(
                        "exp",
                        "tanh",
                        "sigmoid",
                        "sin",
                        "cos",
                        "tan",
                        "erf",
                        "gelu",
                        "softplus",
                        "expm1",
                        "atan",
                        "sinh",
                        "mish",
                        "silu",
                        "elu")) {
            KERNELS.put(name, (x, y) -> call(x, name));
        }
        for (String name : List.of("log", "log1p", "log2", "sqrt", "rsqrt", "lgamma", "digamma")) {
            KERNELS.put(name, (x, y) -> call(y, name));
        }
        KERNELS.put("pow", (x, y) -> y.pow(x));
        KERNELS.put("div", Tensor::div);
        KERNELS.put("remainder", Tensor::remainder);
        KERNELS.put("atan2", Tensor::atan2);
        KERNELS.put("mul, add", (x, y) -> x.mul(y).add(x));
    }

    private static Tensor call(Tensor t, String method) {
        try {
            return (Tensor) Tensor.class.getMethod(method).invoke(t);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(method, e);
        }
    }

    private static void reductions() {
        KERNELS.put("sum", (x, y) -> x.sum());
        KERNELS.put("sum of columns", (x, y) -> x.sum(0));
        KERNELS.put("sum of rows", (x, y) -> x.sum(1));
        KERNELS.put("var", (x, y) -> x.var());
        KERNELS.put("var of rows", (x, y) -> x.var(1));
        KERNELS.put("prod", (x, y) -> y.prod(1));
        KERNELS.put("amax", (x, y) -> x.amax(1));
        KERNELS.put("argmax", (x, y) -> x.argmax(1));
        KERNELS.put("logsumexp", (x, y) -> x.logsumexp(1));
        KERNELS.put("softmax of rows", (x, y) -> x.softmax(1));
        KERNELS.put("softmax of short rows", (x, y) -> x.reshape(-1).narrow(0, 0, 173 * 28).view(173, 28).softmax(1));
        KERNELS.put("softmax of columns", (x, y) -> x.softmax(0));
        KERNELS.put("cumsum", (x, y) -> x.cumsum(1));
        KERNELS.put("sort", (x, y) -> x.sort(1).values());
    }

    private static void contractions() {
        KERNELS.put("matmul", (x, y) -> x.matmul(y.t()));
        KERNELS.put("matmul, left transposed", (x, y) -> x.t().matmul(y));
        KERNELS.put("conv2d 3 to 8", (x, y) -> conv2d(images(x, 2, 3, 17), images(y, 8, 3, 3), null));
        KERNELS.put("conv2d 32 to 32", (x, y) -> conv2d(images(x, 2, 32, 9), images(y, 32, 32, 3), null));
        KERNELS.put("maxPool2d", (x, y) -> maxPool2d(images(x, 2, 3, 17), 2));
        KERNELS.put("avgPool2d", (x, y) -> avgPool2d(images(x, 2, 3, 17), 3));
        KERNELS.put("conv3d", (x, y) -> conv3d(volumes(x, 2, 5, 7), volumes(y, 9, 5, 3), null));
        KERNELS.put("maxPool3d", (x, y) -> maxPool3d(volumes(x, 2, 19, 9), 2));
        KERNELS.put("avgPool3d", (x, y) -> avgPool3d(volumes(x, 2, 19, 9), 3));
    }

    private static Tensor images(Tensor like, long n, long c, long side) {
        return randn(n, c, side, side).to(like.dtype());
    }

    private static Tensor volumes(Tensor like, long n, long c, long side) {
        return randn(n, c, side, side, side).to(like.dtype());
    }

    /** Prints the digests. */
    public static void main(String[] args) {
        for (DType type : List.of(DType.FLOAT32, DType.FLOAT64, DType.BFLOAT16)) {
            manualSeed(1);
            Tensor x = randn(37, 131).to(type);
            Tensor y = rand(37, 131).add(0.1).to(type);
            KERNELS.forEach((name, kernel) ->
                    System.out.printf(Locale.ROOT, "%s, %s: %016x%n", name, type, digest(kernel.apply(x, y))));
        }
        System.out.printf(Locale.ROOT, "rand: %016x%n", digest(rand(1000)));
        System.out.printf(Locale.ROOT, "bernoulli: %016x%n", digest(bernoulli(rand(1000))));
    }

    private static long digest(Tensor t) {
        long hash = 1;
        for (double v : t.detach().to(DType.FLOAT64).reshape(-1).toDoubleArray()) {
            hash = hash * 0x9E3779B97F4A7C15L + Double.doubleToLongBits(v);
        }
        return hash;
    }
}
