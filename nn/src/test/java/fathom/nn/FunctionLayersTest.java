package fathom.nn;

import static fathom.Tensors.ones;
import static fathom.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.conv.ChannelShuffle;
import fathom.nn.conv.ConvTranspose1d;
import fathom.nn.conv.Fold;
import fathom.nn.conv.PixelShuffle;
import fathom.nn.conv.PixelUnshuffle;
import fathom.nn.conv.Unfold;
import fathom.nn.conv.Upsample;
import fathom.nn.conv.UpsamplingBilinear2d;
import fathom.nn.conv.UpsamplingNearest2d;
import fathom.nn.loss.CTCLoss;
import fathom.nn.loss.GaussianNLLLoss;
import fathom.nn.loss.HingeEmbeddingLoss;
import fathom.nn.loss.MarginRankingLoss;
import fathom.nn.loss.MultiLabelMarginLoss;
import fathom.nn.loss.MultiLabelSoftMarginLoss;
import fathom.nn.loss.MultiMarginLoss;
import fathom.nn.loss.PoissonNLLLoss;
import fathom.nn.loss.SoftMarginLoss;
import fathom.nn.norm.LocalResponseNorm;
import fathom.options.EmbeddingBagOptions;
import fathom.options.GridSampleOptions;
import fathom.options.InterpolateOptions.Mode;
import fathom.options.Reduction;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Layers of losses, distances, channels and windows call the functions with their settings; what is refused. */
class FunctionLayersTest {
    private record Pair(Supplier<Tensor> layer, Supplier<Tensor> function) {}

    private static Map<String, Pair> pairs() {
        Tensors.manualSeed(7);
        Tensor x = Tensors.randn(3, 4);
        Tensor y = Tensors.randn(3, 4);
        Tensor sign = tensor(1.0, -1, 1).reshape(3, 1);
        Tensor classes = tensor(0, 3, 2);
        Tensor labels = tensor(new long[][] {{1, 0, -1, 2}, {-1, 0, 0, 0}, {3, 2, -1, -1}});
        Tensor weight = tensor(1.0, 2, 3, 4);
        Tensor image = Tensors.randn(2, 4, 6, 2);
        var transposed = new ConvTranspose1d(4, 6, 3, c -> c.stride(2).padding(1).outputPadding(1).groups(2));
        Tensor sequence = Tensors.randn(2, 4, 5);
        Tensor columns = Tensors.randn(2, 8, 12);
        Tensor logProbs = Tensors.randn(5, 3, 4).logSoftmax(2);
        Tensor frames = tensor(5, 4, 3);
        Tensor lengths = tensor(2, 3, 1);
        Tensor spoken = labels.narrow(1, 0, 3).abs();
        var bag =
                new EmbeddingBag(
                        5, 3, o -> o.mode(EmbeddingBagOptions.Mode.SUM).paddingIdx(-1).includeLastOffset(true));
        Tensor numbers = tensor(1, 4, 0, 2, 2);
        Tensor offsets = tensor(0, 2, 2, 5);
        Tensor factors = Tensors.randn(5);
        return Map.ofEntries(
                pair(
                        "MarginRankingLoss",
                        () -> new MarginRankingLoss(0.3, Reduction.SUM).forward(x, y, sign),
                        () -> Tensors.marginRankingLoss(x, y, sign, 0.3, Reduction.SUM)),
                pair(
                        "HingeEmbeddingLoss",
                        () -> new HingeEmbeddingLoss(0.3, Reduction.NONE).forward(x, sign),
                        () -> Tensors.hingeEmbeddingLoss(x, sign, 0.3, Reduction.NONE)),
                pair(
                        "SoftMarginLoss",
                        () -> new SoftMarginLoss(Reduction.SUM).forward(x, sign),
                        () -> Tensors.softMarginLoss(x, sign, Reduction.SUM)),
                pair(
                        "MultiLabelSoftMarginLoss",
                        () -> new MultiLabelSoftMarginLoss(weight, Reduction.NONE).forward(x, y.gt(0).to(x.dtype())),
                        () -> Tensors.multilabelSoftMarginLoss(x, y.gt(0).to(x.dtype()), weight, Reduction.NONE)),
                pair(
                        "MultiMarginLoss",
                        () -> new MultiMarginLoss(o -> o.p(2).weight(weight)).forward(x, classes),
                        () -> Tensors.multiMarginLoss(x, classes, o -> o.p(2).weight(weight))),
                pair(
                        "MultiLabelMarginLoss",
                        () -> new MultiLabelMarginLoss().forward(x, labels),
                        () -> Tensors.multilabelMarginLoss(x, labels)),
                pair(
                        "GaussianNLLLoss",
                        () -> new GaussianNLLLoss(true, 1e-3, Reduction.SUM).forward(x, y, y.abs()),
                        () -> Tensors.gaussianNllLoss(x, y, y.abs(), true, 1e-3, Reduction.SUM)),
                pair(
                        "PoissonNLLLoss",
                        () ->
                                new PoissonNLLLoss(false, true, 1e-3, Reduction.SUM)
                                        .forward(x.abs(), classes.unsqueeze(1)),
                        () -> Tensors.poissonNllLoss(x.abs(), classes.unsqueeze(1), false, true, 1e-3, Reduction.SUM)),
                pair(
                        "PairwiseDistance",
                        () -> new PairwiseDistance(1, 1e-3, KeepDim.KEEP_DIM).forward(x, y),
                        () -> Tensors.pairwiseDistance(x, y, 1, 1e-3, KeepDim.KEEP_DIM)),
                pair(
                        "CosineSimilarity",
                        () -> new CosineSimilarity(0, 1e-3).forward(x, y),
                        () -> Tensors.cosineSimilarity(x, y, 0, 1e-3)),
                pair("PixelShuffle", () -> new PixelShuffle(2).forward(image), () -> Tensors.pixelShuffle(image, 2)),
                pair(
                        "PixelUnshuffle",
                        () -> new PixelUnshuffle(2).forward(image),
                        () -> Tensors.pixelUnshuffle(image, 2)),
                pair(
                        "ChannelShuffle",
                        () -> new ChannelShuffle(2).forward(image),
                        () -> Tensors.channelShuffle(image, 2)),
                pair(
                        "LocalResponseNorm",
                        () -> new LocalResponseNorm(3, 0.1, 0.5, 2).forward(image),
                        () -> Tensors.localResponseNorm(image, 3, 0.1, 0.5, 2)),
                pair(
                        "Upsample",
                        () -> new Upsample(o -> o.size(3, 5).mode(Mode.BICUBIC).antialias(true)).forward(image),
                        () -> Tensors.interpolate(image, o -> o.size(3, 5).mode(Mode.BICUBIC).antialias(true))),
                pair(
                        "UpsamplingBilinear2d",
                        () -> new UpsamplingBilinear2d(1.5, 2).forward(image),
                        () ->
                                Tensors.interpolate(
                                        image, o -> o.scaleFactor(1.5, 2).mode(Mode.LINEAR).alignCorners(true))),
                pair(
                        "UpsamplingNearest2d",
                        () -> new UpsamplingNearest2d(o -> o.size(4, 3)).forward(image),
                        () -> Tensors.interpolate(image, o -> o.size(4, 3))),
                pair(
                        "Unfold",
                        () -> new Unfold(2, o -> o.stride(2).padding(1)).forward(image),
                        () -> Tensors.unfold(image, 2, o -> o.stride(2).padding(1))),
                pair(
                        "Fold",
                        () -> new Fold(new long[] {5, 4}, new int[] {2}, o -> {}).forward(columns),
                        () -> Tensors.fold(columns, new long[] {5, 4}, 2)),
                pair(
                        "CTCLoss",
                        () ->
                                new CTCLoss(3, Reduction.SUM, true)
                                        .forward(logProbs, spoken.remainder(3), frames, lengths),
                        () -> Tensors.ctcLoss(logProbs, spoken.remainder(3), frames, lengths, 3, Reduction.SUM, true)),
                pair(
                        "EmbeddingBag",
                        () -> bag.forward(numbers, offsets, factors),
                        () ->
                                Tensors.embeddingBag(
                                        numbers,
                                        bag.weight,
                                        o ->
                                                o.mode(EmbeddingBagOptions.Mode.SUM)
                                                        .offsets(offsets)
                                                        .includeLastOffset(true)
                                                        .perSampleWeights(factors)
                                                        .paddingIdx(4))),
                pair(
                        "EmbeddingBag of rows",
                        () -> new EmbeddingBag(5, 3).forward(classes.unsqueeze(0)).mul(0),
                        () -> Tensors.zeros(1, 3)),
                pair(
                        "ConvTranspose1d",
                        () -> transposed.forward(sequence),
                        () ->
                                Tensors.convTranspose1d(
                                        sequence,
                                        transposed.weight,
                                        transposed.bias,
                                        c -> c.stride(2).padding(1).outputPadding(1).groups(2))));
    }

    private static Map.Entry<String, Pair> pair(String name, Supplier<Tensor> layer, Supplier<Tensor> function) {
        return Map.entry(name, new Pair(layer, function));
    }

    @TestFactory
    Stream<DynamicTest> layersAreTheFunctions() {
        return pairs().entrySet().stream()
                .map(e ->
                        DynamicTest.dynamicTest(
                                e.getKey(),
                                () -> {
                                    Tensor y = e.getValue().layer().get();
                                    assertThat(y.equal(e.getValue().function().get())).isTrue();
                                    assertThat(y.isfinite().all().itemBoolean()).isTrue();
                                }));
    }

    private static Arguments of(ThrowingCallable call, String message) {
        return Arguments.of(call, message);
    }

    static Stream<Arguments> refused() {
        return Stream.of(
                of(
                        () -> Tensors.marginRankingLoss(ones(2, 3), ones(3), ones(2, 3)),
                        "marginRankingLoss: inputs [2, 3] and [3] and target [2, 3]"),
                of(
                        () -> Tensors.hingeEmbeddingLoss(Tensors.arange(2), ones(2)),
                        "hingeEmbeddingLoss: expected a floating type, not INT64"),
                of(
                        () -> Tensors.multilabelSoftMarginLoss(ones(2, 3), ones(2, 4)),
                        "multilabelSoftMarginLoss: input [2, 3] and target [2, 4]"),
                of(
                        () -> Tensors.multiMarginLoss(ones(2, 3), tensor(0, 3)),
                        "multiMarginLoss: class index 3 is not within [0, 3)"),
                of(
                        () -> Tensors.multiMarginLoss(ones(2, 3), ones(2)),
                        "multiMarginLoss: input [2, 3] and target [2] of FLOAT32"),
                of(
                        () -> Tensors.multiMarginLoss(ones(2, 3), tensor(0, 1), o -> o.weight(ones(2))),
                        "multiMarginLoss: weight [2] must have one number per class, 3 in all"),
                of(
                        () -> Tensors.multiMarginLoss(ones(2, 3), tensor(0, 1), o -> o.p(3)),
                        "multiMarginLoss: p must be 1 or 2, not 3"),
                of(
                        () -> Tensors.multilabelMarginLoss(ones(3), tensor(0, -2, 1)),
                        "multilabelMarginLoss: class index -2 is not within [-1, 3)"),
                of(
                        () -> Tensors.multilabelMarginLoss(ones(3), tensor(0, 1)),
                        "multilabelMarginLoss: input [3] and target [2]"),
                of(
                        () -> Tensors.gaussianNllLoss(ones(2, 3), ones(2, 3), ones(3)),
                        "gaussianNllLoss: var [3] does not fit input [2, 3]"),
                of(
                        () -> Tensors.gaussianNllLoss(ones(2), ones(2), tensor(1.0, -0.5)),
                        "gaussianNllLoss: variances must not be negative, but one is -0.5"),
                of(() -> Tensors.pairwiseDistance(ones(2, 3), ones(4, 3)), "shapes [2, 3] and [4, 3] do not broadcast"),
                of(() -> Tensors.pixelShuffle(ones(1, 3, 2, 2), 2), "pixelShuffle: the 3 channels of [1, 3, 2, 2]"),
                of(() -> Tensors.pixelShuffle(ones(2, 2), 2), "pixelShuffle: expected [..., C, H, W], not [2, 2]"),
                of(() -> Tensors.pixelShuffle(ones(4, 2, 2), 0), "pixelShuffle: the factor must be at least 1, not 0"),
                of(
                        () -> Tensors.pixelUnshuffle(ones(1, 3, 4, 3), 2),
                        "pixelUnshuffle: the rows and columns of [1, 3, 4, 3] are not divisible by 2"),
                of(() -> Tensors.channelShuffle(ones(1, 3, 4), 2), "channelShuffle: expected [N, C, ...]"),
                of(() -> Tensors.localResponseNorm(ones(2, 3), 2), "localResponseNorm: expected [N, C, ...]"),
                of(
                        () -> Tensors.interpolate(ones(1, 1, 4), o -> o.size(2).mode(Mode.BILINEAR)),
                        "interpolate: mode bilinear is for 4 dimensions, not [1, 1, 4]"),
                of(
                        () -> Tensors.interpolate(ones(1, 1, 4), o -> o.size(2).alignCorners(false)),
                        "interpolate: mode nearest does not support alignCorners"),
                of(
                        () -> Tensors.interpolate(ones(1, 1, 4), o -> o.size(2).mode(Mode.AREA).alignCorners(true)),
                        "interpolate: mode area does not support alignCorners"),
                of(
                        () -> Tensors.interpolate(ones(1, 1, 4), o -> o.size(2).mode(Mode.LINEAR).antialias(true)),
                        "interpolate: mode linear of 3 dimensions does not support antialias"),
                of(
                        () -> Tensors.interpolate(ones(Tensors.INT64, 1, 1, 4), o -> o.size(2).mode(Mode.LINEAR)),
                        "interpolate: mode linear expects a floating type, not INT64"),
                of(
                        () -> Tensors.interpolate(ones(1, 1, 4), o -> o.size(2).recomputeScaleFactor(true)),
                        "interpolate: recomputeScaleFactor requires factors, not a size"),
                of(
                        () -> Tensors.interpolate(ones(1, 1, 4), o -> o.scaleFactor(0.1)),
                        "interpolate: cannot compute 0 from the 4 positions along dimension 2 of [1, 1, 4]"),
                of(
                        () -> Tensors.interpolate(ones(1, 1, 4), o -> o.scaleFactor(1e300)),
                        "from the 4 positions along dimension 2 of [1, 1, 4]"),
                of(
                        () -> Tensors.interpolate(ones(1, 1, 0), o -> o.size(2)),
                        "interpolate: cannot compute 2 from the 0 positions along dimension 2 of [1, 1, 0]"),
                of(
                        () -> Tensors.gridSample(ones(1, 1, 2, 2), ones(1, 2, 2, 3)),
                        "gridSample: input [1, 1, 2, 2] of FLOAT32 and grid [1, 2, 2, 3] of FLOAT32"),
                of(
                        () -> Tensors.gridSample(ones(1, 1, 2, 2), ones(Tensors.FLOAT64, 1, 2, 2, 2)),
                        "gridSample: input [1, 1, 2, 2] of FLOAT32 and grid [1, 2, 2, 2] of FLOAT64"),
                of(
                        () -> Tensors.gridSample(ones(1, 1, 2, 0), ones(1, 2, 2, 2)),
                        "gridSample: dimension 3 of input [1, 1, 2, 0] is empty"),
                of(
                        () ->
                                Tensors.gridSample(
                                        ones(1, 1, 2, 2, 2),
                                        ones(1, 2, 2, 2, 3),
                                        o -> o.mode(GridSampleOptions.Mode.BICUBIC)),
                        "gridSample: BICUBIC supports images only, not volumes [1, 1, 2, 2, 2]"),
                of(
                        () -> Tensors.affineGrid(ones(2, 2, 3), 1, 1, 2, 2),
                        "affineGrid: theta [2, 2, 3] of FLOAT32 and size [1, 1, 2, 2]"),
                of(
                        () -> Tensors.affineGrid(ones(1, 2, 3), 1, 1, 0, 2),
                        "affineGrid: theta [1, 2, 3] of FLOAT32 and size [1, 1, 0, 2]"),
                of(() -> Tensors.unfold(ones(3, 3), 2), "unfold: input [3, 3]: expected [N, C, H, W] or [C, H, W]"),
                of(
                        () -> Tensors.unfold(ones(1, 1, 3, 3), 3, o -> o.dilation(2)),
                        "unfold: windows of 3 x 3 with dilation 2 and 2 are larger than images of 3 x 3"),
                of(() -> Tensors.unfold(ones(1, 1, 3, 3), 0), "unfold, kernelSize: expected at least 1, not [0]"),
                of(
                        () -> Tensors.fold(ones(1, 8, 7), new long[] {3, 4}, 2),
                        "fold: input [1, 8, 7]: images of 3 x 4 have 6 windows of 2 x 2: expected [N, C * 4, 6]"),
                of(
                        () -> Tensors.fold(ones(1, 7, 6), new long[] {3, 4}, 2),
                        "fold: input [1, 7, 6]: images of 3 x 4 have 6 windows of 2 x 2: expected [N, C * 4, 6]"),
                of(() -> Tensors.fold(ones(1, 4, 6), new long[] {}, 2), "fold: outputSize must be one positive number"),
                of(
                        () -> Tensors.ctcLoss(ones(4, 2, 3), tensor(1, 2), tensor(4, 5), tensor(1, 1)),
                        "ctcLoss: input length 5 of example 1 is not within 0 to the 4 frames"),
                of(
                        () -> Tensors.ctcLoss(ones(4, 2, 3), tensor(1, 2), tensor(4, 4), tensor(1, 2)),
                        "ctcLoss: target length 2 of example 1 is not within 0 to the 1 available labels"),
                of(
                        () -> Tensors.ctcLoss(ones(4, 2, 3), tensor(1, 3), tensor(4, 4), tensor(1, 1)),
                        "ctcLoss: label 3 of example 1 is not one of the 3 classes"),
                of(
                        () ->
                                Tensors.ctcLoss(
                                        ones(4, 1, 3),
                                        tensor(new long[] {1}),
                                        tensor(new long[] {4}),
                                        tensor(new long[] {1}),
                                        3,
                                        Reduction.MEAN,
                                        false),
                        "ctcLoss: blank 3 is not one of the 3 classes"),
                of(
                        () -> Tensors.ctcLoss(ones(4, 2, 3), tensor(1, 2), tensor(4), tensor(1, 1)),
                        "ctcLoss: logProbs [4, 2, 3] of FLOAT32, targets [2], inputLengths [] and targetLengths [2]"),
                of(
                        () -> Tensors.embeddingBag(tensor(1, 2), ones(4, 3)),
                        "embeddingBag: index [2] of INT64, offsets none and weight [4, 3] of FLOAT32"),
                of(
                        () -> Tensors.embeddingBag(tensor(1, 4), ones(4, 3), o -> o.offsets(tensor(0, 1))),
                        "embeddingBag: row 4 is not within [0, 4)"),
                of(
                        () -> Tensors.embeddingBag(tensor(1, 2), ones(4, 3), o -> o.offsets(tensor(1, 1))),
                        "embeddingBag: offsets must ascend from 0; the first is 1, not 0"),
                of(
                        () -> Tensors.embeddingBag(tensor(1, 2, 3), ones(4, 3), o -> o.offsets(tensor(0, 2, 1))),
                        "embeddingBag: offsets must ascend from 0; an offset exceeds the next by 1"),
                of(
                        () -> Tensors.embeddingBag(tensor(1, 2), ones(4, 3), o -> o.offsets(tensor(0, 5))),
                        "embeddingBag: offsets must ascend from 0; an offset exceeds the next by 3"),
                of(
                        () ->
                                Tensors.embeddingBag(
                                        tensor(1, 2), ones(4, 3), o -> o.offsets(tensor(0, 1)).includeLastOffset(true)),
                        "embeddingBag: offsets must ascend from 0; the last bag ends at 1, not at the end of the index"),
                of(
                        () ->
                                Tensors.embeddingBag(
                                        tensor(new long[][] {{1, 2}}), ones(4, 3), o -> o.perSampleWeights(ones(1, 2))),
                        "embeddingBag: perSampleWeights [1, 2] of FLOAT32: require mode SUM"),
                of(
                        () -> Tensors.embeddingBag(tensor(new long[][] {{1, 2}}), ones(4, 3), o -> o.paddingIdx(4)),
                        "embeddingBag: paddingIdx 4 is not a row of weight [4, 3]"),
                of(
                        () -> Tensors.convTranspose1d(ones(1, 3, 5), ones(2, 1, 3), null),
                        "convTranspose1d: input [1, 3, 5] has 3 channels, weight [2, 1, 3] expects 2"),
                of(
                        () -> Tensors.convTranspose1d(ones(1, 3, 5), ones(3, 1, 3), null, c -> c.outputPadding(1)),
                        "convTranspose1d: outputPadding 1 must be less than the stride 1 or the dilation 1"),
                of(
                        () -> Tensors.convTranspose1d(ones(1, 1, 1), ones(1, 1, 1), null, c -> c.padding(1)),
                        "convTranspose1d: input [1, 1, 1] and weight [1, 1, 1] with padding 1 would give -1"),
                of(
                        () -> Tensors.convTranspose1d(ones(5), ones(1, 1, 1), null),
                        "convTranspose1d: input [5] and weight [1, 1, 1]: expected [N, C, L]"));
    }

    @ParameterizedTest
    @MethodSource("refused")
    void namesOperationAndShapes(ThrowingCallable call, String message) {
        assertThatThrownBy(call)
                .isInstanceOfAny(IllegalArgumentException.class, IndexOutOfBoundsException.class)
                .hasMessageContaining(message);
    }

    @Test
    void logitsOfAnySizeHaveALossAndAGradient() {
        Tensor x = tensor(-1000.0, 0, 1000).requiresGrad_();
        Tensors.softMarginLoss(x, ones(3), Reduction.SUM).backward();
        assertThat(x.grad().toFloatArray()).containsExactly(-1, -0.5f, -0f);
        assertThat(Tensors.softMarginLoss(x, ones(3), Reduction.NONE).toFloatArray())
                .containsExactly(1000, (float) Math.log(2), 0);
    }

    @Test
    void anExtentThatAFactorKeepsOrDoublesIsSoExactly() {
        Tensor x = Tensors.arange(9, Tensors.FLOAT32).reshape(1, 1, 3, 3);
        assertThat(Tensors.interpolate(x, o -> o.scaleFactor(1.3)).equal(x)).isTrue();
        assertThat(Tensors.interpolate(x, o -> o.scaleFactor(1.3).mode(Mode.BILINEAR)).equal(x)).isTrue();
        Tensor y = Tensors.interpolate(x.select(2, 0), o -> o.scaleFactor(1.3));
        assertThat(y.equal(x.select(2, 0))).isTrue();
        assertThat(Tensors.interpolate(x.select(2, 0), o -> o.scaleFactor(2.2)).flatten().toFloatArray())
                .containsExactly(0, 0, 1, 1, 2, 2);
    }

    @Test
    void halvesAreResizedInSinglePrecisionAndRoundedOnce() {
        Tensor x = Tensors.randn(1, 3, 4, 5);
        for (var type : new fathom.DType[] {Tensors.BFLOAT16, Tensors.FLOAT16}) {
            Tensor half = x.to(type).requiresGrad_();
            Tensor y = Tensors.interpolate(half, o -> o.size(7, 3).mode(Mode.BILINEAR));
            Tensor wide = Tensors.interpolate(half.detach().toFloat(), o -> o.size(7, 3).mode(Mode.BILINEAR));
            assertThat(y.equal(wide.to(type))).isTrue();
            y.sum().backward();
            assertThat(half.grad().dtype()).isEqualTo(type);
        }
    }

    /** As PyTorch documents it; its own loops read outside of the image. */
    @Test
    void coordinatesThatAreNoNumbers() {
        Tensor x = Tensors.arange(1, 10, 1).to(Tensors.FLOAT32).reshape(1, 1, 3, 3);
        double nan = Double.NaN;
        double inf = Double.POSITIVE_INFINITY;
        Tensor grid = tensor(nan, 0, 0, nan, inf, 0, -inf, 0, 1e30, 0).reshape(1, 1, 5, 2).requiresGrad_();
        for (var padding : GridSampleOptions.PaddingMode.values()) {
            for (var mode : GridSampleOptions.Mode.values()) {
                Tensor y = Tensors.gridSample(x, grid, o -> o.alignCorners(true).paddingMode(padding).mode(mode));
                double[] expected =
                        switch (padding) {
                            case ZEROS -> new double[] {4, 2, 0, 0, 0};
                            case BORDER -> new double[] {4, 2, 6, 4, 6};
                            case REFLECTION -> y.flatten().toDoubleArray(); // some pixel
                        };
                assertThat(y.flatten().toDoubleArray()).as("%s %s", padding, mode).isEqualTo(expected);
                assertThat(y.isfinite().all().itemBoolean()).isTrue();
                y.sum().backward();
                assertThat(grid.grad().isfinite().all().itemBoolean()).isTrue();
                grid.setGrad(null);
            }
        }
    }

    @Test
    void aPaddingRowOfBagsIsZeroAtFirstAndGetsNoGradient() {
        for (var mode : EmbeddingBagOptions.Mode.values()) {
            var bag = new EmbeddingBag(4, 2, o -> o.mode(mode).paddingIdx(1));
            assertThat(bag.weight.select(0, 1).toFloatArray()).containsExactly(0, 0);
            Tensor y = bag.forward(tensor(new long[][] {{1, 2}, {1, 1}}));
            assertThat(y.select(0, 0).equal(bag.weight.select(0, 2))).isTrue();
            assertThat(y.select(0, 1).toFloatArray()).containsExactly(0, 0);
            y.sum().backward();
            assertThat(bag.weight.grad().flatten().toFloatArray()).containsExactly(0, 0, 0, 0, 1, 1, 0, 0);
        }
        assertThat(EmbeddingBag.fromPretrained(ones(3, 2), true, o -> {}).weight.requiresGrad()).isFalse();
    }

    @Test
    void framesThatDoNotCountHaveNoInfluence() {
        Tensor scores = Tensors.randn(6, 2, 3);
        Tensor targets = tensor(new long[][] {{1, 2}, {2, -7}});
        Tensor lengths = tensor(2, 1);
        Tensor some = scores.clone().requiresGrad_();
        Tensors.ctcLoss(some.logSoftmax(2), targets, tensor(4, 6), lengths).backward();
        assertThat(some.grad().get("4:, 0").abs().sum().item()).isZero();
        Tensor other = scores.clone();
        other.set(1e3, "4:, 0");
        Tensor a = Tensors.ctcLoss(scores.logSoftmax(2), targets, tensor(4, 6), lengths);
        assertThat(Tensors.ctcLoss(other.logSoftmax(2), targets, tensor(4, 6), lengths).equal(a)).isTrue();
        Tensor none =
                Tensors.ctcLoss(scores.logSoftmax(2), targets, tensor(0, 0), tensor(0, 1), 0, Reduction.NONE, false);
        assertThat(none.toFloatArray()).containsExactly(0, Float.POSITIVE_INFINITY);
    }

    @Test
    void labelsThatCannotBeAreNoAlignmentInEitherGradient() {
        Tensor scores = Tensors.randn(5, 2, 3);
        scores.set(Double.NEGATIVE_INFINITY, "1, :, 1");
        Tensor logProbs = scores.logSoftmax(2).requiresGrad_();
        Tensor targets = tensor(new long[][] {{1, 2}, {2, 1}});
        Tensor loss = Tensors.ctcLoss(logProbs, targets, tensor(5, 4), tensor(2, 2));
        Tensor grad = Autograd.grad(loss, List.of(logProbs), o -> o.retainGraph(true)).getFirst();
        Tensor again = Autograd.grad(loss, List.of(logProbs), o -> o.createGraph(true)).getFirst();
        assertThat(grad.isfinite().all().itemBoolean()).isTrue();
        assertThat(again.allclose(grad, 1e-5, 1e-6)).isTrue();
    }

    /** In bfloat16 a sum of ones stays at 256. */
    @Test
    void bagsOf16BitsAreAddedUpInFloat32() {
        for (DType type : new DType[] {DType.BFLOAT16, DType.FLOAT16}) {
            Tensor table = Tensors.ones(type, 2, 3);
            Tensor index = Tensors.zeros(DType.INT64, 1, 4096);
            Tensor sum = Tensors.embeddingBag(index, table, o -> o.mode(EmbeddingBagOptions.Mode.SUM));
            assertThat(sum.dtype()).isEqualTo(type);
            assertThat(sum.flatten().toFloatArray()).containsOnly(4096);
            assertThat(Tensors.embeddingBag(index, table).flatten().toFloatArray()).containsOnly(1);
        }
    }

    @Test
    void emptyBatches() {
        assertThat(Tensors.unfold(ones(0, 2, 3, 3), 2).shape().dims()).containsExactly(0, 8, 4);
        assertThat(Tensors.fold(ones(0, 8, 4), new long[] {3}, 2).shape().dims()).containsExactly(0, 2, 3, 3);
        Tensor noNumbers = Tensors.zeros(Tensors.INT64, 0);
        assertThat(Tensors.ctcLoss(ones(4, 0, 3), noNumbers, noNumbers, noNumbers).item()).isNaN();
        for (var mode : EmbeddingBagOptions.Mode.values()) {
            Tensor y = Tensors.embeddingBag(noNumbers, ones(4, 3), o -> o.offsets(tensor(0, 0)).mode(mode));
            assertThat(y.flatten().toFloatArray()).containsOnly(0);
            assertThat(Tensors.embeddingBag(noNumbers, ones(4, 3), o -> o.offsets(noNumbers).mode(mode)).numel())
                    .isZero();
        }
        assertThat(Tensors.gridSample(ones(0, 1, 2, 2), ones(0, 3, 2, 2)).shape().dims()).containsExactly(0, 1, 3, 2);
        assertThat(Tensors.gridSample(ones(1, 0, 2, 2), ones(1, 3, 2, 2)).shape().dims()).containsExactly(1, 0, 3, 2);
        assertThat(Tensors.gridSample(ones(1, 1, 2, 2), ones(1, 0, 2, 2)).shape().dims()).containsExactly(1, 1, 0, 2);
        assertThat(Tensors.interpolate(ones(0, 2, 3), o -> o.size(5)).shape().dims()).containsExactly(0, 2, 5);
        assertThat(Tensors.multiMarginLoss(ones(0, 3), Tensors.zeros(Tensors.INT64, 0)).item()).isNaN();
        assertThat(Tensors.marginRankingLoss(ones(0), ones(0), ones(0), 0, Reduction.SUM).item()).isZero();
        assertThat(Tensors.pixelShuffle(ones(0, 4, 2, 2), 2).shape().dims()).containsExactly(0, 1, 4, 4);
        assertThat(Tensors.pairwiseDistance(ones(0, 3), ones(0, 3)).shape().dims()).containsExactly(0);
        assertThat(Tensors.localResponseNorm(ones(0, 3, 2), 2).numel()).isZero();
    }
}
