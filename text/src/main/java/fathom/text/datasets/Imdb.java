package fathom.text.datasets;

import fathom.data.hub.DataHub;
import fathom.files.InputFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;

/**
 * The large movie review data set (Maas et al., "Learning Word Vectors for Sentiment Analysis", 2011): 25,000 reviews
 * for training and as many for testing, half of them positive.
 *
 * <p>The {@linkplain DataHub hub} finds or downloads {@code aclImdb_v1.tar.gz}. If it cannot, generated reviews are
 * used, and a line on standard error says so.
 *
 * @see <a
 *     href="https://d2l.ai/chapter_natural-language-processing-applications/sentiment-analysis-and-dataset.html">Dive
 *     into Deep Learning, Sentiment Analysis and the Dataset</a>
 */
public final class Imdb {
    private final List<Review> train;
    private final List<Review> test;
    private final String source;
    private final boolean isStandIn;

    /**
     * A review.
     *
     * @param text its text
     * @param label 1 if it is positive, 0 if it is negative
     */
    public record Review(String text, int label) {}

    private Imdb(List<Review> train, List<Review> test, String source, boolean isStandIn) {
        this.train = List.copyOf(train);
        this.test = List.copyOf(test);
        this.source = source;
        this.isStandIn = isStandIn;
    }

    /**
     * {@return the data set, or its stand-in if it is not available}
     *
     * @throws UncheckedIOException if a file is damaged
     */
    public static Imdb load() {
        return load(DataHub.standard(), System.err::println);
    }

    /**
     * {@return the data set from a hub, or its stand-in if it is not available}
     *
     * @param notice receives one line if the stand-in is used
     */
    public static Imdb load(DataHub hub, Consumer<String> notice) {
        return hub.load("Movie reviews (IMDb)", h -> load(h.folder("aclImdb")), Imdb::standIn, notice);
    }

    /**
     * {@return the data set from a folder with {@code train/pos}, {@code train/neg}, {@code test/pos} and {@code
     * test/neg}, a text file per review}
     *
     * @throws UncheckedIOException if a folder is missing or empty, or a file is damaged
     */
    public static Imdb load(Path folder) {
        return new Imdb(read(folder.resolve("train")), read(folder.resolve("test")), folder.toString(), false);
    }

    private static List<Review> read(Path folder) {
        var reviews = new ArrayList<Review>();
        try {
            for (String kind : List.of("pos", "neg")) {
                Path files = folder.resolve(kind);
                if (!Files.isDirectory(files)) {
                    throw new IOException("%s: there is no such folder".formatted(files));
                }
                List<Path> texts;
                try (Stream<Path> all = Files.list(files)) {
                    texts = all.filter(f -> f.toString().endsWith(".txt")).sorted().toList();
                }
                if (texts.isEmpty()) {
                    throw new IOException("%s: there is no review, a file that ends in .txt".formatted(files));
                }
                for (Path text : texts) {
                    reviews.add(
                            new Review(InputFiles.text(text).replace("\n", " ").strip(), kind.equals("pos") ? 1 : 0));
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e.getMessage(), e);
        }
        return reviews;
    }

    /**
     * {@return the stand-in: 4,000 and 1,000 different generated reviews, the same at each call} Negation, contrast and
     * concession decide their labels; counts of words do not.
     */
    public static Imdb standIn() {
        var reviews = new ImdbStandIn(1);
        return new Imdb(reviews.reviews(4000), reviews.reviews(1000), "a stand-in", true);
    }

    /** {@return the names of the classes, by label} */
    public static List<String> classNames() {
        return List.of("negative", "positive");
    }

    /** {@return the reviews for training: the positive ones, then the negative ones} */
    public List<Review> train() {
        return train;
    }

    /** {@return the reviews for testing: the positive ones, then the negative ones} */
    public List<Review> test() {
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
