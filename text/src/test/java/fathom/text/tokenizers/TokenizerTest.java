package fathom.text.tokenizers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.text.tokenizers.EncodeOptions.Truncation;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Training, batches, truncation, decoding and files; ids are judged in {@link HuggingFaceTest}. */
class TokenizerTest {
    private static final List<String> LINES =
            List.of(
                    "The time traveller smiled at us.",
                    "The time machine, and the time traveller!",
                    "深度学习 与 机器学习",
                    "learning machines learn, unlearned and relearning");

    @TempDir Path folder;

    private static Tokenizer bert() {
        return TokenizerTrainer.train(TokenizerKind.BERT, LINES, o -> o.vocabularySize(120));
    }

    /** The ten merges that the course prints in section 14.6, and its segmentations. */
    @Test
    void theCoursesTenMerges() {
        var counts = new LinkedHashMap<String, Integer>();
        counts.put("fast_", 4);
        counts.put("faster_", 3);
        counts.put("tall_", 5);
        counts.put("taller_", 4);
        var alphabet = "abcdefghijklmnopqrstuvwxyz_".chars().mapToObj(Character::toString).toList();
        var bpe = BytePairEncoding.learn(counts, 10, alphabet);
        assertThat(bpe.merges().stream().map(Object::toString).toList())
                .containsExactly("t a", "ta l", "tal l", "f a", "fa s", "fas t", "e r", "er _", "tall _", "fast _");
        assertThat(bpe.merges().getFirst().count()).isEqualTo(9);
        assertThat(bpe.words().values().stream().map(w -> String.join(" ", w)).toList())
                .containsExactly("fast_", "fast er_", "tall_", "tall er_");
        assertThat(String.join(" ", bpe.segmentGreedily("tallest_", "[UNK]"))).isEqualTo("tall e s t _");
        assertThat(String.join(" ", bpe.segmentGreedily("fatter_", "[UNK]"))).isEqualTo("fa t t er_");
        assertThat(bpe.segmentGreedily("fast!er", "[UNK]")).containsExactly("fast", "[UNK]");
        assertThat(bpe.segment("tallest_")).containsExactly("tall", "e", "s", "t", "_");
        assertThat(BytePairEncoding.learn(counts, 1000).words().values()).allMatch(w -> w.size() == 1);
        assertThatThrownBy(() -> BytePairEncoding.learn(counts, -1)).hasMessageContaining("must not be negative");
    }

    @Test
    void mergesAreThoseOfCountingEverythingAnew() {
        var counts = new LinkedHashMap<String, Integer>();
        for (String line : MixedText.lines(3, 40)) {
            for (String word : line.split("\\s+")) {
                if (!word.isEmpty()) {
                    counts.merge(word, 1, Integer::sum);
                }
            }
        }
        var learned = BytePairEncoding.learn(counts, 60).merges().stream().map(Object::toString).toList();
        // as the course does it: count all pairs, merge the first one of the most frequent ones
        var words = new ArrayList<List<String>>();
        counts.keySet().forEach(w -> words.add(w.codePoints().mapToObj(Character::toString).toList()));
        var expected = new ArrayList<String>();
        for (int i = 0; i < 60; i++) {
            var pairs = new LinkedHashMap<String, Integer>();
            int w = 0;
            for (int count : counts.values()) {
                List<String> word = words.get(w++);
                for (int k = 0; k + 1 < word.size(); k++) {
                    pairs.merge(word.get(k) + " " + word.get(k + 1), count, Integer::sum);
                }
            }
            String best = null;
            for (var e : pairs.entrySet()) {
                best = best == null || e.getValue() > pairs.get(best) ? e.getKey() : best;
            }
            expected.add(best);
            for (int k = 0; k < words.size(); k++) {
                words.set(k, merged(words.get(k), best));
            }
        }
        assertThat(learned).isEqualTo(expected);
    }

    private static List<String> merged(List<String> word, String pair) {
        var result = new ArrayList<String>();
        for (int i = 0; i < word.size(); i++) {
            if (i + 1 < word.size() && (word.get(i) + " " + word.get(i + 1)).equals(pair)) {
                result.add(word.get(i) + word.get(++i));
            } else {
                result.add(word.get(i));
            }
        }
        return result;
    }

    @ParameterizedTest
    @EnumSource(TokenizerKind.class)
    void trainedTokenizersGiveTheTextBack(TokenizerKind kind) {
        Tokenizer t = TokenizerTrainer.train(kind, LINES, o -> o.vocabularySize(400).lowerCase(false));
        assertThat(t.size()).isLessThanOrEqualTo(400);
        assertThat(kind.specialTokens()).allSatisfy(s -> assertThat(t.isSpecial(t.id(s))).isTrue());
        for (String line : LINES) {
            Encoding e = t.encode(line);
            String expected = kind == TokenizerKind.BERT ? spaced(line) : line;
            assertThat(t.decode(e.ids())).isEqualTo(expected);
            if (line.codePoints().noneMatch(Character::isIdeographic)) {
                assertThat(e.length()).as("merged").isLessThan(line.length());
            }
        }
        if (kind != TokenizerKind.BERT) {
            assertThat(t.decode(t.encode("ünseen 👍\n\t𪚥").ids())).isEqualTo("ünseen 👍\n\t𪚥");
        } else {
            assertThat(t.encode("ü").tokens()).containsExactly("[CLS]", "[UNK]", "[SEP]");
        }
        // reading what was written gives the same ids
        t.save(folder);
        Tokenizer again = Tokenizer.load(folder);
        assertThat(again.encode(LINES.getFirst()).ids()).isEqualTo(t.encode(LINES.getFirst()).ids());
        assertThat(Files.exists(folder.resolve("tokenizer.json"))).isTrue();
    }

    /** As BERT's decoder writes it: Chinese by characters. */
    private static String spaced(String line) {
        return line.codePoints().anyMatch(Character::isIdeographic)
                ? line.replace(" ", "").replaceAll("(.)(?=.)", "$1 ")
                : line;
    }

    @Test
    void trainingRefusesAVocabularyThatIsTooSmall() {
        assertThatThrownBy(() -> TokenizerTrainer.train(TokenizerKind.GPT2, LINES, o -> o.vocabularySize(100)))
                .hasMessageContaining("vocabularySize 100 is less than the 257 special tokens and characters");
        assertThatThrownBy(() -> TokenizerTrainer.train(TokenizerKind.BERT, LINES, o -> o.specialTokens("[CLS]")))
                .hasMessageContaining("must have [UNK]");
        assertThat(TokenizerTrainer.train(TokenizerKind.GPT2, List.of()).size()).isEqualTo(257);
        assertThat(TokenizerTrainer.train(TokenizerKind.LLAMA, List.of("")).encode("a").length()).isEqualTo(5);
    }

    @Test
    void batchesArePaddedAndTruncated() {
        Tokenizer t = bert();
        var batch = t.batch(List.of("the time", "the", ""));
        int pad = t.id("[PAD]");
        assertThat(batch.inputIds().shape().dims()).containsExactly(3, 4);
        long the = t.id("the");
        assertThat(batch.inputIds().select(0, 1).toLongArray()).containsExactly(t.id("[CLS]"), the, t.id("[SEP]"), pad);
        assertThat(batch.lengths().toLongArray()).containsExactly(4, 3, 2);
        assertThat(batch.attentionMask().select(0, 2).toLongArray()).containsExactly(1, 1, 0, 0);
        var left = t.batch(List.of("the time", "the"), o -> o.padLeft(true).padToMultipleOf(3));
        assertThat(left.inputIds().shape().dims()).containsExactly(2, 6);
        assertThat(left.attentionMask().select(0, 1).toLongArray()).containsExactly(0, 0, 0, 1, 1, 1);
        var pairs = t.batch(List.of("the"), List.of("time"), o -> o.padTo(8));
        assertThat(pairs.tokenTypeIds().reshape(-1).toLongArray()).containsExactly(0, 0, 0, 1, 1, 0, 0, 0);
        assertThat(t.batch(List.of()).inputIds().shape().dims()).containsExactly(0, 0);
        assertThat(t.encode("the", o -> o.padTo(5)).specialTokensMask()).containsExactly(true, false, true, true, true);
        assertThatThrownBy(() -> t.batch(List.of("a"), List.of(), o -> {}))
                .hasMessageContaining("1 first texts, but 0");
    }

    @Test
    void truncationKeepsSpecialTokens() {
        Tokenizer t = bert();
        String words = "the ".repeat(10);
        assertThat(t.encode(words, o -> o.maxLength(4)).tokens()).containsExactly("[CLS]", "the", "the", "[SEP]");
        Encoding e = t.encode("the time traveller", o -> o.maxLength(4).truncateLeft(true));
        assertThat(e.tokens()).containsExactly("[CLS]", "time", "traveller", "[SEP]");
        assertThat(e.span(2)).isEqualTo(new Encoding.Span(9, 18));
        assertThat(lengths(t.encode(words, "the the", o -> o.maxLength(9)))).containsExactly(4, 2);
        assertThat(lengths(t.encode("the the", words, o -> o.maxLength(9)))).containsExactly(2, 4);
        assertThat(lengths(t.encode(words, words, o -> o.maxLength(10)))).containsExactly(3, 4);
        assertThat(lengths(t.encode(words, "the the", o -> o.maxLength(8).truncation(Truncation.ONLY_FIRST))))
                .containsExactly(3, 2);
        assertThatThrownBy(() -> t.encode("the", words, o -> o.maxLength(8).truncation(Truncation.ONLY_FIRST)))
                .hasMessageContaining("cannot be met by truncating the first text alone");
        assertThatThrownBy(() -> t.encode(words, o -> o.maxLength(1))).hasMessageContaining("less than the 2 special");
        assertThatThrownBy(() -> t.encode(words, o -> o.maxLength(0))).hasMessageContaining("at least 1, got 0");
    }

    private static int[] lengths(Encoding e) {
        var lengths = new int[2];
        IntStream.range(0, e.length()).map(e::sequence).filter(s -> s >= 0).forEach(s -> lengths[s]++);
        return lengths;
    }

    @ParameterizedTest
    @EnumSource(TokenizerKind.class)
    void streamsGiveTheTextOfTheWhole(TokenizerKind kind) {
        Tokenizer t = TokenizerTrainer.train(kind, LINES, o -> o.vocabularySize(400).lowerCase(false));
        for (String line : List.of("The time 👍👨‍👩‍👧‍👦, 深度学习!", " a  b", "", "é")) {
            long[] ids = t.encode(line).ids();
            var stream = t.streamDecoder();
            var parts = new StringBuilder();
            for (long id : ids) {
                String part = stream.next(id);
                assertThat(part).doesNotContain("\uFFFD");
                parts.append(part);
            }
            assertThat(parts + stream.end()).isEqualTo(t.decode(ids));
        }
    }

    @Test
    void brokenSurrogatesAreReplacementCharacters() {
        Tokenizer t = TokenizerTrainer.train(TokenizerKind.GPT2, LINES, o -> o.vocabularySize(300));
        assertThat(t.decode(t.encode("a\ud83dz\ude00").ids())).isEqualTo("a\uFFFDz\uFFFD");
        assertThat(t.decode(t.encode("\ud83d").ids())).isEqualTo("\uFFFD");
    }

    @Test
    void olderFilesOfAFolderAreRead() throws IOException {
        Files.write(folder.resolve("vocab.txt"), List.of("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "time", "##s"));
        assertThat(Tokenizer.load(folder).encode("Times [MASK]").ids()).containsExactly(2, 5, 6, 4, 3);
        Files.writeString(folder.resolve("tokenizer_config.json"), "{\"do_lower_case\": false}");
        assertThat(Tokenizer.load(folder).encode("Time time").ids()).containsExactly(2, 1, 5, 3);
        Files.delete(folder.resolve("vocab.txt"));
        Files.writeString(
                folder.resolve("vocab.json"),
                "{\"a\":0,\"b\":1,\"\u0120\":2,\"ab\":3,\"\u0120ab\":4,\"<|endoftext|>\":5}");
        Files.writeString(folder.resolve("merges.txt"), "#version: 0.2\na b\n\u0120 ab\n");
        assertThat(Tokenizer.load(folder).encode("ab ab<|endoftext|>").ids()).containsExactly(3, 4, 5);
        Files.delete(folder.resolve("merges.txt"));
        assertThatThrownBy(() -> Tokenizer.load(folder))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("there is no tokenizer.json, no vocab.txt");
        Path bad = Files.writeString(folder.resolve("bad.json"), "{}");
        assertThatThrownBy(() -> Tokenizer.load(bad)).hasMessageContaining("bad.json: there is no object 'model'");
    }

    @Test
    void idsAndTokensAreChecked() {
        Tokenizer t = bert();
        assertThat(t.contains("the")).isTrue();
        assertThat(t.token(t.id("##s"))).isEqualTo("##s");
        assertThatThrownBy(() -> t.id("zebra"))
                .isInstanceOf(NoSuchElementException.class)
                .hasMessageContaining("there is no token 'zebra'");
        assertThatThrownBy(() -> t.decode(-1)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> t.token(1_000_000)).hasMessageContaining("there is no id 1,000,000");
        Encoding e = t.encode("the");
        assertThatThrownBy(() -> e.span(3)).hasMessageContaining("there is no token 3 among 3");
        assertThat(e.tensor().shape().dims()).containsExactly(1, 3);
        assertThat(t).hasToString("Tokenizer(WordPiece, %s tokens)".formatted(t.size()));
    }
}
