package fathom.text.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Unigram language models: the pieces of small corpora. */
class UnigramLearnerTest {
    private static Map<String, Double> learn(Map<String, Long> words, int size) {
        Set<String> alphabet =
                words.keySet().stream()
                        .flatMap(w -> w.codePoints().mapToObj(Character::toString))
                        .collect(Collectors.toSet());
        var scores = new LinkedHashMap<String, Double>();
        new UnigramLearner(words, alphabet, 16, 2).learn(size).forEach(p -> scores.put(p.text(), p.score()));
        return scores;
    }

    @Test
    void digammaHasItsPublishedValues() {
        // Abramowitz and Stegun, table 6.1 and equations 6.3.2 and 6.3.3
        assertThat(UnigramLearner.digamma(1)).isCloseTo(-0.5772156649, within(1e-9));
        assertThat(UnigramLearner.digamma(0.5)).isCloseTo(-1.9635100260, within(1e-9));
        assertThat(UnigramLearner.digamma(2)).isCloseTo(0.4227843351, within(1e-9));
        assertThat(UnigramLearner.digamma(1000)).isCloseTo(Math.log(1000) - 0.0005 - 1e-6 / 12, within(1e-12));
    }

    @Test
    void frequentWordsBecomePiecesAndCharactersStay() {
        var words = Map.of("hug", 10L, "pug", 5L, "pun", 12L, "bun", 4L, "hugs", 5L);
        Map<String, Double> pieces = learn(words, 10);
        assertThat(pieces).hasSize(10).containsKeys("h", "u", "g", "p", "n", "b", "s", "hug", "pun");
        assertThat(pieces.get("pun")).as("log probabilities").isLessThan(0).isGreaterThan(pieces.get("b"));
        assertThat(new ArrayList<>(pieces.values())).isSortedAccordingTo((a, b) -> Double.compare(b, a));
        assertThat(learn(words, 7)).as("the characters alone").hasSize(7).doesNotContainKey("hug");
        // no piece is left over where all words are pieces
        assertThat(learn(words, 1000).keySet()).containsAll(words.keySet()).hasSizeLessThan(30);
    }

    /** Each stem is rare and each word with an ending rarer: the pieces are stems and endings. */
    @Test
    void stemsAndEndingsAreFound() {
        List<String> endings = List.of("ing", "ed", "er", "ness");
        var random = new SplittableRandom(1);
        var words = new LinkedHashMap<String, Long>();
        var stems = new ArrayList<String>();
        for (int i = 0; i < 100; i++) {
            var stem = new StringBuilder("▁");
            for (int k = 0; k < 5; k++) {
                stem.append((char) ('a' + random.nextInt(26)));
            }
            stems.add(stem.toString());
            endings.forEach(ending -> words.put(stem + ending, 1L));
        }
        Map<String, Double> pieces = learn(words, 27 + 100 + 10);
        assertThat(pieces).containsKeys(endings.toArray(String[]::new));
        assertThat(stems.stream().filter(pieces::containsKey)).hasSizeGreaterThan(80);
        assertThat(words.keySet()).noneMatch(pieces::containsKey);
    }

    @Test
    void charactersOutsideTheAlphabetDivideWords() {
        var learner = new UnigramLearner(Map.of("abxab", 5L, "x", 3L), Set.of("a", "b"), 16, 2);
        assertThat(learner.learn(10).stream().map(UnigramLearner.Piece::text))
                .containsExactlyInAnyOrder("ab", "a", "b");
        assertThat(new UnigramLearner(Map.of(), Set.of("a"), 16, 2).learn(5)).hasSize(1);
    }

    @Test
    void theTokenizerGivesEveryTextBack() {
        var texts = new ArrayList<String>();
        for (int i = 0; i < 50; i++) {
            texts.add("the quick brown fox jumps over the lazy dog " + i % 7);
            texts.add("我们学习深度学习，深度学习很有用。");
        }
        Tokenizer t = TokenizerTrainer.train(TokenizerKind.UNIGRAM, texts, o -> o.vocabularySize(330));
        assertThat(t.size()).isLessThanOrEqualTo(330);
        assertThat(t.encode("the fox").tokens()).containsExactly("▁the", "▁fox");
        assertThat(t.encode(texts.get(1)).length()).as("a frequent sentence").isLessThan(5);
        for (String text : List.of("the lazy fox", " two  spaces ", "ünseen 👍\n\t𪚥", "a", "深 度")) {
            assertThat(t.decode(t.encode(text).ids())).isEqualTo(text);
        }
        assertThat(t.encode("").length()).isZero();
        assertThatThrownBy(() -> TokenizerTrainer.train(TokenizerKind.UNIGRAM, texts, o -> o.vocabularySize(260)))
                .hasMessageContaining("vocabularySize 260 is less than the 3");
        assertThatThrownBy(() -> TokenizerTrainer.train(TokenizerKind.UNIGRAM, texts, o -> o.specialTokens("<s>")))
                .hasMessageContaining("must have <unk>");
    }
}
