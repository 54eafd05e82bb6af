package fathom.nn;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Captured;
import fathom.Tensor;
import fathom.Tensors;
import fathom.options.EmbeddingBagOptions;
import fathom.options.GridSampleOptions;
import fathom.options.InterpolateOptions.Mode;
import fathom.options.Reduction;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Steps of losses, resizing, sampling, windows, alignments and bags are captured, and replayed to the bit. */
class CapturedFunctionsTest {
    private static final int CALLS = 6;

    private static Map<String, UnaryOperator<Tensor>> steps() {
        var s = new LinkedHashMap<String, UnaryOperator<Tensor>>();
        Tensor classes = Tensors.tensor(2L, 0, 3);
        Tensor labels = Tensors.tensor(new long[][] {{2, 0, -1, 1}, {-1, 0, 0, 0}, {1, -1, -1, -1}});
        s.put("multiMarginLoss", x -> Tensors.multiMarginLoss(rows(x), classes));
        s.put("multilabelMarginLoss", x -> Tensors.multilabelMarginLoss(rows(x), labels));
        s.put("gaussianNllLoss", x -> Tensors.gaussianNllLoss(x, x.neg(), x.square()));
        s.put("localResponseNorm", x -> Tensors.localResponseNorm(x, 3).sum());
        for (Mode m : new Mode[] {Mode.NEAREST, Mode.BICUBIC, Mode.AREA}) {
            s.put("interpolate " + m, x -> Tensors.interpolate(x, o -> o.size(5, 7).mode(m)).square().sum());
        }
        for (var m : GridSampleOptions.Mode.values()) {
            s.put("gridSample " + m, x -> Tensors.gridSample(x, x.narrow(3, 0, 2), o -> o.mode(m)).square().sum());
        }
        s.put("fold", x -> Tensors.fold(Tensors.unfold(x, 2), new long[] {3, 4}, 2).square().sum());
        s.put("pixelShuffle", x -> Tensors.pixelShuffle(x.reshape(1, 4, 3, 3), 2).square().sum());
        s.put(
                "ctcLoss",
                x ->
                        Tensors.ctcLoss(
                                rows(x).unsqueeze(1).expand(3, 2, 4).logSoftmax(2),
                                Tensors.tensor(1L, 2, 3),
                                Tensors.tensor(3L, 2),
                                Tensors.tensor(2L, 1)));
        Tensor numbers = Tensors.tensor(2L, 0, 1, 2);
        Tensor offsets = Tensors.tensor(0L, 1, 3);
        for (var m : EmbeddingBagOptions.Mode.values()) {
            s.put(
                    "embeddingBag " + m,
                    x -> Tensors.embeddingBag(numbers, rows(x), o -> o.mode(m).offsets(offsets).paddingIdx(1)).sum());
        }
        s.put("repeatInterleave", x -> rows(x).repeatInterleave(Tensors.tensor(2L, 0, 3), 0, 5).square().sum());
        return s;
    }

    /** {@return the first twelve numbers as [3, 4]} */
    private static Tensor rows(Tensor x) {
        return x.flatten().narrow(0, 0, 12).reshape(3, 4);
    }

    private static Tensor step(Tensor x, UnaryOperator<Tensor> function) {
        Tensor leaf = x.clone().requiresGrad_();
        Tensor y = function.apply(leaf);
        y.backward();
        return leaf.grad().add(y.detach());
    }

    @TestFactory
    Stream<DynamicTest> replays() {
        return steps().entrySet().stream()
                .map(e ->
                        DynamicTest.dynamicTest(
                                e.getKey(),
                                () -> {
                                    Captured captured = Captured.of((Tensor x) -> step(x, e.getValue()));
                                    for (int i = 0; i < CALLS; i++) {
                                        Tensor x = Tensors.withSeed(i, () -> Tensors.randn(3, 1, 3, 4));
                                        Tensor y = captured.call(x);
                                        assertThat(y.equal(step(x, e.getValue()))).as("call %d", i).isTrue();
                                    }
                                    assertThat(captured.eagerReason()).isNull();
                                }));
    }

    /** A replay looks at the values anew. */
    @Test
    void badValuesAreRefusedInReplaysToo() {
        Captured losses = Captured.of((Tensor x) -> Tensors.multiMarginLoss(Tensors.ones(2, 3), x));
        Captured aligned =
                Captured.of((Tensor x) ->
                        Tensors.ctcLoss(
                                Tensors.zeros(4, 1, 3),
                                x.reshape(1, 2),
                                Tensors.tensor(new long[] {4}),
                                Tensors.tensor(new long[] {2}),
                                0,
                                Reduction.SUM,
                                false));
        for (int i = 0; i < CALLS; i++) {
            losses.call(Tensors.tensor(1L, 2));
            aligned.call(Tensors.tensor(1L, 2));
        }
        assertThatThrownBy(() -> losses.call(Tensors.tensor(1L, 3))).hasMessageContaining("class index 3");
        assertThatThrownBy(() -> aligned.call(Tensors.tensor(1L, 3))).hasMessageContaining("label 3 of example 0");
    }
}
