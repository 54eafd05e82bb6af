package fathom.conformance;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.options.CrossEntropyOptions;
import fathom.options.Reduction;
import fathom.options.Rounding;
import fathom.testkit.GoldenCase;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Values and gradients at kinks, jumps and saturation, for NaN and infinities, and of sums that overflow. */
class BendsGoldenTest {
    @TestFactory
    Stream<DynamicTest> cases() {
        return Goldens.each("bends", c -> c.checkOne(t -> call(c, t), rtol(c), atol(c)));
    }

    private static double rtol(GoldenCase c) {
        return switch (c.op()) {
            // PyTorch subtracts a sigmoid near 1 from 1, and approximates 1/6 by eight digits
            case "bceWithLogits", "hardsigmoid" -> 1e-7;
            default -> UnaryGoldenTest.rtol(c.out(0).dtype());
        };
    }

    private static double atol(GoldenCase c) {
        if (c.op().equals("cosineSimilarity")) {
            return 1e-15; // of gradients that are 0
        }
        // small gradients are the point of these cases, and those of float64 are small indeed
        return c.out(0).dtype() == DType.FLOAT64 ? 1e-300 : UnaryGoldenTest.atol(c.out(0).dtype()) * 1e-6;
    }

    private static Tensor call(GoldenCase c, Tensor[] t) {
        Tensor x = t[0];
        return switch (c.op()) {
            case "celu" -> x.celu(c.getDouble("alpha"));
            case "softplusBeta" -> x.softplus(c.getDouble("beta"), 20);
            case "threshold" -> x.threshold(c.getDouble("threshold"), c.getDouble("value"));
            case "clamp" -> x.clamp(c.getDouble("min"), c.getDouble("max"));
            case "hardtanhBounds" -> x.hardtanh(c.getDouble("min"), c.getDouble("max"));
            case "clampTensors" -> x.clamp(t[1], t[2]);
            case "logit" -> x.logit();
            case "maximum" -> x.maximum(t[1]);
            case "minimum" -> x.minimum(t[1]);
            case "divFloor" -> x.div(t[1], Rounding.FLOOR);
            case "divTrunc" -> x.div(t[1], Rounding.TRUNC);
            case "copysign" -> x.copysign(t[1]);
            case "fmod" -> x.fmod(t[1]);
            case "remainder" -> x.remainder(t[1]);
            case "normP" -> x.norm(c.getDouble("p"));
            case "std" -> x.std();
            case "stdDim" -> x.std(c.getInt("dim"));
            case "var" -> x.var();
            case "varBiased" -> x.var(c.getInts("dim"), 0, fathom.KeepDim.DROP_DIM);
            case "mean" -> x.mean();
            case "sum" -> x.sum();
            case "max" -> x.max();
            case "min" -> x.min();
            case "cosineSimilarity" -> Tensors.cosineSimilarity(x, t[1], c.getInt("dim"));
            case "l1Loss" -> Tensors.l1Loss(x, Tensors.zerosLike(x), Reduction.NONE);
            case "smoothL1Loss" -> Tensors.smoothL1Loss(x, Tensors.zerosLike(x), 1, Reduction.NONE);
            case "huberLoss" -> Tensors.huberLoss(x, Tensors.zerosLike(x), c.getDouble("delta"), Reduction.NONE);
            case "bceLoss" -> Tensors.bceLoss(x, c.tensor("target"), o -> o.reduction(reduction(c)));
            case "bceWithLogits" -> Tensors.bceWithLogits(x, c.tensor("target"), o -> o.reduction(Reduction.NONE));
            case "crossEntropy" -> Tensors.crossEntropy(x, c.tensor("target"), options(c));
            case "crossEntropySoft" -> Tensors.crossEntropy(x, t[1]);
            case "nllLoss" -> Tensors.nllLoss(x, c.tensor("target"), options(c));
            default -> {
                var f = UnaryGoldenTest.FUNCTIONS.get(c.op());
                if (f == null) {
                    throw new AssertionError("no function is named " + c.op());
                }
                yield f.apply(x);
            }
        };
    }

    private static Reduction reduction(GoldenCase c) {
        return c.has("reduction") ? Reduction.valueOf(c.get("reduction").toUpperCase(Locale.ROOT)) : Reduction.MEAN;
    }

    private static Consumer<CrossEntropyOptions> options(GoldenCase c) {
        @Nullable Tensor weight = c.hasTensor("weight") ? c.tensor("weight") : null;
        return o ->
                o.weight(weight)
                        .ignoreIndex(c.has("ignore") ? c.getInt("ignore") : -100)
                        .labelSmoothing(c.getDouble("smoothing", 0))
                        .reduction(reduction(c));
    }
}
