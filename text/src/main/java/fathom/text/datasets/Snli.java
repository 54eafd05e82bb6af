package fathom.text.datasets;

import fathom.data.hub.DataHub;
import fathom.files.Excerpt;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

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

    /** In place of a label where the annotators have no majority. */
    private static final String NO_MAJORITY = "-";

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
     * {@return the data set from a folder with {@code snli_1.0_train.txt} and {@code snli_1.0_test.txt}, or with the
     * files of the same content that end in {@code .jsonl}}
     *
     * @throws java.io.UncheckedIOException naming file and line, if one is missing or damaged
     */
    public static Snli load(Path folder) {
        return new Snli(read(folder, "snli_1.0_train"), read(folder, "snli_1.0_test"), folder.toString(), false);
    }

    private static List<Inference> read(Path folder, String name) {
        Path lines = folder.resolve(name + ".jsonl");
        Path table = folder.resolve(name + ".txt");
        return Files.exists(table) || !Files.exists(lines) ? table(table) : lines(lines);
    }

    private static int label(String name) {
        int label = LABELS.indexOf(name);
        if (label < 0) {
            throw new IllegalArgumentException(
                    "expected one of the labels %s, got '%s'".formatted(LABELS, Excerpt.of(name)));
        }
        return label;
    }

    /** Reads an object with the label and the parse trees per line. */
    private static List<Inference> lines(Path file) {
        var pairs = new ArrayList<Inference>();
        var json = new JsonMapper();
        TextFiles.read(
                file,
                (line, number) -> {
                    JsonNode pair;
                    try {
                        pair = json.readTree(line);
                    } catch (JacksonException e) {
                        throw new IllegalArgumentException(
                                "not JSON: %s, in '%s'".formatted(e.getOriginalMessage(), Excerpt.of(line)), e);
                    }
                    String label = field(pair, "gold_label", line);
                    if (!label.equals(NO_MAJORITY)) {
                        pairs.add(
                                new Inference(
                                        words(field(pair, "sentence1_binary_parse", line)),
                                        words(field(pair, "sentence2_binary_parse", line)),
                                        label(label)));
                    }
                });
        return pairs;
    }

    private static String field(@Nullable JsonNode object, String name, String line) {
        JsonNode value = object == null ? null : object.get(name);
        if (value == null || !value.isString()) {
            throw new IllegalArgumentException(
                    "expected an object with the text '%s', got '%s'".formatted(name, Excerpt.of(line)));
        }
        return value.asString();
    }

    /** Reads the label and the parse trees of both sentences; pairs on which the annotators disagree are left out. */
    private static List<Inference> table(Path file) {
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
                    if (number == 1 || columns[0].equals(NO_MAJORITY)) { // or the header
                        return;
                    }
                    pairs.add(new Inference(words(columns[1]), words(columns[2]), label(columns[0])));
                });
        return pairs;
    }

    /** {@return the words of a parse tree such as "( ( A man ) runs )"} */
    private static String words(String parse) {
        return SPACES.matcher(PARENTHESES.matcher(parse).replaceAll("").strip()).replaceAll(" ");
    }

    /**
     * {@return the stand-in: 8,000 and 1,000 different generated pairs, the same at each call} Half of them are decided
     * by more general and other words, half by who does something to whom.
     */
    public static Snli standIn() {
        var pairs = new SnliStandIn(1);
        return new Snli(pairs.pairs(8000), pairs.pairs(1000), "a stand-in", true);
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
