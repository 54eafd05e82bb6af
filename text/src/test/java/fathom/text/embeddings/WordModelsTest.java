package fathom.text.embeddings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Tensor;
import fathom.Tensors;
import fathom.data.DataLoader;
import fathom.data.Dataset;
import fathom.optim.Adagrad;
import fathom.optim.Adam;
import fathom.optim.Optimizer;
import fathom.optim.SparseAdam;
import fathom.text.TokenEmbedding;
import fathom.text.Vocabulary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Data sets of word embeddings, and models that find which words occur together. */
class WordModelsTest {
    @TempDir Path folder;

    /** Sentences of one of two topics, each of eight words with their endings, and of words of both. */
    private static List<List<String>> sentences(int n) {
        var random = new SplittableRandom(4);
        var all = new ArrayList<List<String>>();
        for (int i = 0; i < n; i++) {
            String topic = i % 2 == 0 ? "fishing" : "driving";
            var sentence = new ArrayList<String>();
            for (int k = 0; k < 8; k++) {
                sentence.add(random.nextInt(4) == 0 ? "the" + random.nextInt(2) : topic + random.nextInt(8));
            }
            all.add(sentence);
        }
        return all;
    }

    @Test
    void frequentWordsAreLeftOut() {
        var corpus = WordCorpus.of(sentences(2000), 5);
        var fewer = corpus.subsampled(0.03, 1);
        double rare = fewer.count("fishing3") / (double) corpus.count("fishing3");
        double common = fewer.count("the0") / (double) corpus.count("the0");
        assertThat(common).isCloseTo(Math.sqrt(0.03 * 16_000 / corpus.count("the0")), within(0.03));
        assertThat(rare).isGreaterThan(0.7);
        assertThat(fewer.counts()).isEqualTo(corpus.counts());
        assertThat(corpus.count("unknown")).isZero();
        assertThat(WordCorpus.of(List.of(List.of("a", "b", "a")), 2).sentences().getFirst()).containsExactly(1, 1);
    }

    @Test
    void pairsAreWithinTheWindowAndNoiseIsNoContext() {
        var sentence = List.of("a", "b", "c", "d", "e", "f");
        var corpus = WordCorpus.of(List.of(sentence, List.of("g"), List.of("h", "i", "j", "k", "l")), 0);
        var pairs = ContextPairs.of(corpus, 2, 3, 5);
        assertThat(pairs.size()).isEqualTo(11);
        assertThat(pairs.width()).isEqualTo(16);
        var batch = pairs.batch(new long[] {0, 2});
        assertThat(batch.get(0).shape().dims()).containsExactly(2, 1);
        assertThat(batch.get(1).shape().dims()).containsExactly(2, 16);
        long[] words = batch.get(1).select(0, 1).toLongArray();
        float[] mask = batch.get(2).select(0, 1).toFloatArray();
        float[] labels = batch.get(3).select(0, 1).toFloatArray();
        int context = 0;
        int all = 0;
        for (int i = 0; i < 16; i++) {
            int at = sentence.indexOf(corpus.vocabulary().token((int) words[i]));
            if (labels[i] == 1) {
                context++;
                assertThat(Math.abs(at - 2)).isBetween(1, 2);
            }
            all += (int) mask[i];
        }
        assertThat(all).isEqualTo(4 * context);
        List<Long> around = Arrays.stream(words).limit(context).boxed().toList();
        for (int i = context; i < all; i++) {
            assertThat(around).doesNotContain(words[i]);
        }
        assertThat(Arrays.stream(words).skip(all)).allMatch(w -> w == 0);
        assertThat(pairs.get(2).get(1).toLongArray()).isEqualTo(words);
        assertThat(pairs.range(0, 3).size()).isEqualTo(3);
        assertThatThrownBy(() -> ContextPairs.of(corpus, 0, 1, 0)).hasMessageContaining("a window of at least 1");
        var single = WordCorpus.of(List.of(List.of("a"), List.of("b")), 0);
        assertThatThrownBy(() -> ContextPairs.of(single, 2, 1, 0)).hasMessageContaining("two known words");
        var unknown = WordCorpus.of(List.of(List.of("x", "y", "z")), corpus.vocabulary());
        for (int negatives : new int[] {0, 3}) {
            assertThatThrownBy(() -> ContextPairs.of(unknown, 2, negatives, 0))
                    .hasMessageContaining("ContextPairs: no word of the corpus's 1 sentence is in its vocabulary of 13")
                    .hasMessageContaining("<unk>, a, b, c, d, ...")
                    .hasMessageContaining("minFreq");
        }
    }

    @Test
    void frequentWordsHaveShortCodes() {
        var tree = new HuffmanTree(new long[] {5, 9, 12, 13, 16, 45});
        // the textbook's example (Cormen et al., Introduction to Algorithms, section 16.3): 224 bits
        int[] lengths = {4, 4, 3, 3, 3, 1};
        for (int i = 0; i < 6; i++) {
            assertThat(tree.path(i)).hasSize(lengths[i]);
            assertThat(tree.code(i)).hasSize(lengths[i]);
            assertThat(tree.path(i)[0]).as("the root").isEqualTo(4);
        }
        assertThat(tree.depth()).isEqualTo(4);
        assertThatThrownBy(() -> new HuffmanTree(new long[] {1})).hasMessageContaining("at least two words, got 1");
    }

    @Test
    void probabilitiesOfTheTreeSumToOne() {
        Tensors.manualSeed(3);
        var model = new HierarchicalSkipGram(new long[] {0, 50, 3, 9, 1, 1, 20}, 8);
        Tensor p = model.logProbabilities(Tensors.tensor(new long[][] {{3}, {6}}), all(2, 7)).exp().sum(1);
        assertThat(p.toFloatArray()).containsExactly(new float[] {1, 1}, within(1e-5f));
    }

    private static Tensor all(int rows, int words) {
        return Tensors.arange(words).unsqueeze(0).expand(rows, words).contiguous();
    }

    @Test
    void ngramsAreFastTexts() {
        assertThat(Subwords.ngrams("where", 3, 3)).containsExactly("<wh", "whe", "her", "ere", "re>");
        assertThat(Subwords.ngrams("ab", 3, 6)).containsExactly("<ab", "ab>");
        assertThat(Subwords.ngrams("深度", 2, 2)).containsExactly("<深", "深度", "度>");
        // FNV-1a of 32 bits: published test values
        assertThat(Subwords.hash("")).isEqualTo(0x811C9DC5);
        assertThat(Subwords.hash("a")).isEqualTo(0xE40C292C);
        assertThat(Subwords.hash("foobar")).isEqualTo(0xBF9CF968);
        assertThat(new Subwords(3, 6, 10).indices("where")).allMatch(i -> i >= 0 && i < 10).hasSize(14);
        assertThatThrownBy(() -> new Subwords(3, 2, 10)).hasMessageContaining("got 3, 2 and 10");
    }

    @Test
    void cooccurrencesAreWeightedByDistance() {
        var corpus = WordCorpus.of(List.of(List.of("a", "b", "c"), List.of("a", "b")), 0);
        var counts = Cooccurrences.of(corpus, 2);
        assertThat(counts.size()).isEqualTo(6);
        var v = corpus.vocabulary();
        for (int i = 0; i < 6; i++) {
            var e = counts.get(i);
            String pair = v.token((int) e.get(0).itemLong()) + v.token((int) e.get(1).itemLong());
            double expected =
                    switch (pair) {
                        case "ab", "ba" -> 2;
                        case "bc", "cb" -> 1;
                        default -> 0.5;
                    };
            assertThat(e.get(2).item()).as(pair).isEqualTo(expected);
        }
        assertThat(Cooccurrences.of(corpus, 1).size()).isEqualTo(4);
        var unknown = WordCorpus.of(List.of(List.of("x", "y")), v);
        assertThatThrownBy(() -> Cooccurrences.of(unknown, 2))
                .hasMessageContaining("Cooccurrences: no word of the corpus's 1 sentence is in its vocabulary");
    }

    private static TokenEmbedding train(WordModel model, Dataset data, Optimizer optimizer, int epochs, Vocabulary v) {
        double first = 0;
        double last = 0;
        for (int epoch = 0; epoch < epochs; epoch++) {
            last = 0;
            for (var batch : DataLoader.of(data, 256).shuffle(true).seed(1)) {
                Tensor loss = model.loss(batch);
                optimizer.zeroGrad();
                loss.backward();
                optimizer.step();
                last += loss.item();
            }
            first = epoch == 0 ? last : first;
        }
        assertThat(last).as("the loss").isLessThan(0.95 * first);
        return TokenEmbedding.of(v.tokens(), model.vectors());
    }

    /** The nearest words are of the topic, or of those that both have. */
    private static void knowsTopics(TokenEmbedding vectors) {
        for (String topic : List.of("fishing", "driving")) {
            var near = vectors.nearest(topic + "3", 6);
            assertThat(near.stream().filter(s -> s.token().startsWith("the") || s.token().startsWith(topic)))
                    .as("near %s3: %s", topic, near)
                    .hasSize(6);
            assertThat(near.stream().filter(s -> s.token().startsWith(topic))).hasSizeGreaterThan(3);
        }
    }

    @Test
    void eachModelFindsTheTopics() {
        Tensors.manualSeed(7);
        var corpus = WordCorpus.of(sentences(300), 1);
        var v = corpus.vocabulary();
        int n = v.size();
        var pairs = ContextPairs.of(corpus, 4, 4, 1);
        var skipGram = new SkipGram(n, 16);
        knowsTopics(train(skipGram, pairs, new Adam(skipGram.parameters(), 0.01), 5, v));
        var sparse = new SkipGram(n, 16, true);
        knowsTopics(train(sparse, pairs, new SparseAdam(sparse.parameters(), 0.01), 5, v));
        var cbow = new Cbow(n, 16);
        knowsTopics(train(cbow, ContextBags.of(corpus, 4, 4, 1), new Adam(cbow.parameters(), 0.01), 8, v));
        var tree = new HierarchicalSkipGram(corpus.counts(), 16);
        knowsTopics(train(tree, ContextPairs.of(corpus, 4, 0, 1), new Adam(tree.parameters(), 0.01), 6, v));
        var glove = new Glove(n, 16, true);
        knowsTopics(train(glove, Cooccurrences.of(corpus, 4), new Adagrad(glove.parameters(), 0.1), 60, v));
        var subwords = new SubwordSkipGram(v, new Subwords(3, 4, 500), 16, false);
        TokenEmbedding vectors = train(subwords, pairs, new Adam(subwords.parameters(), 0.01), 5, v);
        knowsTopics(vectors);
        // a word that was never seen
        assertThat(vectors.nearest(subwords.vectorOf("fisher"), 3)).noneMatch(s -> s.token().startsWith("driving"));
    }

    @Test
    void vectorsAreWrittenAsTextAndBinary() throws IOException {
        var vectors =
                TokenEmbedding.of(
                        List.of("<unk>", "é", "中文"), Tensors.tensor(new float[][] {{9, 9}, {1.5f, -2e-7f}, {3, 4}}));
        assertThat(vectors.vectors().select(0, 0).toFloatArray()).containsExactly(0, 0);
        Path text = folder.resolve("v.txt");
        Path binary = folder.resolve("v.bin");
        vectors.save(text);
        vectors.save(binary);
        assertThat(Files.readString(text)).isEqualTo("2 2\né 1.5 -2.0E-7\n中文 3.0 4.0\n");
        for (TokenEmbedding again : List.of(TokenEmbedding.load(text), TokenEmbedding.loadBinary(binary))) {
            assertThat(again.tokens()).isEqualTo(vectors.tokens());
            assertThat(again.vectors().toFloatArray()).isEqualTo(vectors.vectors().toFloatArray());
        }
        // Google's file has no line breaks between vectors
        byte[] plain = Files.readAllBytes(binary);
        assertThat(new String(plain, 0, 4, StandardCharsets.UTF_8)).isEqualTo("2 2\n");
        Files.write(binary, Arrays.copyOf(plain, plain.length - 3));
        assertThatThrownBy(() -> TokenEmbedding.loadBinary(binary))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("v.bin: the file ends within the vectors");
        assertThatThrownBy(() -> TokenEmbedding.loadBinary(Files.writeString(binary, "a b\n")))
                .hasMessageContaining("not a binary file of word2vec");
        assertThatThrownBy(() -> TokenEmbedding.loadBinary(Files.writeString(binary, "99999 300\nx ")))
                .hasMessageContaining("do not fit in the file");
        var spaced = TokenEmbedding.of(List.of("<unk>", "a b"), Tensors.zeros(2, 2));
        assertThatThrownBy(() -> spaced.save(text)).hasMessageContaining("has white space");
        assertThatThrownBy(() -> TokenEmbedding.of(List.of("a"), Tensors.zeros(1, 2)))
                .hasMessageContaining("got [1, 2]");
    }
}
