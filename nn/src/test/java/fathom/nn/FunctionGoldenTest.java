package fathom.nn;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.Autograd;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import fathom.functional.UnfoldOptions;
import fathom.options.EmbeddingBagOptions;
import fathom.options.Reduction;
import fathom.testkit.GoldenCase;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Losses with margins and of distributions, distances, rearranged channels and windows, forward and backward, as
 * PyTorch's.
 */
class FunctionGoldenTest {
    private static final Map<String, Goldens.Operation> OPERATIONS =
            Map.ofEntries(
                    Map.entry(
                            "marginRankingLoss",
                            (c, in) ->
                                    Tensors.marginRankingLoss(
                                            in[0], in[1], target(c), c.getDouble("margin"), reduction(c))),
                    Map.entry(
                            "hingeEmbeddingLoss",
                            (c, in) ->
                                    Tensors.hingeEmbeddingLoss(in[0], target(c), c.getDouble("margin"), reduction(c))),
                    Map.entry("softMarginLoss", (c, in) -> Tensors.softMarginLoss(in[0], target(c), reduction(c))),
                    Map.entry(
                            "multilabelSoftMarginLoss",
                            (c, in) ->
                                    Tensors.multilabelSoftMarginLoss(
                                            in[0], target(c), optional(c, "weight"), reduction(c))),
                    Map.entry(
                            "multiMarginLoss",
                            (c, in) ->
                                    Tensors.multiMarginLoss(
                                            in[0],
                                            target(c),
                                            o ->
                                                    o.p(c.getInt("p"))
                                                            .margin(c.getDouble("margin"))
                                                            .weight(optional(c, "weight"))
                                                            .reduction(reduction(c)))),
                    Map.entry(
                            "multilabelMarginLoss",
                            (c, in) -> Tensors.multilabelMarginLoss(in[0], target(c), reduction(c))),
                    Map.entry(
                            "gaussianNllLoss",
                            (c, in) ->
                                    Tensors.gaussianNllLoss(
                                            in[0],
                                            in[1],
                                            in[2],
                                            c.getBoolean("full"),
                                            c.getDouble("eps"),
                                            reduction(c))),
                    Map.entry(
                            "poissonNllLoss",
                            (c, in) ->
                                    Tensors.poissonNllLoss(
                                            in[0],
                                            target(c),
                                            c.getBoolean("logInput"),
                                            c.getBoolean("full"),
                                            c.getDouble("eps"),
                                            reduction(c))),
                    Map.entry("pixelShuffle", (c, in) -> Tensors.pixelShuffle(in[0], c.getInt("factor"))),
                    Map.entry("pixelUnshuffle", (c, in) -> Tensors.pixelUnshuffle(in[0], c.getInt("factor"))),
                    Map.entry("channelShuffle", (c, in) -> Tensors.channelShuffle(in[0], c.getInt("groups"))),
                    Map.entry(
                            "localResponseNorm",
                            (c, in) ->
                                    Tensors.localResponseNorm(
                                            in[0],
                                            c.getInt("size"),
                                            c.getDouble("alpha"),
                                            c.getDouble("beta"),
                                            c.getDouble("k"))),
                    Map.entry(
                            "unfold", (c, in) -> Tensors.unfold(in[0], Goldens.ints(c, "kernel"), o -> windows(c, o))),
                    Map.entry(
                            "fold",
                            (c, in) ->
                                    Tensors.fold(
                                            in[0], c.getLongs("size"), Goldens.ints(c, "kernel"), o -> windows(c, o))),
                    Map.entry(
                            "ctcLoss",
                            (c, in) ->
                                    Tensors.ctcLoss(
                                            c.getBoolean("scores") ? in[0].logSoftmax(2) : in[0],
                                            c.tensor("targets"),
                                            c.tensor("frames"),
                                            c.tensor("lengths"),
                                            c.getInt("blank"),
                                            reduction(c),
                                            c.getBoolean("zero"))),
                    Map.entry("embeddingBag", FunctionGoldenTest::embeddingBag),
                    Map.entry(
                            "convTranspose1d",
                            (c, in) ->
                                    Tensors.convTranspose1d(
                                            in[0],
                                            in[1],
                                            in[2],
                                            o ->
                                                    o.stride(c.getInt("stride", 1))
                                                            .padding(c.getInt("padding", 0))
                                                            .dilation(c.getInt("dilation", 1))
                                                            .outputPadding(c.getInt("outputPadding", 0))
                                                            .groups(c.getInt("groups", 1)))),
                    Map.entry(
                            "pairwiseDistance",
                            (c, in) ->
                                    Tensors.pairwiseDistance(
                                            in[0],
                                            in[1],
                                            c.getDouble("p"),
                                            c.getDouble("eps"),
                                            c.getBoolean("keep") ? KeepDim.KEEP_DIM : KeepDim.DROP_DIM)));

    private static void windows(GoldenCase c, UnfoldOptions o) {
        o.stride(Goldens.ints(c, "stride", 1))
                .padding(Goldens.ints(c, "padding", 0))
                .dilation(Goldens.ints(c, "dilation", 1));
    }

    private static Tensor embeddingBag(GoldenCase c, Tensor[] in) {
        Tensor table = in[0];
        if (!c.has("maxNorm")) {
            return Tensors.embeddingBag(c.tensor("index"), table, o -> bags(c, in, o));
        }
        try (var off = Autograd.noGrad()) { // writes the table
            Tensors.embeddingBag(c.tensor("index"), table, o -> bags(c, in, o));
        }
        assertThat(table.allclose(c.tensor("tableAfter"), 1e-12, 1e-12)).isTrue();
        return Tensors.embeddingBag(c.tensor("index"), table, o -> bags(c, in, o));
    }

    private static void bags(GoldenCase c, Tensor[] in, EmbeddingBagOptions o) {
        o.mode(EmbeddingBagOptions.Mode.valueOf(c.get("mode").toUpperCase(Locale.ROOT)))
                .offsets(optional(c, "offsets"))
                .includeLastOffset(c.getBoolean("last"))
                .perSampleWeights(in.length > 1 ? in[1] : null);
        if (c.has("paddingIdx")) {
            o.paddingIdx(c.getInt("paddingIdx"));
        }
        if (c.has("maxNorm")) {
            o.maxNorm(c.getDouble("maxNorm"));
        }
    }

    private static Tensor target(GoldenCase c) {
        return c.tensor("target");
    }

    private static @Nullable Tensor optional(GoldenCase c, String tensor) {
        return c.hasTensor(tensor) ? c.tensor(tensor) : null;
    }

    private static Reduction reduction(GoldenCase c) {
        return Reduction.valueOf(c.get("reduction").toUpperCase(Locale.ROOT));
    }

    @TestFactory
    Stream<DynamicTest> cases() {
        return Stream.of("margin", "likelihood", "channel", "window", "ctc", "bag")
                .flatMap(file -> Goldens.tests("golden/" + file + ".safetensors", OPERATIONS));
    }
}
