package fathom.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Tensor;
import fathom.Tensors;
import java.util.Arrays;
import java.util.List;
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
        assertThat(v.number("zebra")).isZero();
        assertThat(v.numbers(List.of("c", "zebra")).toLongArray()).containsExactly(3, 0);
    }

    @Test
    void batchesHoldWhatFollows() {
        Tensor corpus = Tensors.arange(100);
        for (var windows : List.of(Sequences.random(corpus, 3, 5), Sequences.sequential(corpus, 3, 5))) {
            assertThat(windows).hasSizeGreaterThanOrEqualTo(5);
            for (var w : windows) {
                assertThat(w.x().shape().dims()).containsExactly(3, 5);
                long[] next = Arrays.stream(w.x().reshape(-1).toLongArray()).map(t -> t + 1).toArray();
                assertThat(w.y().reshape(-1).toLongArray()).containsExactly(next);
            }
        }
        var rows = Sequences.sequential(corpus, 3, 5);
        for (int i = 1; i < rows.size(); i++) {
            assertThat(rows.get(i).x().get(1, 0).itemLong()).isEqualTo(rows.get(i - 1).x().get(1, 4).itemLong() + 1);
        }
        assertThat(Sequences.sequential(Tensors.arange(16), 3, 5)).hasSize(1);
        assertThatThrownBy(() -> Sequences.random(Tensors.arange(15), 3, 5))
                .hasMessageContaining("15 tokens are too few");
    }

    @Test
    void aModelLearnsASentenceByHeart() {
        var tokens = Tokens.CHARACTERS.of("the time traveller smiled at us ".repeat(40));
        var vocabulary = Vocabulary.of(tokens);
        Tensor corpus = vocabulary.numbers(tokens).keep();
        var model = new GRULanguageModel(vocabulary.size(), 32);
        assertThat(model.namedParameters().keySet()).contains("rnn.weight_hh_l0", "linear.weight");
        var training = new LanguageModelTraining(model, 2);
        double perplexity = Double.MAX_VALUE;
        for (int i = 0; i < 60 && perplexity > 1.1; i++) {
            perplexity = training.epoch(Sequences.sequential(corpus, 4, 16), true).perplexity();
        }
        assertThat(perplexity).isLessThan(1.2);
        assertThat(model.continued(Tokens.CHARACTERS.of("the time"), 10, vocabulary)).isEqualTo("the time traveller");
    }
}
