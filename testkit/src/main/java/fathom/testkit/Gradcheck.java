package fathom.testkit;

import fathom.Autograd;
import fathom.DType;
import fathom.Shape;
import fathom.Tensor;
import fathom.Tensors;
import java.lang.ref.Reference;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Gradient checks by central differences, in float64. */
public final class Gradcheck {
    private static final double STEP = 1e-6;
    private static final double RTOL = 1e-5;
    private static final double ATOL = 1e-6;

    private Gradcheck() {}

    /**
     * Compares the gradients of all inputs of a function with central differences, and its inferred specs with the
     * computed ones ({@link MetaCheck}).
     *
     * @param function differentiable near the inputs; called many times
     * @param inputs of type float64; each gets a gradient
     * @throws AssertionError naming the input and the element whose gradient differs
     */
    public static void check(Function<Tensor[], Tensor> function, Tensor... inputs) {
        checkAll(t -> new @Nullable Tensor[] {function.apply(t)}, "gradient", inputs);
        MetaCheck.check(function, inputs);
    }

    /** Compares second derivatives, the gradients of a function's gradients, with central differences. */
    public static void gradgradcheck(Function<Tensor[], Tensor> function, Tensor... inputs) {
        Tensor like = function.apply(inputs);
        Tensor[] more = Arrays.copyOf(inputs, inputs.length + 1);
        more[inputs.length] = random(like.shape().dims(), 7);
        checkAll(
                t -> {
                    Tensor[] first = Arrays.copyOf(t, inputs.length);
                    Tensor result = function.apply(first);
                    return Autograd.grad(
                                    result,
                                    List.of(first),
                                    o -> o.gradient(t[inputs.length]).createGraph(true).allowUnused(true))
                            .toArray(Tensor[]::new);
                },
                "second derivative",
                more);
    }

    /** Both {@link #check} and {@link #gradgradcheck}. */
    public static void checkTwice(Function<Tensor[], Tensor> function, Tensor... inputs) {
        check(function, inputs);
        gradgradcheck(function, inputs);
    }

    private static void checkAll(Function<Tensor[], @Nullable Tensor[]> function, String what, Tensor... given) {
        var inputs = new Tensor[given.length];
        for (int i = 0; i < inputs.length; i++) {
            if (given[i].dtype() != DType.FLOAT64) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT, "input %d is %s; gradients are checked in float64", i, given[i].dtype()));
            }
            inputs[i] = given[i].detach().clone().requiresGrad_();
        }
        @Nullable Tensor[] results = function.apply(inputs);
        var weights = new ArrayList<Tensor>();
        for (int k = 0; k < results.length; k++) {
            Tensor result = results[k];
            weights.add(result == null ? Tensors.zeros(DType.FLOAT64) : random(result.shape().dims(), 11 + k));
        }
        double[][] analytic = analytic(inputs, results, weights);
        for (int i = 0; i < inputs.length; i++) {
            double[] values = values(inputs[i]);
            for (int e = 0; e < values.length; e++) {
                double x = values[e];
                set(inputs[i], e, x + STEP);
                double above = weighted(function.apply(inputs), weights);
                set(inputs[i], e, x - STEP);
                double below = weighted(function.apply(inputs), weights);
                set(inputs[i], e, x);
                double numeric = (above - below) / (2 * STEP);
                if (!(Math.abs(analytic[i][e] - numeric)
                        <= ATOL + RTOL * Math.max(Math.abs(numeric), scale(results)))) {
                    throw new AssertionError(
                            String.format(
                                    Locale.ROOT,
                                    "%s by element %d of input %d of shape %s is %s, by differences %s",
                                    what,
                                    e,
                                    i,
                                    inputs[i].shape(),
                                    analytic[i][e],
                                    numeric));
                }
            }
        }
    }

    /** Changes an element; on the CPU directly in memory, without incrementing the version. */
    private static void set(Tensor t, int element, double value) {
        if (t.device().type().equals("cpu")) {
            Cells.set(TensorAssert.operand(t), element, value);
        } else {
            Tensor unused = t.detach().reshape(-1).select(0, element).fill_(value);
        }
        Reference.reachabilityFence(t);
    }

    /** Large values lose precision in differences. */
    private static double scale(@Nullable Tensor[] results) {
        double most = 0;
        for (Tensor t : results) {
            if (t != null) {
                for (double v : values(t)) {
                    most = Math.max(most, Math.abs(v));
                }
            }
        }
        return most / 1000;
    }

    private static double[][] analytic(Tensor[] inputs, @Nullable Tensor[] results, List<Tensor> weights) {
        var sums = new double[inputs.length][];
        for (int i = 0; i < inputs.length; i++) {
            sums[i] = new double[Math.toIntExact(inputs[i].numel())];
        }
        for (int k = 0; k < results.length; k++) {
            Tensor result = results[k];
            if (result == null || !result.requiresGrad()) {
                continue;
            }
            Tensor weight = weights.get(k);
            List<Tensor> grads =
                    Autograd.grad(result, List.of(inputs), o -> o.gradient(weight).retainGraph(true).allowUnused(true));
            for (int i = 0; i < inputs.length; i++) {
                @Nullable Tensor g = grads.get(i);
                if (g != null) {
                    TensorAssert.assertThat(g).as("gradient by input %d", i).hasShape(inputs[i].shape().dims());
                    double[] values = values(g);
                    for (int e = 0; e < values.length; e++) {
                        sums[i][e] += values[e];
                    }
                }
            }
        }
        return sums;
    }

    private static double weighted(@Nullable Tensor[] results, List<Tensor> weights) {
        double sum = 0;
        for (int k = 0; k < results.length; k++) {
            Tensor result = results[k];
            if (result != null) {
                double[] a = values(result);
                double[] w = values(weights.get(k));
                for (int e = 0; e < a.length; e++) {
                    sum += a[e] * w[e];
                }
            }
        }
        return sum;
    }

    private static double[] values(Tensor t) {
        Tensor here = t.detach().cpu();
        double[] values = Operands.toArray(TensorAssert.operand(here));
        Reference.reachabilityFence(here);
        return values;
    }

    private static Tensor random(long[] shape, long seed) {
        var random = new SplittableRandom(seed);
        var values = new double[Math.toIntExact(Shape.of(shape).numel())];
        Arrays.setAll(values, e -> random.nextGaussian());
        return Tensors.tensor(values, DType.FLOAT64).reshape(shape);
    }
}
