package fathom.text.classification;

import static fathom.Tensors.tensor;
import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Captured;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.nn.Embedding;
import fathom.nn.Layer;
import fathom.nn.loss.CrossEntropyLoss;
import fathom.optim.Adam;
import fathom.text.Vocabulary;
import fathom.text.datasets.Imdb;
import fathom.train.Epochs;
import fathom.train.Trainer;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Networks, and the data they read. */
class ClassifiersTest {
    private static final Vocabulary VOCABULARY =
            Vocabulary.of(List.of("a", "b", "c", "a", "b", "a"), o -> o.reserved("<pad>"));

    private static Layer[] ofTexts() {
        return new Layer[] {
            new SentimentRNN(new Embedding(9, 4), 1, 3, 2, 2),
            new TextCNN(new Embedding(9, 4), new Embedding(9, 3), 1, new int[] {2, 5}, 3, 2),
            new BagOfWords(9, 1, 2)
        };
    }

    @Test
    void aTextOfOneWordAndATextOfPaddingHaveLogits() {
        Tensor x = tensor(new long[] {5, 1, 1, 1, 1, 1}).reshape(2, 3);
        for (Layer net : ofTexts()) {
            net.eval();
            Tensor logits = net.call(x);
            assertThat(logits).hasShape(2, 2);
            assertThat(logits.isfinite().all().itemBoolean()).as(net.toString()).isTrue();
            assertThat(net.call(x.narrow(0, 0, 1).narrow(1, 0, 1))).isCloseTo(logits.narrow(0, 0, 1), 1e-5, 1e-6);
        }
        var net = new DecomposableAttention(new Embedding(9, 4), 1, 5, 3, o -> o.intraAttention(true));
        net.eval();
        Tensor pairs = tensor(new long[] {5, 1, 1, 1, 1, 1, 6, 5}).reshape(2, 2, 2);
        assertThat(net.call(pairs).isfinite().all().itemBoolean()).isTrue();
        net.call(pairs).sum().backward();
        net.parameters()
                .forEach(p -> assertThat(Objects.requireNonNull(p.grad()).isfinite().all().itemBoolean()).isTrue());
    }

    @Test
    void decomposableAttentionSeesOrderOnlyWithIntraAttention() {
        Tensor x = tensor(new long[] {2, 3, 4, 5, 6, 7}).reshape(1, 2, 3);
        Tensor reversed = x.flip(2);
        for (boolean seesOrder : new boolean[] {false, true}) {
            Tensors.manualSeed(1);
            var net = new DecomposableAttention(new Embedding(9, 4), 1, 8, 3, o -> o.intraAttention(seesOrder));
            net.eval();
            net.namedParameters()
                    .forEach((name, p) -> {
                        if (name.endsWith("distance")) {
                            p.detach().copy_(Tensors.arange(21).mul(0.3));
                        }
                    });
            double change = net.call(x).sub(net.call(reversed)).abs().max().item();
            assertThat(change > 1e-5).isEqualTo(seesOrder);
        }
    }

    @Test
    void alignmentsAreDistributionsOverTheOtherText() {
        var net = new DecomposableAttention(new Embedding(9, 4), 1, 8, 3);
        net.eval();
        var found = net.align(tensor(new long[] {2, 3, 1}).reshape(1, 3), tensor(new long[] {4, 1}).reshape(1, 2));
        assertThat(found.ofFirst()).hasShape(1, 3, 2);
        assertThat(found.ofFirst().select(2, 0)).isCloseTo(Tensors.ones(1, 3), 1e-6, 1e-6);
        assertThat(found.ofSecond().sum(2)).isCloseTo(Tensors.ones(1, 2), 1e-6, 1e-6);
        assertThat(found.ofSecond().select(2, 2)).isEqualToTensor(Tensors.zeros(1, 2));
    }

    @Test
    void aBagOfWordsCountsThemOfEachTextAndNotPadding() {
        var net = new BagOfWords(9, 1, 2);
        Tensor w = net.namedParameters().values().stream().filter(p -> p.dim() == 2).findFirst().orElseThrow();
        w.detach().copy_(Tensors.arange(36).to(DType.FLOAT32).reshape(18, 2));
        assertThat(net.call(tensor(new long[] {3, 3, 1}).reshape(1, 3))).hasValues(12, 14);
        assertThat(net.call(tensor(new long[] {3, 1, 0, 1}).reshape(1, 2, 2))).hasValues(6 + 18, 7 + 19);
    }

    /** What a bag of words cannot learn at all is learnt in a few passes. */
    @Test
    void convolutionsLearnNegation() {
        Tensors.manualSeed(0);
        var imdb = Imdb.standIn();
        var words =
                Vocabulary.ofSentences(
                        imdb.train().stream().map(r -> LabelledTexts.words(r.text())).toList(),
                        o -> o.reserved("<pad>"));
        LabelledSequences train = reviews(imdb.train().subList(1250, 2750), words);
        LabelledSequences test = reviews(imdb.test(), words);
        int n = words.size();
        var net = new TextCNN(new Embedding(n, 16), new Embedding(n, 4), 1, new int[] {4}, 32, 2);
        assertThat(accuracy(net, train, test)).isGreaterThan(0.7);
        assertThat(accuracy(new BagOfWords(n, 1, 2), train, test)).isBetween(0.4, 0.6);
    }

    private static LabelledSequences reviews(List<Imdb.Review> reviews, Vocabulary words) {
        return LabelledSequences.of(
                reviews.stream().map(r -> LabelledTexts.words(r.text())).toList(),
                reviews.stream().mapToLong(Imdb.Review::label).toArray(),
                words,
                60);
    }

    private static double accuracy(Layer net, LabelledSequences train, LabelledSequences test) {
        var trainer =
                new Trainer(net, t -> t.loss(new CrossEntropyLoss()).optimizer(p -> new Adam(p, 0.01)).progress(false));
        trainer.fit(train.loader(32, true), Epochs.of(5));
        return Objects.requireNonNull(trainer.evaluate(test.loader(100, false)).metrics().get("acc"));
    }

    @Test
    void captureDoesNotChangeResults() {
        Tensors.manualSeed(3);
        Tensor x = Tensors.randint(0, 9, 4, 7);
        for (Layer net : ofTexts()) {
            net.eval();
            var captured = Captured.of(net::call);
            for (int i = 0; i < 3; i++) {
                assertThat(captured.call(x)).isCloseTo(net.call(x), 1e-5, 1e-6);
            }
        }
    }

    @Test
    void wrongShapesAreRefused() {
        Tensor flat = tensor(new long[] {1, 2});
        Stream.of(ofTexts())
                .limit(2)
                .forEach(net -> {
                    assertThatThrownBy(() -> net.call(flat))
                            .hasMessageContaining(net.getClass().getSimpleName() + ": expected token indices [N, T]");
                    assertThatThrownBy(() -> net.call(Tensors.zeros(2, 3)))
                            .hasMessageContaining("[N, T] of an integer type");
                });
        var net = new DecomposableAttention(new Embedding(9, 4), 1, 8, 3);
        assertThatThrownBy(() -> net.call(flat)).hasMessageContaining("pairs [N, 2, T]");
        assertThatThrownBy(() -> new TextCNN(new Embedding(9, 4), new Embedding(9, 4), 1, new int[0], 3, 2))
                .hasMessageContaining("expected widths of at least 1, got []");
    }

    @Test
    void sequencesAreCutOffAndPaddedToFewLengths() {
        var data =
                LabelledSequences.of(
                        List.of(List.of("a", "zebra", "b"), List.of(), List.of("c", "c", "c", "c")),
                        new long[] {1, 0, 1},
                        VOCABULARY,
                        3);
        assertThat(data.size()).isEqualTo(3);
        assertThat(data.lengths()).containsExactly(3, 1, 3);
        Batch batch = data.batch(new long[] {1, 0});
        assertThat(batch.x()).hasShape(2, 8);
        assertThat(batch.x().toLongArray()).containsExactly(0, 1, 1, 1, 1, 1, 1, 1, 2, 0, 3, 1, 1, 1, 1, 1);
        assertThat(batch.y().toLongArray()).containsExactly(0, 1);
        assertThat(data.get(2).x().toLongArray()).startsWith(4, 4, 4, 1);
        assertThat(data.loader(2, true).size()).isEqualTo(1);
        assertThat(data.loader(2, false).size()).isEqualTo(2);
        assertThat(data.loader(8, true).size()).as("the only batch is kept").isEqualTo(1);
    }

    @Test
    void pairsHaveTheLengthOfTheLongerText() {
        var data =
                LabelledSequences.ofPairs(
                        List.of(List.of("a")), List.of(List.of("b", "c")), new long[] {2}, VOCABULARY, 50);
        assertThat(data.isPairs()).isTrue();
        assertThat(data.lengths()).containsExactly(2);
        assertThat(data.batch(new long[] {0}).x()).hasShape(1, 2, 8);
        assertThat(data.get(0).x().select(0, 1).toLongArray()).startsWith(3, 4, 1);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        var one = List.of(List.of("a"));
        assertThatThrownBy(() -> LabelledSequences.of(one, new long[] {1, 2}, VOCABULARY, 5))
                .hasMessageContaining("a label for each text, got 1 texts and 2 labels");
        assertThatThrownBy(() -> LabelledSequences.of(one, new long[] {1}, VOCABULARY, 0))
                .hasMessageContaining("steps must be at least 1, is 0");
        assertThatThrownBy(() -> LabelledSequences.of(one, new long[] {1}, Vocabulary.of(List.of("a")), 5))
                .hasMessageContaining("reserve it");
        assertThatThrownBy(() -> LabelledSequences.ofPairs(one, List.of(), new long[] {1}, VOCABULARY, 5))
                .hasMessageContaining("as many second texts as first ones, got 1 and 0");
    }
}
