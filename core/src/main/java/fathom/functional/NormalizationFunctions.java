package fathom.functional;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.scalar;
import static fathom.ir.Exprs.sub;
import static fathom.ir.Exprs.unary;
import static fathom.ir.Exprs.wide;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.dispatch.OperandTypes;
import fathom.dispatch.TensorAccess;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.ir.UnaryOp;
import fathom.options.BatchNormOptions;
import fathom.primitive.Ops;
import fathom.primitive.Pointwise;
import fathom.primitive.neural.Normalize;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Normalisations as functions. Part of {@link Tensors}; used by the layers of {@code fathom.nn}. Statistics are
 * computed in at least float32.
 */
public final class NormalizationFunctions {
    private NormalizationFunctions() {}

    /**
     * As {@link #batchNorm(Tensor, Tensor, Tensor, BatchNormOptions)}: {@code o -> o.weight(w).bias(b).training(true)}.
     */
    public static Tensor batchNorm(
            Tensor x, @Nullable Tensor runningMean, @Nullable Tensor runningVar, Consumer<BatchNormOptions> options) {
        var o = new BatchNormOptions();
        options.accept(o);
        return batchNorm(x, runningMean, runningVar, o);
    }

    /**
     * Batch normalisation (Ioffe and Szegedy, 2015): each channel is normalised to mean 0 and variance 1 over batch and
     * positions, then scaled and shifted.
     *
     * @param x {@code [N, C]} or {@code [N, C, d1, ...]}
     * @param runningMean {@code [C]}: used in evaluation, updated towards the batch's in training; null for none
     * @param runningVar {@code [C]}: as runningMean
     * @throws IllegalArgumentException if shapes do not match, naming them, or if a channel has only one value in
     *     training
     * @see <a href="https://d2l.ai/chapter_convolutional-modern/batch-norm.html">Dive into Deep Learning, Batch
     *     Normalization</a>
     */
    public static Tensor batchNorm(
            Tensor x, @Nullable Tensor runningMean, @Nullable Tensor runningVar, BatchNormOptions options) {
        String op = "batchNorm";
        if (x.dim() < 2 || !x.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    "%s: expected an input [N, C, ...] of a floating type, not %s of %s"
                            .formatted(op, x.shape(), x.dtype()));
        }
        long c = x.size(1);
        var perChannel = new long[x.dim()];
        Arrays.fill(perChannel, 1);
        perChannel[1] = c;
        Tensor w = perChannel(op, "weight", options.weight(), x, perChannel);
        Tensor b = perChannel(op, "bias", options.bias(), x, perChannel);
        OperandTypes.parameter(op, x.dtype(), "runningMean", runningMean);
        OperandTypes.parameter(op, x.dtype(), "runningVar", runningVar);
        if (!options.training()) {
            Tensor mean = perChannel(op, "runningMean", runningMean, x, perChannel);
            Tensor var = perChannel(op, "runningVar", runningVar, x, perChannel);
            if (mean == null || var == null) {
                throw new IllegalArgumentException(op + ": runningMean and runningVar are required unless training");
            }
            return withStatistics(x, mean, var, w, b, options.eps());
        }
        long n = x.numel() / Math.max(1, c);
        if (n == 1) {
            throw new IllegalArgumentException(
                    "%s: input %s has 1 value per channel; training requires 2 or more".formatted(op, x.shape()));
        }
        var dims = new int[x.dim() - 1];
        for (int i = 1; i < dims.length; i++) {
            dims[i] = i + 1;
        }
        Tensor[] out = normalize(dims, options.eps(), true, x, w, b);
        if (n == 0) {
            return out[0]; // an empty batch does not change the statistics
        }
        try (var off = TensorAccess.gradients(false)) {
            if (runningMean != null) {
                Tensor mean = out[1].reshape(c).to(runningMean.dtype());
                runningMean.lerp_(mean, options.momentum());
            }
            if (runningVar != null) {
                Tensor unbiased = out[3].reshape(c).mul(n / (n - 1.0)).to(runningVar.dtype());
                runningVar.lerp_(unbiased, options.momentum());
            }
        }
        return out[0];
    }

    private static @Nullable Tensor perChannel(
            String op, String what, @Nullable Tensor t, Tensor x, long[] perChannel) {
        if (t == null) {
            return null;
        }
        if (t.dim() != 1 || t.size(0) != x.size(1)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: input %s has %d channels, %s has shape %s",
                            op,
                            x.shape(),
                            x.size(1),
                            what,
                            t.shape()));
        }
        OperandTypes.parameter(op, x.dtype(), what, t);
        return t.reshape(perChannel);
    }

    private static Tensor withStatistics(
            Tensor x, Tensor mean, Tensor var, @Nullable Tensor w, @Nullable Tensor b, double eps) {
        DType wide = wide(x.dtype());
        // the scale is per channel: computed once, not with a root and a quotient per element
        var few = new ArrayList<Tensor>();
        Expr rstd = unary(UnaryOp.RSQRT, add(next(few, var, wide), scalar(0, wide)));
        Expr product = w == null ? rstd : mul(rstd, next(few, w, wide));
        Tensor factor = Ops.applyAll(new Pointwise(Kernel.of(product), eps), few.toArray(Tensor[]::new))[0];
        var in = new ArrayList<Tensor>();
        Expr e = mul(sub(next(in, x, wide), next(in, mean, wide)), next(in, factor, wide));
        e = b == null ? e : add(e, next(in, b, wide));
        return Ops.applyAll(new Pointwise(Kernel.of(cast(x.dtype(), e))), in.toArray(Tensor[]::new))[0];
    }

    private static Expr next(List<Tensor> in, Tensor t, DType wide) {
        in.add(t);
        return cast(wide, input(in.size() - 1, t.dtype()));
    }

    private static Tensor[] normalize(
            int[] dims, double eps, boolean centred, Tensor x, @Nullable Tensor w, @Nullable Tensor b) {
        var in = new ArrayList<Tensor>();
        in.add(x);
        if (w != null) {
            in.add(w);
        }
        if (b != null) {
            in.add(b);
        }
        var primitive = new Normalize(dims, eps, centred, w != null, b != null);
        return Ops.applyAll(primitive, in.toArray(Tensor[]::new));
    }

    /** {@return {@link #layerNorm(Tensor, long[], Tensor, Tensor, double)} without weight and bias, with eps 1e-5} */
    public static Tensor layerNorm(Tensor x, long... normalizedShape) {
        return layerNorm(x, normalizedShape, null, null, 1e-5);
    }

    /**
     * Layer normalisation (Ba et al., 2016): normalises to mean 0 and variance 1 over the last dimensions, then scales
     * and shifts.
     *
     * @param x {@code [..., normalizedShape]}
     * @param normalizedShape the shape of those dimensions
     * @param weight of that shape, or null
     * @param bias of that shape, or null
     * @param eps the term added to the variance
     * @throws IllegalArgumentException if shapes do not match, naming them
     */
    public static Tensor layerNorm(
            Tensor x, long[] normalizedShape, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        int[] dims = lastDims("layerNorm", x, normalizedShape, weight, bias);
        return normalize(dims, eps, true, x, inRank(weight, x), inRank(bias, x))[0];
    }

    /**
     * Root-mean-square normalisation (Zhang and Sennrich, 2019): layer normalisation without subtraction of the mean.
     *
     * @param x {@code [..., normalizedShape]}
     * @param normalizedShape the shape of the dimensions over which the mean square is taken
     * @param weight of that shape, or null
     * @param eps the term added to the mean square
     * @throws IllegalArgumentException if shapes do not match, naming them
     */
    public static Tensor rmsNorm(Tensor x, long[] normalizedShape, @Nullable Tensor weight, double eps) {
        int[] dims = lastDims("rmsNorm", x, normalizedShape, weight, null);
        return normalize(dims, eps, false, x, inRank(weight, x), null)[0];
    }

    private static int[] lastDims(
            String op, Tensor x, long[] normalizedShape, @Nullable Tensor weight, @Nullable Tensor bias) {
        int k = normalizedShape.length;
        int rank = x.dim();
        boolean fits =
                k > 0
                        && rank >= k
                        && Arrays.equals(Arrays.copyOfRange(Ops.shape(x), rank - k, rank), normalizedShape)
                        && x.dtype().isFloating();
        if (!fits) {
            throw new IllegalArgumentException(
                    "%s: input %s of %s does not end in %s, or its type is not floating"
                            .formatted(op, x.shape(), x.dtype(), Arrays.toString(normalizedShape)));
        }
        for (Tensor t : new @Nullable Tensor[] {weight, bias}) {
            if (t != null && !Arrays.equals(Ops.shape(t), normalizedShape)) {
                throw new IllegalArgumentException(
                        "%s: weight or bias %s does not have shape %s"
                                .formatted(op, t.shape(), Arrays.toString(normalizedShape)));
            }
            OperandTypes.parameter(op, x.dtype(), "weight or bias", t);
        }
        var dims = new int[k];
        Arrays.setAll(dims, i -> rank - k + i);
        return dims;
    }

    private static @Nullable Tensor inRank(@Nullable Tensor t, Tensor x) {
        if (t == null || t.dim() == x.dim()) {
            return t;
        }
        var shape = new long[x.dim()];
        Arrays.fill(shape, 1);
        System.arraycopy(Ops.shape(t), 0, shape, x.dim() - t.dim(), t.dim());
        return t.reshape(shape);
    }

    /**
     * Group normalisation (Wu and He, 2018): normalises each example's groups of channels to mean 0 and variance 1,
     * then scales and shifts per channel.
     *
     * @param x {@code [N, C, ...]}
     * @param groups the number of groups, which divides C
     * @param weight {@code [C]}, or null
     * @param bias {@code [C]}, or null
     * @param eps the term added to the variance
     * @throws IllegalArgumentException if shapes do not match, naming them
     */
    public static Tensor groupNorm(Tensor x, int groups, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        return grouped("groupNorm", x, groups, weight, bias, eps)[0];
    }

    /**
     * Instance normalisation (Ulyanov et al., 2016): normalises each channel of each example to mean 0 and variance 1.
     *
     * @param x {@code [N, C, d1, ...]}
     * @throws IllegalArgumentException if x has fewer than three dimensions, or one value per channel
     */
    public static Tensor instanceNorm(Tensor x) {
        return instanceNorm(x, o -> {});
    }

    /**
     * Instance normalisation, then scale and shift per channel: {@code instanceNorm(x, o -> o.weight(w).bias(b))}. The
     * statistics are always those of x. PyTorch's second and third argument are running statistics, as in {@link
     * #instanceNorm(Tensor, Tensor, Tensor, Consumer)}.
     *
     * @param x {@code [N, C, d1, ...]}
     * @param options weight, bias and eps; others have no effect
     * @throws IllegalArgumentException if shapes do not match, naming them
     */
    public static Tensor instanceNorm(Tensor x, Consumer<BatchNormOptions> options) {
        return instanceNorm(x, null, null, options.andThen(o -> o.training(true)));
    }

    /**
     * Instance normalisation with running statistics: as {@link #batchNorm(Tensor, Tensor, Tensor, Consumer)}, but in
     * training each example is normalised by its own statistics, and the running statistics are updated towards their
     * mean over the batch.
     *
     * @param x {@code [N, C, d1, ...]}
     * @param runningMean {@code [C]}: used in evaluation, updated in training; null for none
     * @param runningVar {@code [C]}: as runningMean
     * @throws IllegalArgumentException if shapes do not match, naming them, or if a channel has only one value in
     *     training
     */
    public static Tensor instanceNorm(
            Tensor x, @Nullable Tensor runningMean, @Nullable Tensor runningVar, Consumer<BatchNormOptions> options) {
        var o = new BatchNormOptions();
        options.accept(o);
        checkInstances(x, o.training());
        if (!o.training()) {
            return batchNorm(x, runningMean, runningVar, o);
        }
        for (Tensor t : new @Nullable Tensor[] {runningMean, runningVar}) {
            if (t != null && (t.dim() != 1 || t.size(0) != x.size(1))) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "instanceNorm: input %s has %d channels, runningMean or runningVar has shape %s",
                                x.shape(),
                                x.size(1),
                                t.shape()));
            }
        }
        Tensor[] out =
                grouped("instanceNorm", x, Math.max(1, Math.toIntExact(x.size(1))), o.weight(), o.bias(), o.eps());
        if (x.numel() == 0) {
            return out[0];
        }
        try (var off = TensorAccess.gradients(false)) {
            long[] perInstance = {x.size(0), x.size(1)};
            if (runningMean != null) {
                Tensor mean = out[1].reshape(perInstance).mean(0);
                runningMean.lerp_(mean.to(runningMean.dtype()), o.momentum());
            }
            if (runningVar != null) {
                double n = (double) x.numel() / (x.size(0) * x.size(1));
                Tensor unbiased = out[3].reshape(perInstance).mean(0).mul(n / (n - 1));
                runningVar.lerp_(unbiased.to(runningVar.dtype()), o.momentum());
            }
        }
        return out[0];
    }

    private static void checkInstances(Tensor x, boolean mustVary) {
        if (x.dim() < 3) {
            throw new IllegalArgumentException("instanceNorm: expected an input [N, C, d1, ...], not " + x.shape());
        }
        long values = 1;
        for (int d = 2; d < x.dim(); d++) {
            values *= x.size(d);
        }
        if (mustVary && values == 1) {
            throw new IllegalArgumentException(
                    "instanceNorm: input %s has one value per channel; requires 2 or more".formatted(x.shape()));
        }
    }

    /** {@return the outputs of {@link #normalize}, the first in the shape of x} */
    private static Tensor[] grouped(
            String op, Tensor x, int groups, @Nullable Tensor weight, @Nullable Tensor bias, double eps) {
        if (x.dim() < 2 || groups < 1 || x.size(1) % groups != 0 || !x.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: expected an input [N, C, ...] of a floating type with channels divisible by %d, not %s of %s",
                            op,
                            groups,
                            x.shape(),
                            x.dtype()));
        }
        long c = x.size(1);
        for (Tensor t : new @Nullable Tensor[] {weight, bias}) {
            if (t != null && (t.dim() != 1 || t.size(0) != c)) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "%s: input %s has %d channels, weight or bias %s",
                                op,
                                x.shape(),
                                c,
                                t.shape()));
            }
            OperandTypes.parameter(op, x.dtype(), "weight or bias", t);
        }
        long[] split = {x.size(0), groups, c / groups, c == 0 || x.size(0) == 0 ? 0 : x.numel() / (x.size(0) * c)};
        long[] perChannel = {1, groups, c / groups, 1};
        Tensor w = weight == null ? null : weight.reshape(perChannel);
        Tensor b = bias == null ? null : bias.reshape(perChannel);
        Tensor[] out = normalize(new int[] {2, 3}, eps, true, x.reshape(split), w, b);
        out[0] = out[0].reshape(x.shape().dims());
        return out;
    }
}
