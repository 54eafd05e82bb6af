package fathom.text.classification;

import fathom.Tensors;
import fathom.data.Batch;
import fathom.data.BatchSampler;
import fathom.data.DataLoader;
import fathom.data.Dataset;
import fathom.data.Example;
import fathom.text.PaddedSequences;
import fathom.text.Vocabulary;
import fathom.text.tokenizers.Encoding;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;

/**
 * Labelled texts, or pairs of texts, as token indices of different lengths. A batch is padded to the length of its
 * longest text, rounded up so that few shapes occur:
 *
 * <ul>
 *   <li>x: int64 {@code [N, T]}; of pairs {@code [N, 2, T]}
 *   <li>y: labels, int64 {@code [N]}
 * </ul>
 *
 * <p>An empty text becomes one unknown token, so that each text has a token to read.
 */
public final class LabelledSequences implements Dataset {
    private final int[][][] fields;
    private final long[] labels;
    private final int pad;
    private final boolean isPairs;
    private final int multipleOf;

    private LabelledSequences(int[][][] fields, long[] labels, int pad, boolean isPairs, int multipleOf) {
        this.fields = fields;
        this.labels = labels;
        this.pad = pad;
        this.isPairs = isPairs;
        this.multipleOf = multipleOf;
    }

    /**
     * {@return labelled texts}
     *
     * @param texts the tokens of each text
     * @param labels as many labels
     * @param vocabulary a vocabulary with the token {@code <pad>}
     * @param steps the maximum number of tokens; later ones are cut off
     * @throws IllegalArgumentException if the numbers differ, or the vocabulary has no {@code <pad>}
     */
    public static LabelledSequences of(List<List<String>> texts, long[] labels, Vocabulary vocabulary, int steps) {
        return of(texts.stream().map(List::of).toList(), labels, vocabulary, steps, false);
    }

    /**
     * {@return labelled pairs of texts}
     *
     * @param first the tokens of the first text of each pair
     * @param second the tokens of the second text of each pair
     * @param labels as many labels
     * @param vocabulary a vocabulary with the token {@code <pad>}
     * @param steps the maximum number of tokens of a text; later ones are cut off
     * @throws IllegalArgumentException if the numbers differ, or the vocabulary has no {@code <pad>}
     */
    public static LabelledSequences ofPairs(
            List<List<String>> first, List<List<String>> second, long[] labels, Vocabulary vocabulary, int steps) {
        if (first.size() != second.size()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "LabelledSequences: expected as many second texts as first ones, got %,d and %,d",
                            first.size(),
                            second.size()));
        }
        List<List<List<String>>> pairs =
                IntStream.range(0, first.size()).mapToObj(i -> List.of(first.get(i), second.get(i))).toList();
        return of(pairs, labels, vocabulary, steps, true);
    }

    /**
     * {@return labelled encodings of a tokenizer, for a {@link BertClassifier}: x has the token ids and the token
     * types, int64 {@code [N, 2, T]}}
     *
     * @param encodings the texts or pairs of texts, without padding
     * @param labels as many labels
     * @param pad the id of the padding token
     * @param steps the maximum number of tokens, to which the encodings are cut off already
     * @throws IllegalArgumentException if the numbers differ
     */
    public static LabelledSequences ofEncodings(List<Encoding> encodings, long[] labels, int pad, int steps) {
        check(encodings.size(), labels, steps);
        int[][][] fields =
                encodings.stream().map(e -> new int[][] {ints(e.ids()), ints(e.typeIds())}).toArray(int[][][]::new);
        return new LabelledSequences(fields, labels.clone(), pad, true, multiple(steps));
    }

    private static int[] ints(long[] values) {
        return Arrays.stream(values).mapToInt(Math::toIntExact).toArray();
    }

    private static LabelledSequences of(
            List<? extends List<List<String>>> examples,
            long[] labels,
            Vocabulary vocabulary,
            int steps,
            boolean isPairs) {
        check(examples.size(), labels, steps);
        int[][][] fields =
                examples.stream()
                        .map(e -> e.stream().map(t -> ids(t, vocabulary, steps)).toArray(int[][]::new))
                        .toArray(int[][][]::new);
        return new LabelledSequences(fields, labels.clone(), pad(vocabulary), isPairs, multiple(steps));
    }

    private static void check(int examples, long[] labels, int steps) {
        if (steps < 1) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "LabelledSequences: steps must be at least 1, is %d", steps));
        }
        if (examples != labels.length) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "LabelledSequences: expected a label for each text, got %,d texts and %,d labels",
                            examples,
                            labels.length));
        }
    }

    /** Up to ten lengths, of at least eight tokens each. */
    private static int multiple(int steps) {
        return Math.max(8, Math.ceilDiv(steps, 10));
    }

    /** {@return the index of the padding token} */
    static int pad(Vocabulary vocabulary) {
        if (!vocabulary.contains(PaddedSequences.PAD)) {
            throw new IllegalArgumentException(
                    "LabelledSequences: the vocabulary has no token <pad>; reserve it: Vocabulary.of(words, o -> o.reserved(\"<pad>\"))");
        }
        return vocabulary.index(PaddedSequences.PAD);
    }

    private static int[] ids(List<String> tokens, Vocabulary vocabulary, int steps) {
        return tokens.isEmpty()
                ? new int[] {vocabulary.index(Vocabulary.UNKNOWN)}
                : tokens.stream().limit(steps).mapToInt(vocabulary::index).toArray();
    }

    @Override
    public long size() {
        return fields.length;
    }

    /** {@return the example alone: x int64 {@code [T]}, or {@code [2, T]}; y its label} */
    @Override
    public Example get(long index) {
        Batch one = batch(new long[] {Objects.checkIndex(index, size())});
        return Example.of(one.x().select(0, 0), one.y().select(0, 0));
    }

    @Override
    public Batch batch(long[] indices) {
        int longest = 1;
        for (long i : indices) {
            longest = Math.max(longest, length(fields[(int) Objects.checkIndex(i, size())]));
        }
        int steps = Math.ceilDiv(longest, multipleOf) * multipleOf;
        int width = isPairs ? 2 : 1;
        var x = new long[Math.multiplyExact(Math.multiplyExact(indices.length, width), steps)];
        var y = new long[indices.length];
        Arrays.fill(x, pad);
        for (int n = 0; n < indices.length; n++) {
            int[][] example = fields[(int) indices[n]];
            for (int f = 0; f < width; f++) {
                int at = (n * width + f) * steps;
                for (int t = 0; t < example[f].length; t++) {
                    x[at + t] = example[f][t];
                }
            }
            y[n] = labels[(int) indices[n]];
        }
        long[] shape = isPairs ? new long[] {indices.length, 2, steps} : new long[] {indices.length, steps};
        return Batch.of(Tensors.tensor(x).reshape(shape), Tensors.tensor(y));
    }

    private static int length(int[][] example) {
        return Arrays.stream(example).mapToInt(t -> t.length).max().orElse(0);
    }

    /** {@return the number of tokens of each text; of a pair that of the longer text} */
    public long[] lengths() {
        return Arrays.stream(fields).mapToLong(LabelledSequences::length).toArray();
    }

    /** {@return the labels in order} */
    public long[] labels() {
        return labels.clone();
    }

    /** {@return whether these are pairs of texts} */
    public boolean isPairs() {
        return isPairs;
    }

    /**
     * {@return a loader of batches of texts of similar length, in random order}
     *
     * @param dropLast whether to drop the last batch if it is smaller
     */
    public DataLoader loader(int batchSize, boolean dropLast) {
        boolean drops = dropLast && size() >= batchSize;
        return DataLoader.of(this, batchSize).batchSampler(BatchSampler.byLength(lengths(), batchSize, drops));
    }
}
