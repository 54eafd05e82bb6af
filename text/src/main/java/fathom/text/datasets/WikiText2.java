package fathom.text.datasets;

import fathom.data.hub.DataHub;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * WikiText-2 (Merity et al., "Pointer Sentinel Mixture Models", 2017): good articles of Wikipedia, as paragraphs of
 * sentences in lower case.
 *
 * <p>The {@linkplain DataHub hub} finds or downloads {@code wikitext-2-v1.zip}. If it cannot, articles in a made-up
 * language are used, and a line on standard error says so.
 *
 * @see <a href="https://d2l.ai/chapter_natural-language-processing-pretraining/bert-dataset.html">Dive into Deep
 *     Learning, The Dataset for Pretraining BERT</a>
 */
public final class WikiText2 {
    private final List<List<String>> train;
    private final List<List<String>> valid;
    private final List<List<String>> test;
    private final String source;
    private final boolean isStandIn;

    private WikiText2(
            List<List<String>> train,
            List<List<String>> valid,
            List<List<String>> test,
            String source,
            boolean isStandIn) {
        this.train = List.copyOf(train);
        this.valid = List.copyOf(valid);
        this.test = List.copyOf(test);
        this.source = source;
        this.isStandIn = isStandIn;
    }

    /**
     * {@return the data set, or its stand-in if it is not available}
     *
     * @throws UncheckedIOException if a file is damaged
     */
    public static WikiText2 load() {
        return load(DataHub.standard(), System.err::println);
    }

    /**
     * {@return the data set from a hub, or its stand-in if it is not available}
     *
     * @param notice receives one line if the stand-in is used
     */
    public static WikiText2 load(DataHub hub, Consumer<String> notice) {
        return hub.load("WikiText-2", h -> load(h.folder("wikitext-2")), WikiText2::standIn, notice);
    }

    /**
     * {@return the data set from a folder with {@code wiki.train.tokens}, {@code wiki.valid.tokens} and {@code
     * wiki.test.tokens}}
     *
     * @throws UncheckedIOException if one is missing or damaged
     */
    public static WikiText2 load(Path folder) {
        return new WikiText2(
                read(folder.resolve("wiki.train.tokens")),
                read(folder.resolve("wiki.valid.tokens")),
                read(folder.resolve("wiki.test.tokens")),
                folder.toString(),
                false);
    }

    /**
     * {@return the paragraphs of a file in the format of this data set: a paragraph per line, with {@code " . "}
     * between sentences}
     *
     * @throws UncheckedIOException if it is missing, damaged, or has no paragraph of two sentences
     */
    public static List<List<String>> paragraphs(Path file) {
        return read(file);
    }

    private static List<List<String>> read(Path file) {
        var lines = new ArrayList<String>();
        TextFiles.read(file, (line, number) -> lines.add(line));
        List<List<String>> paragraphs = paragraphs(lines.stream());
        if (paragraphs.isEmpty()) {
            String message = file + ": there is no paragraph of two sentences, which are separated by ' . '";
            throw new UncheckedIOException(message, new IOException(message));
        }
        return paragraphs;
    }

    /** {@return the lines of at least two sentences, as sentences} */
    private static List<List<String>> paragraphs(Stream<String> lines) {
        return lines.map(line -> List.of(line.strip().toLowerCase(Locale.ROOT).split(" \\. ")))
                .filter(sentences -> sentences.size() >= 2)
                .toList();
    }

    /** {@return the stand-in: articles in a made-up language, the same at each call} */
    public static WikiText2 standIn() {
        return new WikiText2(
                paragraphs(generated(1, 150).lines()),
                paragraphs(generated(2, 15).lines()),
                paragraphs(generated(3, 15).lines()),
                "a stand-in",
                true);
    }

    /** Articles as in the files: a title, and paragraphs that stay on one topic each. */
    private static String generated(long seed, int articles) {
        var language = new TopicLanguage(14_9, 16, 60);
        var random = new SplittableRandom(seed);
        var text = new StringBuilder();
        for (int a = 0; a < articles; a++) {
            int topic = random.nextInt(language.topics());
            text.append(" = ").append(language.sentence(topic, random).getFirst()).append(" = \n \n");
            for (int p = 0; p < 4; p++) {
                text.append(' ');
                for (int s = 0; s < 2 + random.nextInt(5); s++) {
                    String sentence = String.join(" ", language.sentence(topic, random));
                    text.append(sentence.substring(0, 1).toUpperCase(Locale.ROOT))
                            .append(sentence.substring(1))
                            .append(" . ");
                }
                text.append("\n \n");
                topic = random.nextInt(language.topics());
            }
        }
        return text.toString();
    }

    /** {@return the paragraphs of the training part: each a list of at least two sentences} */
    public List<List<String>> train() {
        return train;
    }

    /** {@return the paragraphs of the validation part} */
    public List<List<String>> valid() {
        return valid;
    }

    /** {@return the paragraphs of the test part} */
    public List<List<String>> test() {
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
