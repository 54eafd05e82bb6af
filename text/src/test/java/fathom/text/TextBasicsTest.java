package fathom.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Tensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Word tokens, vocabularies, padding and n-grams. */
class TextBasicsTest {
    @TempDir Path folder;

    @Test
    void vocabulariesAreLimitedByFrequencyAndSize() {
        var tokens = List.of("b", "a", "c", "a", "c", "d", "<pad>");
        var v = Vocabulary.of(tokens, o -> o.reserved("<pad>", "<bos>").maxSize(5));
        assertThat(v.tokens()).containsExactly("<unk>", "<pad>", "<bos>", "a", "c");
        assertThat(v.frequency("a")).isEqualTo(2);
        assertThat(v.frequency("<pad>")).isEqualTo(1);
        assertThat(v.frequency("d")).as("not in the vocabulary").isZero();
        assertThat(v.contains("d")).isFalse();
        assertThat(Vocabulary.of(tokens, o -> o.maxSize(1).reserved("x")).tokens()).containsExactly("<unk>", "x");
        assertThat(Vocabulary.ofSentences(List.of(List.of("a"), List.of("b", "b")), o -> o.minFreq(2)).tokens())
                .containsExactly("<unk>", "b");
        assertThat(Vocabulary.ofCounts(Map.of("x", 3L), o -> {}).frequency("x")).isEqualTo(3);
        assertThat(Vocabulary.of(List.of()).tokens()).containsExactly("<unk>");
        assertThatThrownBy(() -> Vocabulary.of(tokens, o -> o.maxSize(0))).hasMessageContaining("at least 1, got 0");
    }

    @Test
    void tokensGoInAndOutAsListsArraysAndTensors() {
        var v = Vocabulary.of(List.of("a", "b"));
        assertThat(v.indexArray(List.of("b", "z"))).containsExactly(2, 0);
        assertThat(v.tokens(Tensors.tensor(new long[] {2, 1, 0}))).containsExactly("b", "a", "<unk>");
        assertThat(v.tokens(v.indices(List.of()))).isEmpty();
        assertThatThrownBy(() -> v.tokens(3)).hasMessageContaining("there is no token 3 among 3");
        assertThatThrownBy(() -> v.tokens(Tensors.zeros(2))).hasMessageContaining("expected indices [n]");
        assertThatThrownBy(() -> v.tokens(Tensors.zeros(2, 2).to(fathom.DType.INT64))).hasMessageContaining("[2, 2]");
    }

    @Test
    void vocabulariesAreSavedAsLines() throws IOException {
        Path file = folder.resolve("vocab.txt");
        var v = Vocabulary.of(List.of("é", " ", "\r", "\\n", "中", "👍", ""));
        v.save(file);
        assertThat(Vocabulary.load(file).tokens()).isEqualTo(v.tokens());
        assertThatThrownBy(() -> Vocabulary.of(List.of("a\n")).save(file)).hasMessageContaining("has a line break");
        Files.writeString(file, "a\nb\n");
        assertThatThrownBy(() -> Vocabulary.load(file))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("vocab.txt: not a file of a vocabulary")
                .hasMessageContaining("it begins with 'a'");
        assertThatThrownBy(() -> Vocabulary.load(folder.resolve("none")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("none");
    }

    @Test
    void sequencesArePaddedAndTruncated() {
        var v = Vocabulary.of(List.of("a", "b"), o -> o.reserved("<pad>", "<bos>", "<eos>"));
        var sentences = List.of(List.of("a"), List.of("a", "b", "b", "a"), List.<String>of());
        var x = PaddedSequences.of(sentences, v, o -> o.steps(4).begin("<bos>").end("<eos>"));
        assertThat(x.tokens().shape().dims()).containsExactly(3, 4);
        assertThat(x.tokens().reshape(-1).toLongArray()).containsExactly(2, 4, 3, 1, 2, 4, 5, 5, 2, 3, 1, 1);
        assertThat(x.lengths().toLongArray()).containsExactly(3, 4, 2);
        assertThat(x.mask().to(fathom.DType.INT64).reshape(-1).toLongArray())
                .containsExactly(1, 1, 1, 0, 1, 1, 1, 1, 1, 1, 0, 0);
        var left = PaddedSequences.of(sentences, v, o -> o.steps(2).padLeft(true).keepLast(true));
        assertThat(left.tokens().reshape(-1).toLongArray()).containsExactly(1, 4, 5, 4, 1, 1);
        assertThat(PaddedSequences.of(List.of(new long[] {7}, new long[] {8, 9}), 0).tokens().reshape(-1).toLongArray())
                .containsExactly(7, 0, 8, 9);
        assertThat(PaddedSequences.of(List.of(new long[] {7, 8}), 1, 0).tokens().shape().dims()).containsExactly(1, 1);
        assertThat(PaddedSequences.of(List.of(), 0).tokens().shape().dims()).containsExactly(0, 0);
        assertThat(PaddedSequences.truncatePad(new long[] {1, 2, 3}, 2, 9)).containsExactly(1, 2);
        assertThat(PaddedSequences.truncatePad(new long[] {1}, 3, 9)).containsExactly(1, 9, 9);
        assertThatThrownBy(() -> PaddedSequences.of(sentences, Vocabulary.of(List.of()), o -> {}))
                .hasMessageContaining("the vocabulary has no token <pad>; reserve it");
        assertThatThrownBy(() -> PaddedSequences.of(sentences, v, o -> o.steps(0))).hasMessageContaining("got 0");
    }

    /** The course's counts are those of its edition, without the titles of chapters: "the" 2,261 times. */
    @Test
    void ngramsOfTheTimeMachineAreThoseOfTheCourseAndOfTheTitles() {
        var words = Tokens.WORDS.of(TimeMachine.text());
        var unigrams = NGrams.of(words, 1);
        assertThat(unigrams.mostCommon(3).toString()).isEqualTo("[the: 2273, i: 1267, and: 1245]");
        var withoutTitles =
                TimeMachine.text().replaceAll("(?m)^( [IVX]+\\.\\n).*\\n", "$1").transform(Tokens.WORDS::of);
        assertThat(NGrams.of(withoutTitles, 1).mostCommon(3).toString()).isEqualTo("[the: 2261, i: 1267, and: 1245]");
        assertThat(withoutTitles).hasSize(32_766);
        assertThat(words).hasSize(32_817);
        assertThat(Tokens.CHARACTERS.of(TimeMachine.text())).hasSize(171_083);
        var bigrams = NGrams.of(words, 2);
        assertThat(bigrams.mostCommon(1)).containsExactly(new NGrams.Count(List.of("of", "the"), 308));
        assertThat(bigrams.count("of", "the")).isEqualTo(308);
        assertThat(bigrams.frequencies().sum().item()).isEqualTo(words.size() - 1.0);
        assertThat(NGrams.ofSentences(List.of(List.of("a", "b"), List.of("c")), 2).size()).isEqualTo(1);
        assertThat(NGrams.of(List.of("a"), 2).size()).isZero();
        assertThatThrownBy(() -> NGrams.of(words, 0)).hasMessageContaining("at least 1, got 0");
    }

    @Test
    void wordsNumbersMarksAndChineseAreSplit() {
        var all = new WordTokenizer();
        assertThat(all.tokens("Don't go, Tom! 3.5\tx_1 'a'"))
                .containsExactly("don't", "go", ",", "tom", "!", "3", ".", "5", "x_1", "'", "a", "'");
        assertThat(all.tokens("深度学习in Java👍。")).containsExactly("深", "度", "学", "习", "in", "java", "👍", "。");
        assertThat(all.tokens("cafe\u0301 \u3000 \ud840\udc00é")).containsExactly("cafe\u0301", "\ud840\udc00", "é");
        assertThat(all.tokens(" \n")).isEmpty();
        var some = new WordTokenizer(o -> o.punctuation(false).lowerCase(false));
        assertThat(some.tokens("Hi, (Tom).")).containsExactly("Hi", "Tom");
    }

    @Test
    void chineseIsSegmentedIntoWords() throws IOException {
        var words = ChineseWords.standard();
        assertThat(words.size()).isGreaterThan(600);
        assertThat(words.segment("我们研究生命的起源")).containsExactly("我们", "研究", "生命", "的", "起源");
        assertThat(words.segment("研究生在学习深度学习")).containsExactly("研究生", "在", "学习", "深度学习");
        assertThat(words.segment("")).isEmpty();
        assertThat(words.segment("\ud840\udc00龘")).containsExactly("\ud840\udc00", "龘");
        assertThat(words.with("龘龘").segment("龘龘龘")).hasSize(2);
        var tokenizer = new WordTokenizer(o -> o.chineseWords(words).punctuation(false));
        assertThat(tokenizer.tokens("卷积神经网络，CNN 是一种神经网络。")).containsExactly("卷积神经网络", "cnn", "是", "一种", "神经网络");
        Path file = Files.writeString(folder.resolve("dict.txt"), "南京 10 ns\n市长 10\n南京市 20\n长江大桥 30\n\n");
        assertThat(ChineseWords.load(file).segment("南京市长江大桥")).containsExactly("南京市", "长江大桥");
        Files.writeString(file, "南京 often\n");
        assertThatThrownBy(() -> ChineseWords.load(file)).hasMessageContaining("dict.txt, line 1: expected a word");
    }
}
