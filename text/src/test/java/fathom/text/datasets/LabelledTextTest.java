package fathom.text.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.data.hub.DataHub;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Movie reviews and natural language inference. */
class LabelledTextTest {
    @TempDir Path folder;

    private record Labelled(List<String> words, int label) {}

    /** {@return the accuracy of naive Bayes, which counts words without their order} */
    private static double naiveBayes(List<Labelled> train, List<Labelled> test, int classes) {
        var counts = new HashMap<String, int[]>();
        var totals = new double[classes];
        for (Labelled example : train) {
            for (String word : example.words()) {
                counts.computeIfAbsent(word, w -> new int[classes])[example.label()]++;
                totals[example.label()]++;
            }
        }
        int right = 0;
        for (Labelled example : test) {
            int best = 0;
            double most = Double.NEGATIVE_INFINITY;
            for (int c = 0; c < classes; c++) {
                double sum = 0;
                for (String word : example.words()) {
                    sum += Math.log((counts.getOrDefault(word, new int[classes])[c] + 1) / (totals[c] + counts.size()));
                }
                if (sum > most) {
                    most = sum;
                    best = c;
                }
            }
            right += best == example.label() ? 1 : 0;
        }
        return right / (double) test.size();
    }

    private static List<Labelled> reviews(List<Imdb.Review> reviews, Function<String, List<String>> words) {
        return reviews.stream().map(r -> new Labelled(words.apply(r.text()), r.label())).toList();
    }

    private DataHub nowhere() {
        return DataHub.standard().withDataFolder(null).withCache(folder).withDownload(null);
    }

    @Test
    void reviewsAreReadFromTheirFolders() throws IOException {
        for (String part : List.of("train/pos", "train/neg", "train/unsup", "test/pos", "test/neg")) {
            Path to = Files.createDirectories(folder.resolve("aclImdb").resolve(part));
            Files.writeString(to.resolve("1_7.txt"), "A review in " + part + ",\nwith é.");
            Files.writeString(to.resolve("0_3.txt"), "Another in " + part);
        }
        Imdb imdb = Imdb.load(nowhere().withDataFolder(folder), line -> {});
        assertThat(imdb.isStandIn()).isFalse();
        assertThat(imdb.train())
                .containsExactly(
                        new Imdb.Review("Another in train/pos", 1),
                        new Imdb.Review("A review in train/pos, with é.", 1),
                        new Imdb.Review("Another in train/neg", 0),
                        new Imdb.Review("A review in train/neg, with é.", 0));
        assertThat(imdb.test()).hasSize(4);
        Path empty = folder.resolve("aclImdb/test/neg");
        try (Stream<Path> files = Files.list(empty)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
        assertThatThrownBy(() -> Imdb.load(folder.resolve("aclImdb")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("there is no review");
        Files.delete(empty);
        assertThatThrownBy(() -> Imdb.load(folder.resolve("aclImdb"))).hasMessageContaining("there is no such folder");
    }

    /** The order of words decides whether "not" belongs to a word of praise. */
    @Test
    void countingWordsDoesNotSolveTheReviews() {
        var notices = new ArrayList<String>();
        Imdb imdb = Imdb.load(nowhere(), notices::add);
        assertThat(notices).hasSize(1);
        assertThat(imdb.train()).hasSize(2000);
        assertThat(imdb.test()).hasSize(1000);
        assertThat(imdb.test().stream().mapToInt(Imdb.Review::label).average().orElseThrow())
                .isEqualTo(0.5, within(1e-9));
        Function<String, List<String>> words =
                text -> List.of(text.toLowerCase(java.util.Locale.ROOT).split("[^a-z]+"));
        Function<String, List<String>> sentences = text -> List.of(text.split("(?<=[.!]) "));
        double counting = naiveBayes(reviews(imdb.train(), words), reviews(imdb.test(), words), 2);
        double opinions = naiveBayes(reviews(imdb.train(), sentences), reviews(imdb.test(), sentences), 2);
        assertThat(counting).isBetween(0.5, 0.75);
        assertThat(opinions).isBetween(0.85, 0.99);
    }

    @Test
    void inferencesAreReadFromTheirParses() throws IOException {
        String header = "gold_label\tsentence1_binary_parse\tsentence2_binary_parse\tsentence1_parse\n";
        String lines =
                header
                        + "neutral\t( ( A man ) ( is ( playing . ) ) )\t( ( A  man ) ( sleeps . ) )\tx\n"
                        + "-\t( A b )\t( C d )\tx\n"
                        + "entailment\t( A dog )\t( An animal )\tx\n"
                        + "contradiction\t( It rains )\t( It ( does ( n't rain ) ) )\tx\n";
        Files.writeString(folder.resolve("snli_1.0_train.txt"), lines);
        Files.writeString(folder.resolve("snli_1.0_test.txt"), lines);
        Snli snli = Snli.load(folder);
        assertThat(snli.train())
                .containsExactly(
                        new Snli.Inference("A man is playing .", "A man sleeps .", 2),
                        new Snli.Inference("A dog", "An animal", 0),
                        new Snli.Inference("It rains", "It does n't rain", 1));
        Files.writeString(folder.resolve("snli_1.0_test.txt"), header + "perhaps\t( A )\t( B )\tx\n");
        assertThatThrownBy(() -> Snli.load(folder))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("snli_1.0_test.txt, line 2: expected one of the labels");
        Files.writeString(folder.resolve("snli_1.0_test.txt"), header + "neutral\n");
        assertThatThrownBy(() -> Snli.load(folder)).hasMessageContaining("two parsed sentences");
    }

    @Test
    void neitherTheHypothesisNorTheCommonWordsSolveTheInferences() {
        Snli snli = Snli.load(nowhere(), line -> {});
        assertThat(snli.isStandIn()).isTrue();
        assertThat(snli.train()).hasSize(6000);
        var labels = new HashMap<Integer, Integer>();
        snli.train().forEach(i -> labels.merge(i.label(), 1, Integer::sum));
        assertThat(labels.values()).allSatisfy(n -> assertThat(n).isBetween(1800, 2200));
        Function<Snli.Inference, List<String>> hypothesis = i -> Snli.tokens(i.hypothesis());
        assertThat(accuracy(snli, hypothesis)).as("the hypothesis alone").isLessThan(0.6);
        assertThat(accuracy(snli, LabelledTextTest::common)).as("the number of common words").isLessThan(0.65);
        // the same sentences never have two labels
        var seen = new HashMap<String, Integer>();
        for (Snli.Inference i : snli.train()) {
            Integer before = seen.putIfAbsent(i.premise() + "|" + i.hypothesis(), i.label());
            assertThat(before == null || before == i.label()).as(i.toString()).isTrue();
        }
        assertThat(Map.copyOf(seen)).hasSizeGreaterThan(4000);
    }

    private static List<String> common(Snli.Inference i) {
        var words = new ArrayList<>(Snli.tokens(i.hypothesis()));
        words.removeAll(Snli.tokens(i.premise()));
        return List.of("new words: " + words.size());
    }

    private static double accuracy(Snli snli, Function<Snli.Inference, List<String>> words) {
        return naiveBayes(
                snli.train().stream().map(i -> new Labelled(words.apply(i), i.label())).toList(),
                snli.test().stream().map(i -> new Labelled(words.apply(i), i.label())).toList(),
                3);
    }
}
