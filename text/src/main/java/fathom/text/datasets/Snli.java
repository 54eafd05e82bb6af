package fathom.text.datasets;

import fathom.data.hub.DataHub;
import fathom.files.Excerpt;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * The Stanford natural language inference corpus (Bowman et al., 2015): pairs of sentences, and whether the second
 * follows from the first.
 *
 * <p>The {@linkplain DataHub hub} finds or downloads {@code snli_1.0.zip}. If it cannot, generated pairs are used, and
 * a line on standard error says so.
 *
 * @see <a
 *     href="https://d2l.ai/chapter_natural-language-processing-applications/natural-language-inference-and-dataset.html">Dive
 *     into Deep Learning, Natural Language Inference and the Dataset</a>
 */
public final class Snli {
    private static final List<String> LABELS = List.of("entailment", "contradiction", "neutral");
    private static final Pattern PARENTHESES = Pattern.compile("[()]");
    private static final Pattern SPACES = Pattern.compile("\\s{2,}");

    private final List<Inference> train;
    private final List<Inference> test;
    private final String source;
    private final boolean isStandIn;

    /**
     * A pair of sentences, as tokens separated by spaces.
     *
     * @param premise the first sentence
     * @param hypothesis the second sentence
     * @param label 0 if it follows from the first, 1 if it contradicts it, 2 if neither
     */
    public record Inference(String premise, String hypothesis, int label) {}

    private Snli(List<Inference> train, List<Inference> test, String source, boolean isStandIn) {
        this.train = List.copyOf(train);
        this.test = List.copyOf(test);
        this.source = source;
        this.isStandIn = isStandIn;
    }

    /**
     * {@return the data set, or its stand-in if it is not available}
     *
     * @throws java.io.UncheckedIOException if a file is damaged
     */
    public static Snli load() {
        return load(DataHub.standard(), System.err::println);
    }

    /**
     * {@return the data set from a hub, or its stand-in if it is not available}
     *
     * @param notice receives one line if the stand-in is used
     */
    public static Snli load(DataHub hub, Consumer<String> notice) {
        return hub.load("Natural language inference (SNLI)", h -> load(h.folder("SNLI")), Snli::standIn, notice);
    }

    /**
     * {@return the data set from a folder with {@code snli_1.0_train.txt} and {@code snli_1.0_test.txt}}
     *
     * @throws java.io.UncheckedIOException naming file and line, if one is missing or damaged
     */
    public static Snli load(Path folder) {
        return new Snli(
                read(folder.resolve("snli_1.0_train.txt")),
                read(folder.resolve("snli_1.0_test.txt")),
                folder.toString(),
                false);
    }

    /** Reads the label and the parse trees of both sentences; pairs on which the annotators disagree are left out. */
    private static List<Inference> read(Path file) {
        var pairs = new ArrayList<Inference>();
        TextFiles.read(
                file,
                (line, number) -> {
                    String[] columns = line.split("\t", -1);
                    if (columns.length < 3) {
                        throw new IllegalArgumentException(
                                "expected a label and two parsed sentences, separated by tabs, got '%s'"
                                        .formatted(Excerpt.of(line)));
                    }
                    if (number == 1 || columns[0].equals("-")) { // the header, or no majority
                        return;
                    }
                    int label = LABELS.indexOf(columns[0]);
                    if (label < 0) {
                        throw new IllegalArgumentException(
                                "expected one of the labels %s, got '%s'".formatted(LABELS, Excerpt.of(columns[0])));
                    }
                    pairs.add(new Inference(words(columns[1]), words(columns[2]), label));
                });
        return pairs;
    }

    /** {@return the words of a parse tree such as "( ( A man ) runs )"} */
    private static String words(String parse) {
        return SPACES.matcher(PARENTHESES.matcher(parse).replaceAll("").strip()).replaceAll(" ");
    }

    /** {@return the stand-in: 6,000 and 1,000 generated pairs, the same at each call} */
    public static Snli standIn() {
        return new Snli(SnliStandIn.pairs(1, 6000), SnliStandIn.pairs(2, 1000), "a stand-in", true);
    }

    /** {@return the names of the classes, by label} */
    public static List<String> classNames() {
        return LABELS;
    }

    /** {@return the tokens of a sentence in lower case} */
    public static List<String> tokens(String sentence) {
        return List.of(sentence.toLowerCase(Locale.ROOT).split(" "));
    }

    /** {@return the 549,367 pairs for training} */
    public List<Inference> train() {
        return train;
    }

    /** {@return the 9,824 pairs for testing} */
    public List<Inference> test() {
        return test;
    }

    /** {@return the folder it was read from, or "a stand-in"} */
    public String source() {
        return source;
    }

    /** {@return whether it is the generated stand-in} */
    public boolean isStandIn() {
        return isStandIn;
    }
}
