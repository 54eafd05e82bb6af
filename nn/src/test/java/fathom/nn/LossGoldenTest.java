package fathom.nn;

import fathom.Tensor;
import fathom.Tensors;
import fathom.options.CrossEntropyOptions;
import fathom.options.Reduction;
import fathom.testkit.GoldenCase;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Losses, forward and backward, as PyTorch has them. */
class LossGoldenTest {
    private static final Map<String, Goldens.Operation> OPERATIONS =
            Map.ofEntries(
                    Map.entry("mseLoss", (c, in) -> Tensors.mseLoss(in[0], in[1], reduction(c))),
                    Map.entry("l1Loss", (c, in) -> Tensors.l1Loss(in[0], in[1], reduction(c))),
                    Map.entry(
                            "smoothL1Loss",
                            (c, in) -> Tensors.smoothL1Loss(in[0], in[1], number(c, "beta"), reduction(c))),
                    Map.entry(
                            "huberLoss", (c, in) -> Tensors.huberLoss(in[0], in[1], number(c, "delta"), reduction(c))),
                    Map.entry(
                            "binaryCrossEntropy",
                            (c, in) ->
                                    Tensors.bceLoss(
                                            in[0],
                                            c.tensor("target"),
                                            o -> o.weight(optional(c, "weight")).reduction(reduction(c)))),
                    Map.entry(
                            "binaryCrossEntropyWithLogits",
                            (c, in) ->
                                    Tensors.bceWithLogits(
                                            in[0],
                                            c.tensor("target"),
                                            o ->
                                                    o.weight(optional(c, "weight"))
                                                            .posWeight(optional(c, "posWeight"))
                                                            .reduction(reduction(c)))),
                    Map.entry("crossEntropy", (c, in) -> Tensors.crossEntropy(in[0], c.tensor("target"), options(c))),
                    Map.entry("crossEntropyProbabilities", (c, in) -> Tensors.crossEntropy(in[0], in[1], options(c))),
                    Map.entry("nllLoss", (c, in) -> Tensors.nllLoss(in[0], c.tensor("target"), options(c))),
                    Map.entry(
                            "cosineEmbeddingLoss",
                            (c, in) ->
                                    Tensors.cosineEmbeddingLoss(
                                            in[0], in[1], c.tensor("target"), number(c, "margin"), reduction(c))),
                    Map.entry(
                            "tripletMarginLoss",
                            (c, in) ->
                                    Tensors.tripletMarginLoss(
                                            in[0],
                                            in[1],
                                            in[2],
                                            o ->
                                                    o.margin(number(c, "margin"))
                                                            .p(number(c, "p"))
                                                            .swap(c.get("swap").equals("true"))
                                                            .reduction(reduction(c)))),
                    Map.entry(
                            "klDiv",
                            (c, in) ->
                                    Tensors.klDiv(
                                            in[0],
                                            c.tensor("target"),
                                            c.get("logTarget").equals("true"),
                                            reduction(c))),
                    Map.entry("cosineSimilarity", (c, in) -> Tensors.cosineSimilarity(in[0], in[1], c.getInt("dim"))));

    private static double number(GoldenCase c, String attribute) {
        return Double.parseDouble(c.get(attribute));
    }

    private static @Nullable Tensor optional(GoldenCase c, String tensor) {
        return c.hasTensor(tensor) ? c.tensor(tensor) : null;
    }

    private static Reduction reduction(GoldenCase c) {
        String r = c.get("reduction");
        return r.equals("batchmean") ? Reduction.BATCH_MEAN : Reduction.valueOf(r.toUpperCase(Locale.ROOT));
    }

    private static Consumer<CrossEntropyOptions> options(GoldenCase c) {
        return o ->
                o.weight(optional(c, "weight"))
                        .ignoreIndex(c.getInt("ignoreIndex", -100))
                        .labelSmoothing(Double.parseDouble(c.get("labelSmoothing", "0")))
                        .reduction(reduction(c));
    }

    @TestFactory
    Stream<DynamicTest> cases() {
        return Goldens.tests("golden/loss.safetensors", OPERATIONS);
    }
}
