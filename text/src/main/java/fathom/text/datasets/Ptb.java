package fathom.text.datasets;

import fathom.data.hub.DataHub;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * The Penn Treebank (Marcus, Santorini and Marcinkiewicz, 1993) in the form of Mikolov et al. (2011): sentences of the
 * Wall Street Journal, lower-case, with {@code N} for numbers and {@code <unk>} for rare words.
 *
 * <p>The {@linkplain DataHub hub} finds or downloads {@code ptb.zip}. If it cannot, sentences of a made-up language are
 * used, and a line on standard error says so.
 *
 * @see <a href="https://d2l.ai/chapter_natural-language-processing-pretraining/word-embedding-dataset.html">Dive into
 *     Deep Learning, The Dataset for Pretraining Word Embeddings</a>
 */
public final class Ptb {
    private final List<List<String>> train;
    private final List<List<String>> valid;
    private final List<List<String>> test;
    private final String source;
    private final boolean isStandIn;

    private Ptb(
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
     * @throws java.io.UncheckedIOException if a file is damaged
     */
    public static Ptb load() {
        return load(DataHub.standard(), System.err::println);
    }

    /**
     * {@return the data set from a hub, or its stand-in if it is not available}
     *
     * @param notice receives one line if the stand-in is used
     */
    public static Ptb load(DataHub hub, Consumer<String> notice) {
        return hub.load("Penn Treebank", h -> load(h.folder("ptb")), Ptb::standIn, notice);
    }

    /**
     * {@return the data set from a folder with {@code ptb.train.txt}, {@code ptb.valid.txt} and {@code ptb.test.txt}}
     *
     * @throws java.io.UncheckedIOException if one is missing or damaged
     */
    public static Ptb load(Path folder) {
        return new Ptb(
                read(folder.resolve("ptb.train.txt")),
                read(folder.resolve("ptb.valid.txt")),
                read(folder.resolve("ptb.test.txt")),
                folder.toString(),
                false);
    }

    private static List<List<String>> read(Path file) {
        var sentences = new ArrayList<List<String>>();
        TextFiles.read(
                file,
                (line, number) -> {
                    if (!line.isBlank()) {
                        sentences.add(List.of(line.strip().split("\\s+")));
                    }
                });
        return sentences;
    }

    /** {@return the stand-in: 4,000, 400 and 400 sentences of a made-up language, the same at each call} */
    public static Ptb standIn() {
        return new Ptb(generated(1, 4000), generated(2, 400), generated(3, 400), "a stand-in", true);
    }

    private static List<List<String>> generated(long seed, int n) {
        var language = new TopicLanguage(14_3, 12, 60);
        var random = new SplittableRandom(seed);
        var sentences = new ArrayList<List<String>>();
        for (int i = 0; i < n; i++) {
            var sentence = new ArrayList<>(language.sentence(random.nextInt(language.topics()), random));
            for (int k = 0; k < sentence.size(); k++) {
                double u = random.nextDouble();
                if (u < 0.04) {
                    sentence.set(k, u < 0.02 ? "N" : "<unk>");
                }
            }
            sentences.add(List.copyOf(sentence));
        }
        return sentences;
    }

    /** {@return the 42,068 sentences of the training part, as words} */
    public List<List<String>> train() {
        return train;
    }

    /** {@return the 3,370 sentences of the validation part, as words} */
    public List<List<String>> valid() {
        return valid;
    }

    /** {@return the 3,761 sentences of the test part, as words} */
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
