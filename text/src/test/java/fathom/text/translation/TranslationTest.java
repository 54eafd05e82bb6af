package fathom.text.translation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.Captured;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.optim.Adam;
import fathom.testkit.TensorAssert;
import fathom.text.Vocabulary;
import fathom.text.datasets.FraEng;
import fathom.train.Epochs;
import fathom.train.Trainer;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Encoders, decoders, their losses and decoding. */
class TranslationTest {
    private static final Markers MARKERS = new Markers(1, 2, 3);

    @BeforeEach
    void seed() {
        Tensors.manualSeed(6);
    }

    static Stream<TranslationRecipe> recipes() {
        return Stream.of(
                new TranslationRecipe.Seq2Seq(), new TranslationRecipe.Bahdanau(), new TranslationRecipe.Attention());
    }

    private static Tensor words(long... shape) {
        return Tensors.randint(4, 12, shape);
    }

    private static Tensor lengths(long... lengths) {
        return Tensors.tensor(lengths);
    }

    @ParameterizedTest
    @MethodSource("recipes")
    <S extends Decoder.State<S>> void readingStepByStepIsTeacherForcing(TranslationRecipe recipe) {
        @SuppressWarnings("unchecked")
        var model = (EncoderDecoder<S>) recipe.model(12, 13, MARKERS);
        model.eval();
        Tensor source = words(3, 6);
        Tensor n = lengths(6, 2, 4);
        Tensor target = words(3, 5);
        Tensor all = model.forward(source, n, target);
        TensorAssert.assertThat(all).hasShape(3, 5, 13);
        try (var off = Autograd.noGrad()) {
            S state = model.decoder().start(model.encoder().forward(source, n));
            S fork = state;
            for (int t = 0; t < 5; t++) {
                var out = model.decoder().forward(target.narrow(1, t, 1), state);
                TensorAssert.assertThat(out.logits()).isCloseTo(all.detach().narrow(1, t, 1), 1e-5, 1e-5);
                state = out.state();
                if (t == 1) {
                    fork = state.select(lengths(2, 0));
                }
            }
            // rows that branched off after two tokens
            Tensor rest = target.narrow(1, 2, 3).indexSelect(0, lengths(2, 0));
            TensorAssert.assertThat(model.decoder().forward(rest, fork).logits())
                    .isCloseTo(all.detach().narrow(1, 2, 3).indexSelect(0, lengths(2, 0)), 1e-5, 1e-5);
        }
        Tensor both = Tensors.stack(List.of(source.narrow(1, 0, 5), target), 1);
        TensorAssert.assertThat(model.call(both).detach())
                .isCloseTo(model.forward(source.narrow(1, 0, 5), lengths(5, 5, 5), target).detach(), 1e-6, 1e-6);
    }

    @Test
    void padsOfASourceChangeNothingWithAttention() {
        var model = new TranslationRecipe.Attention().model(12, 13, MARKERS);
        model.eval();
        Tensor source = words(1, 4);
        Tensor target = words(1, 5);
        Tensor padded = Tensors.pad(source, new long[] {0, 3}, 1);
        TensorAssert.assertThat(model.forward(padded, lengths(4), target).detach())
                .isCloseTo(model.forward(source, lengths(4), target).detach(), 1e-5, 1e-5);
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void attentionWeightsAreDistributions(TranslationRecipe recipe) {
        var model = recipe.model(12, 13, MARKERS);
        model.eval();
        var all = model.attention(words(2, 6), lengths(6, 3), words(2, 4));
        int kinds =
                recipe instanceof TranslationRecipe.Attention
                        ? 3
                        : recipe instanceof TranslationRecipe.Bahdanau ? 1 : 0;
        assertThat(all).hasSize(kinds);
        all.forEach((kind, w) -> {
            assertThat(w.size(-2)).isEqualTo(kind.queriesAreSource() ? 6 : 4);
            assertThat(w.size(-1)).isEqualTo(kind.keysAreSource() ? 6 : 4);
            Tensor sums = w.detach().sum(-1);
            TensorAssert.assertThat(sums).isCloseTo(Tensors.ones(sums.shape().dims()), 1e-5, 1e-5);
            if (kind.keysAreSource()) {
                assertThat(w.detach().get("1, :, :, :, 3:").abs().max().item()).isZero();
            }
        });
    }

    @Test
    void theLossIsTheMeanOverTokensWithinTheirSequence() {
        Tensor logits = Tensors.randn(2, 3, 5).requiresGrad_();
        Tensor target = Tensors.tensor(new long[] {1, 2, 0, 4, 0, 0}).reshape(2, 3);
        Tensor loss = MaskedCrossEntropy.of(logits, target, lengths(2, 1));
        Tensor logs = logits.detach().logSoftmax(-1);
        double expected = -(logs.get(0, 0, 1).item() + logs.get(0, 1, 2).item() + logs.get(1, 0, 4).item()) / 3;
        assertThat(loss.item()).isCloseTo(expected, org.assertj.core.data.Offset.offset(1e-5));
        loss.backward();
        assertThat(logits.grad().get("0, 2").abs().max().item()).isZero();
        assertThat(logits.grad().get("1, 1:").abs().max().item()).isZero();
        assertThatThrownBy(() -> MaskedCrossEntropy.of(logits, target, lengths(2)))
                .hasMessageContaining("logits [2, 3, 5], target [2, 3], lengths [1]");
    }

    @ParameterizedTest
    @MethodSource("recipes")
    void capturedStepsWithLengthsThatVaryAreTheEagerOnes(TranslationRecipe recipe) {
        var model = recipe.model(12, 13, MARKERS);
        model.eval(); // without dropout, whose masks would differ
        var step =
                Captured.of((Tensor s, Tensor t) ->
                        model.loss(new EncoderDecoder.Pairs(s, s.ne(1).sum(1), t, t.narrow(1, 1, 4).ne(1).sum(1))));
        for (int i = 0; i < 6; i++) {
            Tensor s = words(3, 6);
            Tensor t = words(3, 5);
            s.get("0, " + (1 + i % 5) + ":").fill_(1);
            t.get("1, " + (2 + i % 3) + ":").fill_(1);
            double eager =
                    model.loss(new EncoderDecoder.Pairs(s, s.ne(1).sum(1), t, t.narrow(1, 1, 4).ne(1).sum(1))).item();
            assertThat(step.call(s, t).item()).isEqualTo(eager);
        }
        assertThat(step.eagerReason()).isNull();
    }

    /** A decoder that predicts the same logits after the same token, whatever else it has read. */
    private static final class Table extends Decoder<Table.Nothing> {
        private final Tensor logits;

        Table(double[][] probabilities) {
            logits = Tensors.tensor(probabilities).to(fathom.DType.FLOAT32).log();
        }

        record Nothing(long rows) implements State<Nothing> {
            @Override
            public Nothing select(Tensor rows) {
                return new Nothing(rows.numel());
            }
        }

        @Override
        public Nothing start(Encoder.Encoded encoded) {
            return new Nothing(encoded.outputs().size(0));
        }

        @Override
        public Output<Nothing> forward(Tensor tokens, Nothing state) {
            return new Output<>(Tensors.embedding(tokens, logits), state);
        }
    }

    private static final class NoEncoder extends Encoder {
        @Override
        public Encoded forward(Tensor tokens, Tensor lengths) {
            return new Encoded(tokens, null, lengths);
        }
    }

    /** Tokens 1 to 3 are pad, bos and eos. Greedily 4, then 5 or 6; 7 is rarer at first, but certain to end. */
    private static EncoderDecoder<Table.Nothing> garden() {
        double[][] p = {
            {0, 0, 0, 1, 0, 0, 0, 0},
            {0, 0, 0, 1, 0, 0, 0, 0},
            {0, 0, 0, 0, 0.6, 0, 0, 0.4},
            {0, 0, 0, 1, 0, 0, 0, 0},
            {0, 0, 0, 0, 0, 0.51, 0.49, 0},
            {0, 0, 0, 1, 0, 0, 0, 0},
            {0, 0, 0, 1, 0, 0, 0, 0},
            {0, 0, 0, 1, 0, 0, 0, 0},
        };
        return new EncoderDecoder<>(new NoEncoder(), new Table(p), MARKERS);
    }

    @Test
    void beamSearchFindsWhatGreedyDecodingMisses() {
        Tensor source = words(2, 3);
        var greedy = BeamSearch.search(garden(), source, lengths(3, 3), o -> o.lengthPenalty(0));
        assertThat(greedy).hasSize(2);
        assertThat(greedy.getFirst()).hasSize(1);
        var first = greedy.getFirst().getFirst();
        assertThat(first.tokens()).containsExactly(4, 5);
        assertThat(first.ended()).isTrue();
        assertThat(first.logProbability()).isCloseTo(Math.log(0.6 * 0.51), org.assertj.core.data.Offset.offset(1e-5));
        var beams = BeamSearch.search(garden(), source, lengths(3, 3), o -> o.width(3).lengthPenalty(0));
        for (var found : beams) {
            assertThat(found.stream().map(BeamSearch.Hypothesis::tokens))
                    .containsExactly(List.of(7), List.of(4, 5), List.of(4, 6));
            assertThat(found.getFirst().score()).isCloseTo(Math.log(0.4), org.assertj.core.data.Offset.offset(1e-5));
        }
        // divided by their length, the longer ones win
        var longer = BeamSearch.search(garden(), source, lengths(3, 3), o -> o.width(3).lengthPenalty(1));
        assertThat(longer.getFirst().getFirst().tokens()).containsExactly(4, 5);
        assertThat(longer.getFirst().getFirst().score())
                .isCloseTo(Math.log(0.6 * 0.51) / 3, org.assertj.core.data.Offset.offset(1e-5));
    }

    @Test
    void theMaximumLengthEndsSequences() {
        var found = BeamSearch.search(garden(), words(1, 3), lengths(3), o -> o.maxLength(1)).getFirst().getFirst();
        assertThat(found.tokens()).containsExactly(4);
        assertThat(found.ended()).isFalse();
        assertThatThrownBy(() -> BeamSearch.search(garden(), words(1, 3), lengths(3), o -> o.width(0)))
                .hasMessageContaining("width: must be at least 1, is 0");
        assertThatThrownBy(() -> BeamSearch.search(garden(), words(1, 3), lengths(3), o -> o.lengthPenalty(-1)))
                .hasMessageContaining("lengthPenalty: must not be negative");
    }

    @Test
    void aBeamOfAllWidthsIsSortedAndGreedyIsAmongItsChoices() {
        var model = new TranslationRecipe.Bahdanau().model(12, 9, MARKERS);
        Tensor source = words(4, 6);
        for (int width : new int[] {1, 2, 5, 9}) {
            var found = BeamSearch.search(model, source, lengths(6, 5, 2, 1), o -> o.width(width).maxLength(4));
            for (var all : found) {
                assertThat(all).hasSize(width);
                for (int i = 1; i < all.size(); i++) {
                    assertThat(all.get(i).score()).isLessThanOrEqualTo(all.get(i - 1).score());
                }
            }
        }
        assertThat(model.isTraining()).isTrue();
    }

    @Test
    void aTranslatorLearnsAFewSentences(@TempDir Path folder) throws Exception {
        var data = FraEng.standIn(o -> o.pairs(12).steps(8).minFreq(1));
        var model =
                new TranslationRecipe.Attention()
                        .model(data.source().size(), data.target().size(), Markers.of(data.target()));
        new Trainer(model.task(), t -> t.optimizer(p -> new Adam(p, 0.01)).clipNorm(1).progress(false))
                .fit(DataLoader.of(data, 12).shuffle(true), Epochs.of(60));
        var translator = new Translator(model, data.source(), data.target(), 8);
        var sentences = data.pairs().stream().map(FraEng.Pair::english).toList();
        var found = translator.translate(sentences, o -> {});
        long right = 0;
        for (int i = 0; i < sentences.size(); i++) {
            right += found.get(i).text().equals(data.reference(sentences.get(i))) ? 1 : 0;
        }
        assertThat(right).isGreaterThanOrEqualTo(10);
        assertThat(translator.translate(sentences.getFirst()).text()).isEqualTo(found.getFirst().text());
        assertThat(translator.translate(List.of(), o -> {})).isEmpty();
        var one = translator.translate(sentences, o -> o.width(3)).getFirst();
        for (AttentionKind kind : AttentionKind.values()) {
            translator.plot(one, kind).save(folder.resolve(kind + ".svg"));
            assertThat(folder.resolve(kind + ".svg")).isNotEmptyFile();
        }
        var without =
                new Translator(
                        new TranslationRecipe.Seq2Seq()
                                .model(data.source().size(), data.target().size(), Markers.of(data.target())),
                        data.source(),
                        data.target(),
                        8);
        assertThatThrownBy(() -> without.plot(one, AttentionKind.CROSS))
                .hasMessageContaining("the model has no encoder-decoder attention");
    }

    @Test
    void errorsSayWhatIsExpected() {
        var model = new TranslationRecipe.Seq2Seq().model(12, 13, MARKERS);
        assertThatThrownBy(() -> model.call(words(3, 4)))
                .hasMessageContaining("expected sources and targets [N, 2, T], got [3, 4]");
        assertThatThrownBy(() -> new Markers(1, 1, 3)).hasMessageContaining("three different tokens, got 1, 1 and 3");
        assertThatThrownBy(() -> Markers.of(Vocabulary.of(List.of("a")))).hasMessageContaining("lacks <pad>");
        var mixed =
                new EncoderDecoder<>(
                        new SelfAttentionEncoder(12, 8, 2, 1, 0, o -> {}), new GRUDecoder(12, 8, 8, 1, 0), MARKERS);
        assertThatThrownBy(() -> mixed.forward(words(2, 3), lengths(3, 3), words(2, 3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("this encoder has none: use a recurrent one");
    }
}
