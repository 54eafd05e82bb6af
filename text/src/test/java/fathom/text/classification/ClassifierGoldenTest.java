package fathom.text.classification;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Dropout;
import fathom.nn.Embedding;
import fathom.nn.Layer;
import fathom.nn.attention.SequenceMask;
import fathom.testkit.Formula;
import fathom.testkit.Golden;
import fathom.testkit.GoldenCase;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The networks compute, on padded batches, what those of {@code tools/golden/text_classification.py} compute for each
 * text alone, without padding.
 */
class ClassifierGoldenTest {
    private static final int WORDS = 30;
    private static final int WIDTH = 6;
    private static final int HIDDEN = 10;
    private static final int CLASSES = 3;
    private static final int PAD = 1;
    private static final int STEPS = 14;

    private static Layer create(String name) {
        var words = new Embedding(WORDS, WIDTH);
        return switch (name) {
            case "attention" -> new DecomposableAttention(words, PAD, HIDDEN, CLASSES);
            case "intra" -> new DecomposableAttention(words, PAD, HIDDEN, CLASSES, o -> o.intraAttention(true));
            case "cnn" -> new TextCNN(words, new Embedding(WORDS, WIDTH - 2), PAD, new int[] {1, 3, 4}, 4, CLASSES);
            case "rnn" -> new SentimentRNN(words, PAD, HIDDEN / 2, 2, CLASSES);
            default -> throw new AssertionError(name);
        };
    }

    /** {@return the rows of a field, with padding behind their lengths} */
    private static Tensor field(GoldenCase c, int field) {
        Tensor lengths = c.tensor("lengths" + field);
        Tensor all = Formula.of(c.name() + "." + field, lengths.size(0), STEPS).add(1).div(2).mul(WORDS - 2);
        return SequenceMask.fill(all.to(DType.INT64).add(2), lengths, PAD);
    }

    @ParameterizedTest
    @ValueSource(strings = {"attention", "intra", "cnn", "rnn"})
    void logitsAndGradientsDoNotDependOnPadding(String name) {
        GoldenCase c =
                Golden.load("golden/text_classification.safetensors").cases().stream()
                        .filter(g -> g.name().equals(name))
                        .findFirst()
                        .orElseThrow();
        Layer net = create(name);
        net.to(DType.FLOAT64);
        net.loadStateDict(Formula.weights(net.stateDict()));
        net.blocks(Dropout.class).forEach(Dropout::eval);
        Tensor x = field(c, 0);
        if (net instanceof DecomposableAttention) {
            x = Tensors.stack(List.of(x, field(c, 1)), 1);
        }
        Tensor logits = net.call(x);
        assertThat(logits).isCloseTo(c.tensor("logits"), 1e-9, 1e-9);
        Tensor loss = Tensors.crossEntropy(logits, Tensors.arange(logits.size(0)).remainder(CLASSES));
        assertThat(loss).isCloseTo(c.tensor("loss"), 1e-9, 1e-9);
        loss.backward();
        var seen = new ArrayList<String>();
        net.namedParameters()
                .forEach((key, p) -> {
                    Tensor grad = Objects.requireNonNull(p.grad(), key);
                    assertThat(grad).as(key).isCloseTo(c.tensor("grad:" + key), 1e-9, 1e-9);
                    seen.add(key);
                });
        assertThat(seen).hasSizeGreaterThan(4);
    }
}
