package fathom.text.classification;

import fathom.data.hub.DataHub;
import fathom.text.PaddedSequences;
import fathom.text.Vocabulary;
import fathom.text.WordTokenizer;
import fathom.text.datasets.Imdb;
import fathom.text.datasets.Snli;
import fathom.text.datasets.TextFolder;
import fathom.train.recipe.RecipeCard;
import fathom.train.recipe.RecipeException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Labelled texts, or pairs of texts, for training and testing.
 *
 * @param train the examples for training
 * @param test the examples for testing
 * @param classes the names of the classes, by label
 * @param origin where they are from
 * @param isStandIn whether they are generated
 */
record LabelledTexts(List<Example> train, List<Example> test, List<String> classes, String origin, boolean isStandIn) {
    static final String STAND_IN = "stand-in";
    private static final WordTokenizer TOKENIZER = new WordTokenizer();

    /**
     * An example.
     *
     * @param texts the text, or both texts of a pair
     * @param label the class
     */
    record Example(List<String> texts, int label) {}

    /** {@return a recipe's card, with the data that these are} */
    static RecipeCard card(String name, String description, String section, boolean arePairs) {
        return RecipeCard.of(name, description)
                .withSection(section)
                .withData(
                        arePairs ? "SNLI" : "IMDb",
                        arePairs
                                ? "the folder snli_1.0, or stand-in. Default: the corpus, or its stand-in."
                                : "a folder with train/CLASS and test/CLASS, a text file per text, such as aclImdb, or stand-in. Default: the movie reviews, or their stand-in.");
    }

    /**
     * {@return the data}
     *
     * @param data a folder, {@link #STAND_IN}, or null for the course's
     * @param arePairs whether they are pairs
     * @throws RecipeException if a folder or a file in it is missing or damaged
     */
    static LabelledTexts load(@Nullable String data, boolean arePairs, Consumer<String> notice) {
        try {
            return arePairs ? pairs(data, notice) : texts(data, notice);
        } catch (UncheckedIOException e) {
            throw new RecipeException("data", String.valueOf(e.getMessage()));
        }
    }

    private static Path folder(String data) {
        Path folder = Path.of(data);
        if (!Files.isDirectory(folder)) {
            throw new RecipeException("data", "there is no folder " + data);
        }
        return folder;
    }

    private static LabelledTexts texts(@Nullable String data, Consumer<String> notice) {
        Imdb imdb;
        if (data == null) {
            imdb = Imdb.load(DataHub.standard(), notice);
        } else if (data.equals(STAND_IN)) {
            imdb = Imdb.standIn();
        } else {
            Path folder = folder(data);
            // next to its two classes the data set has a folder of reviews without a label
            if (!Files.isDirectory(folder.resolve("train/pos")) || !Files.isDirectory(folder.resolve("train/neg"))) {
                return own(folder);
            }
            imdb = Imdb.load(folder);
        }
        return new LabelledTexts(
                reviews(imdb.train()),
                reviews(imdb.test()),
                Imdb.classNames(),
                imdb.isStandIn() ? "the stand-in of the movie reviews" : imdb.source(),
                imdb.isStandIn());
    }

    private static List<Example> reviews(List<Imdb.Review> reviews) {
        return reviews.stream().map(r -> new Example(List.of(r.text()), r.label())).toList();
    }

    private static LabelledTexts own(Path folder) {
        TextFolder train = TextFolder.load(folder.resolve("train"));
        TextFolder test = TextFolder.load(folder.resolve("test"));
        if (!train.classes().equals(test.classes())) {
            throw new RecipeException(
                    "data",
                    "%s: train has the classes %s, test has %s".formatted(folder, train.classes(), test.classes()));
        }
        return new LabelledTexts(own(train), own(test), train.classes(), folder.toString(), false);
    }

    private static List<Example> own(TextFolder folder) {
        return folder.texts().stream().map(t -> new Example(List.of(t.text()), t.label())).toList();
    }

    private static LabelledTexts pairs(@Nullable String data, Consumer<String> notice) {
        Snli snli;
        if (data == null) {
            snli = Snli.load(DataHub.standard(), notice);
        } else {
            snli = data.equals(STAND_IN) ? Snli.standIn() : Snli.load(folder(data));
        }
        return new LabelledTexts(
                inferences(snli.train()),
                inferences(snli.test()),
                Snli.classNames(),
                snli.isStandIn() ? "the stand-in of SNLI" : snli.source(),
                snli.isStandIn());
    }

    private static List<Example> inferences(List<Snli.Inference> pairs) {
        return pairs.stream().map(p -> new Example(List.of(p.premise(), p.hypothesis()), p.label())).toList();
    }

    /** {@return at most so many examples of each part, of all classes} */
    LabelledTexts limited(int limit) {
        return new LabelledTexts(limited(train, limit), limited(test, limit), classes, origin, isStandIn);
    }

    private static List<Example> limited(List<Example> all, int limit) {
        if (all.size() <= limit) {
            return all;
        }
        // the examples are in the order of their classes
        var some = new ArrayList<>(all);
        Collections.shuffle(some, new Random(0));
        return List.copyOf(some.subList(0, limit));
    }

    /** {@return the words of a text} */
    static List<String> words(String text) {
        return TOKENIZER.tokens(text);
    }

    /** {@return the words of the training texts} */
    Vocabulary vocabulary(int minFreq) {
        Iterable<List<String>> texts =
                () -> train.stream().flatMap(e -> e.texts().stream()).map(LabelledTexts::words).iterator();
        return Vocabulary.ofSentences(texts, o -> o.minFreq(minFreq).reserved(PaddedSequences.PAD));
    }

    static LabelledSequences sequences(List<Example> examples, Vocabulary vocabulary, int steps, boolean arePairs) {
        long[] labels = examples.stream().mapToLong(Example::label).toArray();
        List<List<String>> first = examples.stream().map(e -> words(e.texts().getFirst())).toList();
        if (!arePairs) {
            return LabelledSequences.of(first, labels, vocabulary, steps);
        }
        List<List<String>> second = examples.stream().map(e -> words(e.texts().getLast())).toList();
        return LabelledSequences.ofPairs(first, second, labels, vocabulary, steps);
    }
}
