package fathom.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Captured;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.data.DataLoader;
import fathom.optim.Clip;
import fathom.optim.SGD;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import java.util.function.BinaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tokens, vocabularies, batches of sequences, and a model that learns them. */
class LanguageModelTest {
    @BeforeEach
    void seed() {
        Tensors.manualSeed(1);
    }

    @Test
    void textIsCutAsTheCourseCutsIt() {
        assertThat(Tokens.CHARACTERS.of(" It's 9 -- so!\n\nEh?"))
                .containsExactly("i", "t", " ", "s", " ", "s", "o", "e", "h");
        assertThat(Tokens.WORDS.of("The Time--Machine,\nby H. G. Wells"))
                .containsExactly("the", "time", "machine", "by", "h", "g", "wells");
    }

    @Test
    void theBookHasTheCoursesAlphabet() {
        var tokens = Tokens.CHARACTERS.of(TimeMachine.text());
        var vocabulary = Vocabulary.of(tokens.subList(0, 10_000));
        assertThat(vocabulary.size()).isEqualTo(28);
        assertThat(vocabulary.tokens().subList(0, 3)).containsExactly("<unk>", " ", "e");
        assertThat(tokens.size()).isGreaterThan(160_000);
    }

    @Test
    void frequentTokensComeFirst() {
        var v = Vocabulary.of(List.of("b", "a", "c", "a", "c", "d"), 1, List.of("<pad>"));
        assertThat(v.tokens()).containsExactly("<unk>", "<pad>", "a", "c", "b", "d");
        assertThat(Vocabulary.of(List.of("b", "a", "a"), 2, List.of()).tokens()).containsExactly("<unk>", "a");
        assertThat(v.index("zebra")).isZero();
        assertThat(v.indices(List.of("c", "zebra")).toLongArray()).containsExactly(3, 0);
    }

    @Test
    void batchesHoldWhatFollows() {
        Tensor corpus = Tensors.arange(100);
        for (var batches :
                List.of(Sequences.randomPartition(corpus, 3, 5), Sequences.sequentialPartition(corpus, 3, 5))) {
            for (int epoch = 0; epoch < 20; epoch++) {
                int count = 0;
                var firsts = new TreeSet<Long>();
                for (Batch b : batches) {
                    assertThat(b.x().shape().dims()).containsExactly(3, 5);
                    long[] tokens = b.x().reshape(-1).toLongArray();
                    long[] next = Arrays.stream(tokens).map(t -> t + 1).toArray();
                    assertThat(b.y().reshape(-1).toLongArray()).containsExactly(next);
                    for (int row = 0; row < 3; row++) {
                        assertThat(tokens[5 * row + 4]).isEqualTo(tokens[5 * row] + 4);
                        firsts.add(tokens[5 * row]);
                    }
                    count++;
                }
                assertThat(count).isEqualTo(6);
                assertThat(batches.size()).isEqualTo(6);
                assertThat(firsts).as("no sequence comes twice").hasSize(18);
            }
        }
        assertThatThrownBy(() -> Sequences.randomPartition(Tensors.arange(15), 3, 5))
                .hasMessageContaining("15 tokens are too few");
        assertThatThrownBy(() -> Sequences.sequentialPartition(Tensors.arange(15), 3, 5))
                .hasMessageContaining("15 tokens are too few");
    }

    @Test
    void aCorpusMayBeJustLongEnough() {
        for (var batches :
                List.of(
                        Sequences.randomPartition(Tensors.arange(16), 3, 5),
                        Sequences.sequentialPartition(Tensors.arange(16), 3, 5),
                        Sequences.sequentialPartition(Tensors.arange(17), 3, 5))) {
            for (int epoch = 0; epoch < 5; epoch++) {
                assertThat(batches).hasSize(1);
            }
        }
    }

    @Test
    void rowsGoOnWhereThoseOfTheBatchBeforeEnded() {
        var starts = new TreeSet<Long>();
        DataLoader batches = Sequences.sequentialPartition(Tensors.arange(100), 3, 5);
        for (int epoch = 0; epoch < 50; epoch++) {
            Tensor before = null;
            for (Batch b : batches) {
                if (before == null) {
                    starts.add(b.x().get(0, 0).itemLong());
                } else {
                    assertThat(b.x().select(1, 0).equal(before.select(1, 4).add(1))).isTrue();
                }
                before = b.x();
            }
        }
        assertThat(starts).as("every pass begins elsewhere").containsExactly(0L, 1L, 2L, 3L, 4L, 5L);
    }

    @Test
    void examplesAreRowsOfBatches() {
        var data = Sequences.randomPartition(Tensors.arange(100), 3, 5).dataset();
        assertThat(data.size()).isEqualTo(95);
        var batch = data.batch(new long[] {7, 94});
        for (int row = 0; row < 2; row++) {
            var example = data.get(row == 0 ? 7 : 94);
            assertThat(example.x().equal(batch.x().select(0, row))).isTrue();
            assertThat(example.y().equal(batch.y().select(0, row))).isTrue();
        }
        assertThat(batch.y().get(1, 4).itemLong()).isEqualTo(99);
        assertThatThrownBy(() -> data.batch(new long[] {95})).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> data.get(-1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void aReaderGoesOnWhereItStoodAndSharesTheModelsWeights() {
        var model = new GRULanguageModel(9, 8);
        var reader = new StatefulLanguageModel(model, 2);
        assertThat(reader.stateDict().names()).isEqualTo(model.stateDict().names());
        Tensor x = Tensors.randint(0, 9, 2, 12);
        var whole = model.forward(x, null).logits();
        Tensor first = reader.forward(x.narrow(1, 0, 5));
        Tensor second = reader.forward(x.narrow(1, 5, 7));
        assertThat(Tensors.cat(List.of(first, second), 0).allclose(whole)).isTrue();
        reader.resetState();
        assertThat(reader.forward(x.narrow(1, 0, 5)).equal(first)).isTrue();
        // no gradient goes back beyond the batch
        GRULanguageModel.loss(second, x.narrow(1, 5, 7)).backward();
        assertThat(model.parameters().getFirst().grad()).isNotNull();
        assertThatThrownBy(() -> reader.forward(x.narrow(0, 0, 1)))
                .hasMessageContaining("expected tokens [2, T]")
                .hasMessageContaining("[1, 12]");
        assertThatThrownBy(() -> new StatefulLanguageModel(model, 0)).hasMessageContaining("is 0");
    }

    /** What a training gave: the last loss, and all weights. */
    private record Outcome(double loss, float[] weights, String refusal) {}

    private static Outcome train(GRULanguageModel model, Tensor corpus, int epochs, boolean eager) {
        var reader = new StatefulLanguageModel(model, 4);
        var opt = new SGD(reader.parameters(), 2);
        BinaryOperator<Tensor> step =
                (x, y) -> {
                    Tensor loss = GRULanguageModel.loss(reader.forward(x), y);
                    opt.zeroGrad();
                    loss.backward();
                    Clip.gradNormAsTensor_(reader.parameters(), 1);
                    opt.step();
                    return loss;
                };
        var captured = Captured.of(step);
        double sum = 0;
        DataLoader batches = Sequences.sequentialPartition(corpus, 4, 16).seed(3);
        for (int i = 0; i < epochs; i++) {
            reader.resetState();
            sum = 0;
            for (Batch b : batches) {
                try (var scope = Scope.open()) {
                    sum += (eager ? step.apply(b.x(), b.y()) : captured.call(b.x(), b.y())).item();
                }
            }
        }
        var weights = Tensors.cat(model.parameters().stream().map(p -> p.detach().reshape(-1)).toList(), 0);
        return new Outcome(sum / batches.size(), weights.toFloatArray(), captured.eagerReason());
    }

    @Test
    void aModelLearnsASentenceByHeart() {
        var tokens = Tokens.CHARACTERS.of("the time traveller smiled at us ".repeat(40));
        var vocabulary = Vocabulary.of(tokens);
        var model = new GRULanguageModel(vocabulary.size(), 32);
        assertThat(model.namedParameters().keySet()).contains("rnn.weight_hh_l0", "linear.weight");
        Outcome learned = train(model, vocabulary.indices(tokens), 60, false);
        assertThat(Math.exp(learned.loss)).isLessThan(1.2);
        assertThat(model.generate(Tokens.CHARACTERS.of("the time"), 10, vocabulary)).isEqualTo("the time traveller");
    }

    @Test
    void aCapturedStepGivesTheSameNumbers() {
        var tokens = Tokens.CHARACTERS.of("the time traveller smiled at us ".repeat(20));
        var vocabulary = Vocabulary.of(tokens);
        Tensor corpus = vocabulary.indices(tokens);
        Outcome[] outcomes = new Outcome[2];
        for (int i = 0; i < 2; i++) {
            Tensors.manualSeed(5);
            outcomes[i] = train(new GRULanguageModel(vocabulary.size(), 32), corpus, 5, i == 0);
        }
        assertThat(outcomes[1].refusal).isNull();
        assertThat(outcomes[1].loss).isEqualTo(outcomes[0].loss);
        assertThat(outcomes[1].weights).isEqualTo(outcomes[0].weights);
    }
}
