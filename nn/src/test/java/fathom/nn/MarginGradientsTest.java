package fathom.nn;

import static fathom.nn.GradientCases.positive;
import static fathom.nn.GradientCases.randn;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.GradientCases.Case;
import fathom.options.EmbeddingBagOptions;
import fathom.options.GridSampleOptions;
import fathom.options.InterpolateOptions.Mode;
import fathom.options.Reduction;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * First and second derivatives of losses with margins and of distributions, distances, norms of channels, resizing,
 * sampling, windows and bags.
 */
class MarginGradientsTest {
    private static Map<String, Case> cases() {
        Tensors.manualSeed(29);
        var c = new LinkedHashMap<String, Case>();
        Tensor sign = Tensors.tensor(1.0, -1, 1).reshape(3, 1).to(Tensors.FLOAT64);
        Tensor classes = Tensors.tensor(2L, 0, 1);
        Tensor labels = Tensors.tensor(new long[][] {{2, 0, -1}, {-1, 0, 0}, {1, -1, -1}});
        Tensor weight = positive(3);
        c.put(
                "marginRankingLoss",
                new Case(
                        t -> Tensors.marginRankingLoss(t[0], t[1], sign, 0.4, Reduction.MEAN),
                        randn(3, 2),
                        randn(3, 2)));
        c.put("hingeEmbeddingLoss", new Case(t -> Tensors.hingeEmbeddingLoss(t[0], sign), randn(3, 2)));
        c.put("softMarginLoss", new Case(t -> Tensors.softMarginLoss(t[0], sign), randn(3, 2)));
        c.put(
                "multilabelSoftMarginLoss",
                new Case(
                        t -> Tensors.multilabelSoftMarginLoss(t[0], t[1], weight, Reduction.NONE),
                        randn(2, 3),
                        positive(2, 3)));
        c.put("multiMarginLoss", new Case(t -> Tensors.multiMarginLoss(t[0], classes), randn(3, 3)));
        c.put(
                "multiMarginLoss squared",
                new Case(
                        t ->
                                Tensors.multiMarginLoss(
                                        t[0], classes, o -> o.p(2).weight(weight).reduction(Reduction.NONE)),
                        randn(3, 3)));
        c.put("multilabelMarginLoss", new Case(t -> Tensors.multilabelMarginLoss(t[0], labels), randn(3, 3)));
        c.put(
                "gaussianNllLoss",
                new Case(t -> Tensors.gaussianNllLoss(t[0], t[1], t[2]), randn(2, 3), randn(2, 3), positive(2)));
        c.put("poissonNllLoss", new Case(t -> Tensors.poissonNllLoss(t[0], t[1]), randn(2, 3), positive(2, 3)));
        c.put(
                "poissonNllLoss full",
                new Case(
                        t -> Tensors.poissonNllLoss(t[0], t[1], false, true, 1e-3, Reduction.SUM),
                        positive(2, 3),
                        positive(2, 3).mul(4)));
        c.put("pairwiseDistance", new Case(t -> Tensors.pairwiseDistance(t[0], t[1]), randn(2, 3), randn(3)));
        c.put("localResponseNorm", new Case(t -> Tensors.localResponseNorm(t[0], 3, 0.5, 0.75, 1), randn(2, 4, 2)));
        c.put("pixelShuffle", new Case(t -> Tensors.pixelShuffle(t[0], 2), randn(1, 8, 1, 2)));
        c.put("pixelUnshuffle", new Case(t -> Tensors.pixelUnshuffle(t[0], 2), randn(1, 2, 4, 2)));
        c.put("channelShuffle", new Case(t -> Tensors.channelShuffle(t[0], 3), randn(1, 6, 2)));
        for (Mode m : Mode.values()) {
            for (boolean smooth : new boolean[] {false, true}) {
                if (m != Mode.TRILINEAR && (!smooth || m == Mode.BILINEAR || m == Mode.BICUBIC)) {
                    c.put(
                            "interpolate " + m + (smooth ? " antialias" : ""),
                            new Case(
                                    t -> Tensors.interpolate(t[0], o -> o.size(5, 2).mode(m).antialias(smooth)),
                                    randn(1, 2, 3, 4)));
                }
            }
        }
        c.put(
                "interpolate volume",
                new Case(
                        t -> Tensors.interpolate(t[0], o -> o.size(3, 1, 4).mode(Mode.TRILINEAR)),
                        randn(1, 1, 2, 2, 3)));
        for (var mode : GridSampleOptions.Mode.values()) {
            for (var padding : GridSampleOptions.PaddingMode.values()) {
                for (boolean align : new boolean[] {false, true}) {
                    c.put(
                            "gridSample %s %s %s".formatted(mode, padding, align),
                            new Case(
                                    t ->
                                            Tensors.gridSample(
                                                    t[0],
                                                    t[1],
                                                    o -> o.mode(mode).paddingMode(padding).alignCorners(align)),
                                    randn(1, 2, 3, 2),
                                    randn(1, 2, 2, 2)));
                }
            }
        }
        c.put(
                "gridSample volume",
                new Case(t -> Tensors.gridSample(t[0], t[1]), randn(1, 1, 2, 2, 3), positive(1, 2, 1, 1, 3)));
        c.put("affineGrid", new Case(t -> Tensors.affineGrid(t[0], 2, 1, 2, 3), randn(2, 2, 3)));
        c.put(
                "unfold",
                new Case(t -> Tensors.unfold(t[0], 2, o -> o.stride(1, 2).padding(1).dilation(2)), randn(1, 2, 3, 4)));
        c.put(
                "fold",
                new Case(
                        t -> Tensors.fold(t[0], new long[] {3, 4}, 2, o -> o.stride(1, 2).padding(1)),
                        randn(1, 8, 12)));
        Tensor flat = Tensors.tensor(1L, 2, 2, 1);
        Tensor rows = Tensors.tensor(new long[][] {{1, 2, 2}, {1, 0, 0}});
        for (Tensor targets : new Tensor[] {flat, rows}) {
            c.put(
                    "ctcLoss of targets " + targets.shape(),
                    new Case(
                            t ->
                                    Tensors.ctcLoss(
                                            t[0].logSoftmax(2),
                                            targets,
                                            Tensors.tensor(5L, 3),
                                            Tensors.tensor(3L, 1),
                                            0,
                                            Reduction.NONE,
                                            false),
                            randn(5, 2, 3)));
        }
        c.put(
                "ctcLoss of the impossible",
                new Case(
                        t ->
                                Tensors.ctcLoss(
                                        t[0].logSoftmax(2),
                                        rows,
                                        Tensors.tensor(3L, 0),
                                        Tensors.tensor(3L, 1),
                                        0,
                                        Reduction.SUM,
                                        true),
                        randn(3, 2, 3)));
        Tensor numbers = Tensors.tensor(3L, 1, 0, 3, 2);
        for (var mode : EmbeddingBagOptions.Mode.values()) {
            c.put(
                    "embeddingBag " + mode,
                    new Case(
                            t ->
                                    Tensors.embeddingBag(
                                            numbers,
                                            t[0],
                                            o -> o.mode(mode).offsets(Tensors.tensor(0L, 2, 2)).paddingIdx(2)),
                            randn(4, 2)));
        }
        c.put(
                "embeddingBag weighted",
                new Case(
                        t ->
                                Tensors.embeddingBag(
                                        rows, t[0], o -> o.mode(EmbeddingBagOptions.Mode.SUM).perSampleWeights(t[1])),
                        randn(3, 2),
                        randn(2, 3)));
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
