package fathom.text.datasets;

import fathom.Tensor;
import fathom.data.Batch;
import fathom.data.Dataset;
import fathom.data.Example;
import fathom.data.TensorDataset;
import fathom.data.hub.DataHub;
import fathom.files.Excerpt;
import fathom.text.PaddedSequences;
import fathom.text.Vocabulary;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * English sentences with their French translations, from Tatoeba, in order of length.
 *
 * {@snippet :
 * var pairs = FraEng.load(p -> p.pairs(600).steps(10));
 * int words = pairs.source().size();          // the English vocabulary
 * }
 *
 * <p>An example has four tensors: the source {@code [steps]}; its number of tokens; the target {@code [steps + 1]},
 * which begins with {@code <bos>}, so that a decoder reads {@code target[:-1]} and predicts {@code target[1:]}; the
 * number of tokens to predict. All are int64. Sentences are lower-cased, punctuation is a token of its own, and
 * sentences end in {@code <eos>}, padded with {@code <pad>} or cut off.
 *
 * <p>The {@linkplain DataHub hub} finds or downloads {@code fra-eng.zip}. If it cannot, a data folder may hold the
 * first pairs in {@code fra-eng-head.txt}, else generated sentences are used; a line on standard error says so.
 *
 * @see <a href="https://d2l.ai/chapter_recurrent-modern/machine-translation-and-dataset.html">Dive into Deep Learning,
 *     Machine Translation and the Dataset</a>
 */
public final class FraEng implements Dataset {
    /** The token that fills sequences. */
    public static final String PAD = "<pad>";

    /** The token that begins a target. */
    public static final String BOS = "<bos>";

    /** The token that ends a sentence. */
    public static final String EOS = "<eos>";

    private static final String TITLE = "English-French sentence pairs";
    private static final Pattern NO_BREAK = Pattern.compile("[\\u202f\\u00a0]");
    private static final Pattern PUNCTUATION = Pattern.compile("(?<=[^ ])(?=[,.!?])");

    private final List<Pair> pairs;
    private final Vocabulary source;
    private final Vocabulary target;
    private final TensorDataset tensors;
    private final String origin;
    private final boolean isStandIn;

    /**
     * A sentence and its translation.
     *
     * @param english the sentence in English
     * @param french its French translation
     */
    public record Pair(String english, String french) {}

    /** Options: how many pairs, how long, which words. */
    public static final class Options {
        private int pairs = Integer.MAX_VALUE;
        private int steps = 10;
        private int minFreq = 2;

        private Options() {}

        /** Sets the number of pairs, from the shortest on. Default: all. */
        public Options pairs(int pairs) {
            this.pairs = positive("pairs", pairs);
            return this;
        }

        /** Sets the length of sequences. Default: 10. */
        public Options steps(int steps) {
            this.steps = positive("steps", steps);
            return this;
        }

        /** Sets the minimum frequency of a token; rarer ones are unknown. Default: 2. */
        public Options minFreq(int minFreq) {
            this.minFreq = minFreq;
            return this;
        }

        private static int positive(String name, int value) {
            if (value < 1) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "FraEng: %s must be at least 1, got %d", name, value));
            }
            return value;
        }
    }

    private FraEng(List<Pair> all, Consumer<Options> configure, String origin, boolean isStandIn) {
        var options = new Options();
        configure.accept(options);
        pairs = List.copyOf(all.subList(0, Math.min(options.pairs, all.size())));
        this.origin = origin;
        this.isStandIn = isStandIn;
        List<List<String>> english = pairs.stream().map(p -> tokens(p.english())).toList();
        List<List<String>> french = pairs.stream().map(p -> tokens(p.french())).toList();
        source = vocabulary(english, options.minFreq);
        target = vocabulary(french, options.minFreq);
        int steps = options.steps;
        var x = PaddedSequences.of(english, source, o -> o.steps(steps).end(EOS));
        var y = PaddedSequences.of(french, target, o -> o.steps(steps + 1).begin(BOS).end(EOS));
        tensors = new TensorDataset(x.tokens(), x.lengths(), y.tokens(), y.lengths().sub(1));
    }

    private static Vocabulary vocabulary(List<List<String>> sentences, int minFreq) {
        return Vocabulary.ofSentences(sentences, o -> o.minFreq(minFreq).reserved(PAD, BOS, EOS));
    }

    /** {@return all pairs in sequences of 10 tokens, or of the stand-in} */
    public static FraEng load() {
        return load(o -> {});
    }

    /**
     * {@return the data set, or its stand-in if it is not available}
     *
     * @throws java.io.UncheckedIOException if the file is damaged
     */
    public static FraEng load(Consumer<Options> options) {
        return load(DataHub.standard(), options, System.err::println);
    }

    /**
     * {@return the data set from a hub, or its stand-in if it is not available}
     *
     * @param notice receives one line if only the first pairs or the stand-in are used
     */
    public static FraEng load(DataHub hub, Consumer<Options> options, Consumer<String> notice) {
        Optional<Path> head = hub.dataFolder().map(f -> f.resolve("fra-eng-head.txt")).filter(Files::isRegularFile);
        if (head.isPresent() && hub.find("fra-eng").isEmpty()) {
            FraEng first = load(head.get(), options);
            notice.accept(
                    String.format(Locale.ROOT, "%s: using the first %,d pairs (%s)", TITLE, first.size(), head.get()));
            return first;
        }
        return hub.load(
                TITLE, h -> load(h.folder("fra-eng").resolve("fra.txt"), options), () -> standIn(options), notice);
    }

    /**
     * {@return the pairs of a file: a pair per line, separated by a tab; further columns are ignored}
     *
     * @throws java.io.UncheckedIOException naming the line, if one is not of this format
     */
    public static FraEng load(Path file, Consumer<Options> options) {
        var pairs = new ArrayList<Pair>();
        TextFiles.read(
                file,
                (line, number) -> {
                    String[] columns = line.split("\t", -1);
                    if (columns.length >= 2) {
                        pairs.add(new Pair(columns[0], columns[1]));
                    } else if (!line.isBlank()) {
                        throw new IllegalArgumentException(
                                "expected a sentence, a tab and its translation, got '%s'".formatted(Excerpt.of(line)));
                    }
                });
        return new FraEng(pairs, options, file.toString(), false);
    }

    /** {@return the stand-in: generated sentences, the same at each call} */
    public static FraEng standIn(Consumer<Options> options) {
        return new FraEng(FraEngStandIn.pairs(), options, "a stand-in", true);
    }

    /** {@return the tokens of a sentence: lower-case words, and punctuation marks} */
    public static List<String> tokens(String sentence) {
        String plain = NO_BREAK.matcher(sentence).replaceAll(" ").toLowerCase(Locale.ROOT);
        return List.of(PUNCTUATION.matcher(plain).replaceAll(" ").split(" ", -1));
    }

    /** {@return the pairs as they are in the file} */
    public List<Pair> pairs() {
        return pairs;
    }

    /** {@return the vocabulary of the English sentences} */
    public Vocabulary source() {
        return source;
    }

    /** {@return the vocabulary of the French sentences} */
    public Vocabulary target() {
        return target;
    }

    /**
     * {@return the translation of a sentence, as tokens separated by spaces}
     *
     * @param english a sentence of the data set, or its tokens separated by spaces
     * @throws NoSuchElementException if the data set does not have it
     */
    public String reference(String english) {
        List<String> tokens = tokens(english);
        return pairs.stream()
                .filter(p -> tokens(p.english()).equals(tokens))
                .findFirst()
                .map(p -> String.join(" ", tokens(p.french())))
                .orElseThrow(() -> new NoSuchElementException("there is no sentence '%s'".formatted(english)));
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

    /** {@return all sources: int64 {@code [pairs, steps]}} */
    public Tensor sources() {
        return tensors.tensors().getFirst();
    }

    /** {@return all targets: int64 {@code [pairs, steps + 1]}} */
    public Tensor targets() {
        return tensors.tensors().get(2);
    }

    /** {@return the file it was read from, or "a stand-in"} */
    public String origin() {
        return origin;
    }

    /** {@return whether it is the generated stand-in} */
    public boolean isStandIn() {
        return isStandIn;
    }
}
