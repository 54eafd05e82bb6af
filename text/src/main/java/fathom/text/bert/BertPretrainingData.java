package fathom.text.bert;

import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.data.Dataset;
import fathom.data.Example;
import fathom.data.TensorDataset;
import fathom.text.Vocabulary;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Pairs of sentences for BERT's pretraining, half of which follow each other in a paragraph, with 15 % of their tokens
 * to be predicted: 80 % of these are masked, 10 % replaced by random tokens, and 10 % left as they are.
 *
 * {@snippet :
 * var data = BertPretrainingData.of(WikiText2.load().train(), o -> o.maxLength(64));
 * var bert = new BertForPreTraining(BertConfig.of(c -> c.vocabSize(data.vocabulary().size()).layers(2)));
 * for (var pairs : DataLoader.of(data, 512).shuffle(true).as(BertPretrainingData.Pairs.class)) {
 *     var out = bert.forward(pairs.ids(), pairs.positions(), i -> i.types(pairs.types()).lengths(pairs.lengths()));
 *     Tensor tokens = bert.tokenLoss(out.tokens(), pairs.targets());
 *     tokens.add(bert.sentenceLoss(out.sentences(), pairs.next())).backward();
 * }
 * }
 *
 * @see <a href="https://d2l.ai/chapter_natural-language-processing-pretraining/bert-dataset.html">Dive into Deep
 *     Learning, The Dataset for Pretraining BERT</a>
 */
public final class BertPretrainingData implements Dataset {
    private static final double PREDICTED = 0.15;
    private static final double MASKED = 0.8;

    /** Special tokens of a pair. */
    private static final int SPECIAL = 3;

    private final Vocabulary vocabulary;
    private final TensorDataset tensors;
    private final int maxLength;

    /**
     * An example or a batch {@code [N, ...]} of them; L is the maximum length, and P the number of tokens to predict at
     * that length.
     *
     * @param ids token ids with masks, int64 {@code [L]}
     * @param types 1 for tokens of the second sentence, else 0, int64 {@code [L]}
     * @param lengths the number of tokens that are no padding, int64 {@code []}
     * @param positions the positions of the tokens to predict, int64 {@code [P]}, padded with 0
     * @param weights 1 for a token to predict and 0 for padding, float32 {@code [P]}
     * @param labels the tokens to predict, int64 {@code [P]}, padded with 0
     * @param next 1 if the second sentence follows the first, else 0, int64 {@code []}
     */
    public record Pairs(
            Tensor ids, Tensor types, Tensor lengths, Tensor positions, Tensor weights, Tensor labels, Tensor next) {
        /** {@return the tokens to predict, -100 where there is none} */
        public Tensor targets() {
            return labels.where(weights.gt(0), -100);
        }
    }

    /** Options; the defaults are the course's. */
    public static final class Options {
        private int maxLength = 64;
        private int minFreq = 5;
        private long seed;
        private @Nullable Vocabulary vocabulary;

        private Options() {}

        /** The length of sequences; longer pairs are left out; 64 unless set. */
        public Options maxLength(int length) {
            if (length <= SPECIAL) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "BertPretrainingData: maxLength must be above %d, is %d",
                                SPECIAL,
                                length));
            }
            maxLength = length;
            return this;
        }

        /** The frequency below which words are unknown; 5 unless set. */
        public Options minFreq(int minFreq) {
            this.minFreq = minFreq;
            return this;
        }

        /** The seed of random numbers; 0 unless set. */
        public Options seed(long seed) {
            this.seed = seed;
            return this;
        }

        /** The vocabulary, which has the special tokens; that of the paragraphs unless set. */
        public Options vocabulary(Vocabulary vocabulary) {
            this.vocabulary = vocabulary;
            return this;
        }
    }

    private BertPretrainingData(Vocabulary vocabulary, TensorDataset tensors, int maxLength) {
        this.vocabulary = vocabulary;
        this.tensors = tensors;
        this.maxLength = maxLength;
    }

    /** {@return the pairs of paragraphs, with the course's options} */
    public static BertPretrainingData of(List<List<String>> paragraphs) {
        return of(paragraphs, o -> {});
    }

    /**
     * {@return the pairs of paragraphs}
     *
     * @param paragraphs lists of sentences, whose words are separated by spaces; those of one sentence have no pairs
     * @throws IllegalArgumentException if there is no pair of at most the maximum length, or the vocabulary lacks a
     *     special token
     */
    public static BertPretrainingData of(List<List<String>> paragraphs, Consumer<Options> options) {
        var o = new Options();
        options.accept(o);
        var tokens = new ArrayList<List<List<String>>>();
        for (List<String> paragraph : paragraphs) {
            tokens.add(paragraph.stream().map(s -> List.of(s.strip().split("\\s+"))).toList());
        }
        Vocabulary given = o.vocabulary;
        Vocabulary vocabulary =
                given != null
                        ? given
                        : Vocabulary.ofSentences(
                                tokens.stream().flatMap(List::stream).toList(),
                                v ->
                                        v.minFreq(o.minFreq)
                                                .reserved(
                                                        SentencePair.PAD,
                                                        SentencePair.MASK,
                                                        SentencePair.CLS,
                                                        SentencePair.SEP));
        var random = new Random(o.seed);
        // the course shuffles paragraphs, so that a part of the pairs is one of all articles
        Collections.shuffle(tokens, random);
        List<List<List<String>>> withPairs = tokens.stream().filter(p -> !p.isEmpty()).toList();
        var builder = new Builder(vocabulary, o.maxLength, random);
        for (List<List<String>> paragraph : withPairs) {
            for (int i = 0; i + 1 < paragraph.size(); i++) {
                boolean follows = random.nextDouble() < 0.5;
                List<String> second = paragraph.get(i + 1);
                if (!follows) {
                    List<List<String>> other = withPairs.get(random.nextInt(withPairs.size()));
                    second = other.get(random.nextInt(other.size()));
                }
                if (paragraph.get(i).size() + second.size() + SPECIAL <= o.maxLength) {
                    builder.add(SentencePair.of(paragraph.get(i), second), follows);
                }
            }
        }
        return new BertPretrainingData(vocabulary, builder.tensors(), o.maxLength);
    }

    /** {@return the vocabulary, in which special tokens follow the unknown token} */
    public Vocabulary vocabulary() {
        return vocabulary;
    }

    /** {@return the length of sequences, L} */
    public int maxLength() {
        return maxLength;
    }

    /** {@return the number of tokens to predict in a sequence of a length, P} */
    static int predicted(int length) {
        return Math.max(1, (int) Math.rint(length * PREDICTED));
    }

    @Override
    public long size() {
        return tensors.size();
    }

    @Override
    public Example get(long index) {
        return tensors.get(index);
    }

    @Override
    public Batch batch(long[] indices) {
        return tensors.batch(indices);
    }

    /** Collects examples. */
    private static final class Builder {
        private final Vocabulary vocabulary;
        private final int maxLength;
        private final int most;
        private final Random random;
        private final int[] special;
        private final List<long[]> ids = new ArrayList<>();
        private final List<long[]> types = new ArrayList<>();
        private final List<long[]> positions = new ArrayList<>();
        private final List<long[]> labels = new ArrayList<>();
        private final List<Long> lengths = new ArrayList<>();
        private final List<Integer> counts = new ArrayList<>();
        private final List<Long> next = new ArrayList<>();

        Builder(Vocabulary vocabulary, int maxLength, Random random) {
            this.vocabulary = vocabulary;
            this.maxLength = maxLength;
            this.random = random;
            most = predicted(maxLength);
            List<String> names = List.of(SentencePair.PAD, SentencePair.MASK, SentencePair.CLS, SentencePair.SEP);
            for (String name : names) {
                if (!vocabulary.contains(name)) {
                    throw new IllegalArgumentException(
                            "BertPretrainingData: the vocabulary lacks %s of %s".formatted(name, names));
                }
            }
            special = names.stream().mapToInt(vocabulary::index).toArray();
        }

        void add(SentencePair pair, boolean follows) {
            long[] tokens = vocabulary.indexArray(pair.tokens());
            var candidates = new ArrayList<Integer>();
            for (int i = 0; i < tokens.length; i++) {
                if (tokens[i] != special[2] && tokens[i] != special[3]) {
                    candidates.add(i);
                }
            }
            Collections.shuffle(candidates, random);
            int count = Math.min(predicted(tokens.length), candidates.size());
            List<Integer> chosen = candidates.subList(0, count).stream().sorted().toList();
            var at = new long[most];
            var label = new long[most];
            var masked = padded(tokens, special[0]);
            for (int p = 0; p < count; p++) {
                int i = chosen.get(p);
                at[p] = i;
                label[p] = tokens[i];
                masked[i] = replacement(tokens[i]);
            }
            ids.add(masked);
            types.add(padded(pair.types().stream().mapToLong(t -> t).toArray(), 0));
            lengths.add((long) tokens.length);
            positions.add(at);
            labels.add(label);
            counts.add(count);
            next.add(follows ? 1L : 0L);
        }

        private long replacement(long token) {
            if (random.nextDouble() < MASKED) {
                return special[1];
            }
            return random.nextDouble() < 0.5 ? token : random.nextInt(vocabulary.size());
        }

        private long[] padded(long[] values, long with) {
            var padded = new long[maxLength];
            for (int i = 0; i < maxLength; i++) {
                padded[i] = i < values.length ? values[i] : with;
            }
            return padded;
        }

        TensorDataset tensors() {
            int n = ids.size();
            if (n == 0) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "BertPretrainingData: no two sentences of a paragraph have at most %d tokens together",
                                maxLength - SPECIAL));
            }
            var weights = new float[n * most];
            for (int i = 0; i < n; i++) {
                for (int p = 0; p < counts.get(i); p++) {
                    weights[i * most + p] = 1;
                }
            }
            return new TensorDataset(
                    Tensors.tensor(ids.toArray(long[][]::new)),
                    Tensors.tensor(types.toArray(long[][]::new)),
                    Tensors.tensor(lengths.stream().mapToLong(l -> l).toArray()),
                    Tensors.tensor(positions.toArray(long[][]::new)),
                    Tensors.tensor(weights).reshape(n, most),
                    Tensors.tensor(labels.toArray(long[][]::new)),
                    Tensors.tensor(next.stream().mapToLong(l -> l).toArray()));
        }
    }
}
