package fathom.nn;

import static fathom.nn.GradientCases.positive;
import static fathom.nn.GradientCases.randn;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.GradientCases.Case;
import fathom.options.PadMode;
import fathom.options.Reduction;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** First and second derivatives of the functions of layers, by differences. */
class FunctionGradientsTest {
    private static Map<String, Case> cases() {
        Tensors.manualSeed(23);
        var c = new LinkedHashMap<String, Case>();
        c.put("linear", new Case(t -> Tensors.linear(t[0], t[1], t[2]), randn(2, 3), randn(4, 3), randn(4)));
        c.put(
                "bilinear",
                new Case(
                        t -> Tensors.bilinear(t[0], t[1], t[2], t[3]),
                        randn(2, 2),
                        randn(2, 3),
                        randn(2, 2, 3),
                        randn(2)));
        c.put(
                "conv2d",
                new Case(
                        t -> Tensors.conv2d(t[0], t[1], t[2], o -> o.stride(2, 1).padding(1).groups(2)),
                        randn(2, 2, 4, 3),
                        randn(4, 1, 3, 2),
                        randn(4)));
        c.put(
                "conv1d",
                new Case(
                        t -> Tensors.conv1d(t[0], t[1], t[2], o -> o.dilation(2)),
                        randn(1, 2, 6),
                        randn(2, 2, 2),
                        randn(2)));
        c.put(
                "convTranspose2d",
                new Case(
                        t -> Tensors.convTranspose2d(t[0], t[1], t[2], o -> o.stride(2).outputPadding(1)),
                        randn(1, 2, 2, 3),
                        randn(2, 2, 2, 2),
                        randn(2)));
        c.put("maxPool2d", new Case(t -> Tensors.maxPool2d(t[0], 2, o -> o.stride(1).padding(1)), randn(1, 2, 4, 4)));
        c.put(
                "avgPool2d",
                new Case(
                        t -> Tensors.avgPool2d(t[0], 3, o -> o.stride(2).padding(1).ceilMode(true)),
                        randn(1, 2, 4, 5)));
        c.put("adaptiveAvgPool2d", new Case(t -> Tensors.adaptiveAvgPool2d(t[0], 2, 3), randn(1, 2, 5, 4)));
        c.put("adaptiveMaxPool1d", new Case(t -> Tensors.adaptiveMaxPool1d(t[0], 3), randn(1, 2, 7)));
        c.put(
                "batchNorm",
                new Case(
                        t -> Tensors.batchNorm(t[0], null, null, o -> o.weight(t[1]).bias(t[2]).training(true)),
                        randn(3, 2, 2, 2),
                        randn(2),
                        randn(2)));
        c.put(
                "batchNorm plain",
                new Case(t -> Tensors.batchNorm(t[0], null, null, o -> o.training(true)), randn(4, 2)));
        Tensor mean = randn(2);
        Tensor var = positive(2);
        c.put(
                "batchNorm eval",
                new Case(
                        t -> Tensors.batchNorm(t[0], mean, var, o -> o.weight(t[1]).bias(t[2])),
                        randn(3, 2, 2),
                        randn(2),
                        randn(2)));
        c.put(
                "layerNorm",
                new Case(
                        t -> Tensors.layerNorm(t[0], new long[] {3, 2}, t[1], t[2], 1e-5),
                        randn(2, 3, 2),
                        randn(3, 2),
                        randn(3, 2)));
        c.put(
                "groupNorm",
                new Case(t -> Tensors.groupNorm(t[0], 2, t[1], t[2], 1e-5), randn(2, 4, 2), randn(4), randn(4)));
        c.put("instanceNorm", new Case(t -> Tensors.instanceNorm(t[0], o -> o.weight(t[1])), randn(2, 2, 3), randn(2)));
        c.put("rmsNorm", new Case(t -> Tensors.rmsNorm(t[0], new long[] {4}, t[1], 1e-6), randn(3, 4), randn(4)));
        Tensor index = Tensors.tensor(new long[][] {{0, 2}, {2, 1}});
        c.put("embedding", new Case(t -> Tensors.embedding(index, t[0]), randn(3, 2)));
        c.put("pad", new Case(t -> Tensors.pad(t[0], 1, -1, 2, 0), randn(2, 3)));
        c.put("pad reflect", new Case(t -> Tensors.pad(t[0], new long[] {2, 1}, PadMode.REFLECT), randn(2, 3)));
        c.put(
                "interpolate",
                new Case(
                        t ->
                                Tensors.interpolate(
                                        t[0], o -> o.size(3, 5).mode(fathom.options.InterpolateOptions.Mode.LINEAR)),
                        randn(1, 2, 2, 3)));
        c.put("normalize", new Case(t -> Tensors.normalize(t[0], 2, 1), randn(2, 3)));
        c.put("cosineSimilarity", new Case(t -> Tensors.cosineSimilarity(t[0], t[1], 1), randn(2, 3), randn(2, 3)));

        Tensor classes = Tensors.tensor(2L, 0, -100, 1);
        Tensor weight = positive(3);
        for (Reduction r : List.of(Reduction.MEAN, Reduction.SUM, Reduction.NONE)) {
            c.put(
                    "crossEntropy " + r,
                    new Case(t -> Tensors.crossEntropy(t[0], classes, o -> o.reduction(r)), randn(4, 3)));
        }
        c.put(
                "crossEntropy smooth",
                new Case(
                        t -> Tensors.crossEntropy(t[0], classes, o -> o.weight(weight).labelSmoothing(0.2)),
                        randn(4, 3)));
        c.put(
                "crossEntropy probabilities",
                new Case(
                        t -> Tensors.crossEntropy(t[0], t[1], o -> o.weight(weight).labelSmoothing(0.2)),
                        randn(2, 3, 2),
                        positive(2, 3, 2)));
        c.put("nllLoss", new Case(t -> Tensors.nllLoss(t[0], classes, o -> o.weight(weight)), randn(4, 3)));
        c.put("mseLoss", new Case(t -> Tensors.mseLoss(t[0], t[1]), randn(2, 3), randn(2, 3)));
        c.put("huberLoss", new Case(t -> Tensors.huberLoss(t[0], t[1], 0.7, Reduction.MEAN), randn(2, 3), randn(2, 3)));
        c.put(
                "smoothL1Loss",
                new Case(t -> Tensors.smoothL1Loss(t[0], t[1], 0.7, Reduction.SUM), randn(2, 3), randn(2, 3)));
        c.put("bceLoss", new Case(t -> Tensors.bceLoss(t[0], t[1]), positive(2, 3), positive(2, 3)));
        c.put(
                "bceWithLogits",
                new Case(
                        t -> Tensors.bceWithLogits(t[0], t[1], o -> o.weight(weight).posWeight(t[2])),
                        randn(2, 3),
                        positive(2, 3),
                        positive(3)));
        c.put("klDiv", new Case(t -> Tensors.klDiv(t[0], t[1]), randn(2, 3), positive(2, 3)));
        Tensor sign = Tensors.tensor(1.0, -1);
        c.put(
                "cosineEmbeddingLoss",
                new Case(t -> Tensors.cosineEmbeddingLoss(t[0], t[1], sign), positive(2, 3), positive(2, 3)));
        c.put(
                "tripletMarginLoss",
                new Case(t -> Tensors.tripletMarginLoss(t[0], t[1], t[2]), randn(2, 3), randn(2, 3), randn(2, 3)));
        return c;
    }

    @TestFactory
    Stream<DynamicTest> firstAndSecondOrder() {
        return GradientCases.firstAndSecondOrder(cases());
    }

    @Test
    void fusedAndComposedGradientsAgree() {
        GradientCases.fusedAndComposedAgree(cases());
    }
}
