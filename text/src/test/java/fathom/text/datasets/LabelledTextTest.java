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
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
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

    private static void haveNothingInCommon(Stream<?> train, Stream<?> test) {
        var seen = train.collect(Collectors.toSet());
        assertThat(test.noneMatch(seen::contains)).isTrue();
    }

    /** The order of words decides to what "not" and "but" belong. */
    @Test
    void countingWordsDoesNotSolveTheReviews() {
        var notices = new ArrayList<String>();
        Imdb imdb = Imdb.load(nowhere(), notices::add);
        assertThat(notices).hasSize(1);
        assertThat(imdb.train()).hasSize(4000);
        assertThat(imdb.test()).hasSize(1000);
        assertThat(imdb.test().stream().mapToInt(Imdb.Review::label).average().orElseThrow())
                .isEqualTo(0.5, within(1e-9));
        haveNothingInCommon(imdb.train().stream(), imdb.test().stream());
        assertThat(Imdb.standIn().train()).isEqualTo(imdb.train());
        Function<String, List<String>> words = text -> List.of(text.toLowerCase(Locale.ROOT).split("[^a-z]+"));
        double counting = naiveBayes(reviews(imdb.train(), words), reviews(imdb.test(), words), 2);
        assertThat(counting).isBetween(0.4, 0.6);
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

    /** A person who acts is the one to whom something is done in a passive sentence, and the other way round. */
    @Test
    void rolesDecideHalfOfTheInferences() {
        long roles = 0;
        for (Snli.Inference i : Snli.standIn().train()) {
            var premise = deed(i.premise());
            var hypothesis = deed(i.hypothesis());
            if (premise != null && hypothesis != null && i.label() != 2) {
                roles++;
                boolean isSame = premise.childActs() == hypothesis.childActs();
                assertThat(isSame != hypothesis.isNegated()).as(i.toString()).isEqualTo(i.label() == 0);
            }
        }
        assertThat(roles).isBetween(2000L, 3500L);
    }

    private record Deed(boolean childActs, boolean isNegated) {}

    private static final Pattern DEED =
            Pattern.compile(
                    "An? (\\w+) is (not )?(being )?\\w+ (?:by )?an? (child|boy|girl|adult|man|woman|nurse|farmer) .*");

    /** {@return who acts; null for a sentence about one person} */
    private static @Nullable Deed deed(String sentence) {
        var m = DEED.matcher(sentence);
        boolean isPassive = m.matches() && m.group(3) != null;
        return m.matches()
                ? new Deed(List.of("child", "boy", "girl").contains(m.group(isPassive ? 4 : 1)), m.group(2) != null)
                : null;
    }

    @Test
    void inferencesAreReadFromLinesOfJson() throws IOException {
        String line =
                "{\"gold_label\": \"%s\", \"sentence1_binary_parse\": \"( A ( man runs ) )\","
                        + " \"sentence2_binary_parse\": \"( It rains )\", \"pairID\": \"1\"}\n";
        Path test = folder.resolve("snli_1.0_test.jsonl");
        Files.writeString(folder.resolve("snli_1.0_train.jsonl"), line.formatted("neutral") + line.formatted("-"));
        Files.writeString(test, line.formatted("contradiction"));
        Snli snli = Snli.load(folder);
        assertThat(snli.train()).containsExactly(new Snli.Inference("A man runs", "It rains", 2));
        assertThat(snli.test()).containsExactly(new Snli.Inference("A man runs", "It rains", 1));
        Files.writeString(test, line.formatted("neutral") + "{\"gold_label\": 3}\n");
        assertThatThrownBy(() -> Snli.load(folder))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("snli_1.0_test.jsonl, line 2: expected an object with the text 'gold_label'");
        Files.writeString(test, "{\n");
        assertThatThrownBy(() -> Snli.load(folder)).hasMessageContaining("line 1: not JSON");
        Files.writeString(test, line.formatted("maybe"));
        assertThatThrownBy(() -> Snli.load(folder)).hasMessageContaining("got 'maybe'");
        Files.write(test, new byte[] {'{', (byte) 0xC3, '(', '\n'});
        assertThatThrownBy(() -> Snli.load(folder)).hasMessageContaining("it is not UTF-8");
        Files.delete(test);
        assertThatThrownBy(() -> Snli.load(folder)).hasMessageContaining("snli_1.0_test.txt");
    }

    @Test
    void neitherTheHypothesisNorTheCommonWordsSolveTheInferences() {
        Snli snli = Snli.load(nowhere(), line -> {});
        assertThat(snli.isStandIn()).isTrue();
        assertThat(snli.train()).hasSize(8000);
        haveNothingInCommon(snli.train().stream(), snli.test().stream());
        var labels = new HashMap<Integer, Integer>();
        snli.train().forEach(i -> labels.merge(i.label(), 1, Integer::sum));
        assertThat(labels.values()).allSatisfy(n -> assertThat(n).isBetween(2400, 2900));
        Function<Snli.Inference, List<String>> hypothesis = i -> Snli.tokens(i.hypothesis());
        assertThat(accuracy(snli, hypothesis)).as("the hypothesis alone").isLessThan(0.6);
        assertThat(accuracy(snli, LabelledTextTest::common)).as("the number of common words").isLessThan(0.65);
        // the same sentences never have two labels
        var seen = new HashMap<String, Integer>();
        for (Snli.Inference i : snli.train()) {
            Integer before = seen.putIfAbsent(i.premise() + "|" + i.hypothesis(), i.label());
            assertThat(before == null || before == i.label()).as(i.toString()).isTrue();
        }
        assertThat(Map.copyOf(seen)).hasSize(8000);
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
