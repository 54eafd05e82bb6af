package fathom.optim;

import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.Tensors;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.ir.ReduceOp;
import fathom.ir.UnaryOp;
import fathom.primitive.Ops;
import fathom.primitive.Reduce;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.IntStream;

/**
 * Gradient clipping, to be called between {@code backward} and {@code step}.
 *
 * @see <a href="https://d2l.ai/chapter_recurrent-neural-networks/rnn-scratch.html">Dive into Deep Learning, Gradient
 *     Clipping</a>
 */
public final class Clip {
    private Clip() {}

    /** As {@link #gradNorm_(Iterable, double, double)}, for the Euclidean norm. */
    public static double gradNorm_(Iterable<Tensor> parameters, double maxNorm) {
        return gradNorm_(parameters, maxNorm, 2);
    }

    /**
     * Scales all gradients in place so that their total norm, that of their concatenation, is at most {@code maxNorm}.
     *
     * @param parameters those without a gradient are skipped
     * @param normType the p of the norm; infinity for the maximum absolute value
     * @return the norm before clipping; NaN and infinity propagate to all gradients, as in PyTorch
     */
    public static double gradNorm_(Iterable<Tensor> parameters, double maxNorm, double normType) {
        List<Tensor> grads = gradients(parameters);
        double norm = norm(grads, normType).item();
        double scale = maxNorm / (norm + 1e-6);
        if (!(scale >= 1)) {
            update(grads, g -> Exprs.mul(g, Exprs.scalar(0, g.type())), scale);
        }
        return norm;
    }

    /** As {@link #gradNormAsTensor_(Iterable, double, double)}, for the Euclidean norm. */
    public static Tensor gradNormAsTensor_(Iterable<Tensor> parameters, double maxNorm) {
        return gradNormAsTensor_(parameters, maxNorm, 2);
    }

    /**
     * As {@link #gradNorm_(Iterable, double, double)}, but the norm stays in a tensor and is not read back: for
     * {@linkplain fathom.Captured captured} steps.
     *
     * @return the norm before clipping, a float64 scalar
     */
    public static Tensor gradNormAsTensor_(Iterable<Tensor> parameters, double maxNorm, double normType) {
        List<Tensor> grads = gradients(parameters);
        Tensor norm = norm(grads, normType);
        Tensor scale = norm.add(1e-6).rdiv(maxNorm).clampMax(1);
        byKind(grads)
                .forEach((kind, out) -> {
                    DType type = kind.type();
                    Tensor factors = scale.to(kind.device());
                    DType computed = UpdateRule.computed(type);
                    Expr x = Exprs.cast(computed, Exprs.input(0, type));
                    Expr factor = Exprs.cast(computed, Exprs.input(1, DType.FLOAT64));
                    var in = new ArrayList<Tensor[]>();
                    for (Tensor[] g : out) {
                        in.add(new Tensor[] {g[0], factors.expand(g[0].shape().dims())});
                    }
                    Kernel kernel = Kernel.of(Exprs.cast(type, Exprs.mul(x, factor)));
                    Ops.update(kernel, new Number[0], in, out);
                });
        return norm;
    }

    /**
     * {@return the Euclidean norm of all gradients, that of their concatenation, a float64 scalar} Nothing is scaled or
     * read back.
     *
     * @param parameters those without a gradient are skipped
     */
    public static Tensor gradNormAsTensor(Iterable<Tensor> parameters) {
        return norm(gradients(parameters), 2);
    }

    /**
     * Clamps each element of all gradients in place to {@code [-maxValue, maxValue]}.
     *
     * @param parameters those without a gradient are skipped
     */
    public static void gradValue_(Iterable<Tensor> parameters, double maxValue) {
        if (!(maxValue >= 0)) {
            throw new IllegalArgumentException("gradValue_: maxValue must not be negative, is " + maxValue);
        }
        update(
                gradients(parameters),
                g -> {
                    Expr max = Exprs.scalar(0, g.type());
                    Expr low = Exprs.binary(BinaryOp.MAX, g, Exprs.neg(max));
                    return Exprs.binary(BinaryOp.MIN, low, max);
                },
                maxValue);
    }

    private static List<Tensor> gradients(Iterable<Tensor> parameters) {
        var grads = new ArrayList<Tensor>();
        for (Tensor p : parameters) {
            Tensor g = Ops.gradient(p);
            if (g != null) {
                grads.add(g.detach());
            }
        }
        return grads;
    }

    private static Tensor norm(List<Tensor> grads, double p) {
        if (!(p > 0)) {
            throw new IllegalArgumentException("gradNorm_: the norm's p must be above 0, is " + p);
        }
        boolean greatest = p == Double.POSITIVE_INFINITY;
        Tensor total = null;
        for (Tensor g : grads) {
            if (g.numel() > 0) {
                Tensor part = total == null ? part(g, p) : part(g, p).to(total.device());
                total = total == null ? part : greatest ? total.maximum(part) : total.add(part);
            }
        }
        if (total == null) {
            return Tensors.zeros(DType.FLOAT64);
        }
        return greatest ? total : p == 2 ? total.sqrt() : total.pow(1 / p);
    }

    /** {@return the sum of the elements' absolute values to the power of p, or their maximum, in float64} */
    private static Tensor part(Tensor g, double p) {
        DType type = UpdateRule.computed(g.dtype());
        Expr x = Exprs.cast(type, Exprs.input(0, g.dtype()));
        Expr size = Exprs.unary(UnaryOp.ABS, x);
        Number[] scalars = {};
        if (p == 2) {
            size = Exprs.mul(x, x);
        } else if (p != 1 && p != Double.POSITIVE_INFINITY) {
            size = Exprs.binary(BinaryOp.POW, size, Exprs.scalar(0, type));
            scalars = new Number[] {p};
        }
        int[] all = IntStream.range(0, g.dim()).toArray();
        ReduceOp op = p == Double.POSITIVE_INFINITY ? ReduceOp.MAX : ReduceOp.SUM;
        return Ops.apply(new Reduce(op, Kernel.of(size), scalars, all), g).reshape().to(DType.FLOAT64);
    }

    private record Kind(DType type, Device device) {}

    /** {@return the gradients by type and device, each as the operand of an update} */
    private static Map<Kind, List<Tensor[]>> byKind(List<Tensor> grads) {
        var byKind = new LinkedHashMap<Kind, List<Tensor[]>>();
        for (Tensor g : grads) {
            byKind.computeIfAbsent(new Kind(g.dtype(), g.device()), k -> new ArrayList<>()).add(new Tensor[] {g});
        }
        return byKind;
    }

    /** Runs one kernel over all gradients of each type. */
    private static void update(List<Tensor> grads, Function<Expr, Expr> rule, double scalar) {
        byKind(grads)
                .forEach((kind, sets) -> {
                    DType type = kind.type();
                    Expr x = Exprs.cast(UpdateRule.computed(type), Exprs.input(0, type));
                    Kernel kernel = Kernel.of(Exprs.cast(type, rule.apply(x)));
                    Ops.update(kernel, new Number[] {scalar}, sets, sets);
                });
    }
}
