package fathom.text.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import fathom.data.hub.DataHub;
import fathom.text.Vocabulary;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Penn Treebank and WikiText-2. */
class CorpusTest {
    @TempDir Path folder;

    private DataHub nowhere() {
        return DataHub.standard().withDataFolder(null).withCache(folder).withDownload(null);
    }

    @Test
    void theRealTreebankHasTheBooksVocabulary() {
        DataHub hub = DataHub.standard().withCache(folder);
        assumeTrue(hub.find("ptb").isPresent(), "the real Penn Treebank is not on this machine (FATHOM_DATA)");
        Ptb ptb = Ptb.load(hub, line -> {});
        assertThat(ptb.isStandIn()).isFalse();
        assertThat(ptb.train()).hasSize(42_068); // the book counts the empty line at the end as well
        assertThat(ptb.valid()).hasSize(3370);
        assertThat(ptb.test()).hasSize(3761);
        var words = ptb.train().stream().flatMap(List::stream).toList();
        assertThat(Vocabulary.of(words, 10, List.of()).size()).isEqualTo(6719);
        assertThat(ptb.train().getFirst()).startsWith("aer", "banknote", "berlitz");
    }

    @Test
    void aWordPredictsTheNextOneInTheStandIn() {
        var notices = new ArrayList<String>();
        Ptb ptb = Ptb.load(nowhere(), notices::add);
        assertThat(notices).hasSize(1);
        assertThat(ptb.isStandIn()).isTrue();
        assertThat(ptb.train()).hasSize(4000);
        assertThat(ptb.test()).hasSize(400).doesNotContainAnyElementsOf(ptb.train());
        var words = ptb.train().stream().flatMap(List::stream).toList();
        assertThat(Vocabulary.of(words, 10, List.of()).size()).isBetween(500, 800);
        double alone = logLikelihood(ptb, false);
        double withNeighbour = logLikelihood(ptb, true);
        // the frequency of words says little, the word before a bit more, and not all
        assertThat(Math.exp(-alone)).isGreaterThan(200);
        assertThat(withNeighbour).isBetween(alone + 0.2, alone + 3);
    }

    /** {@return the mean log likelihood of a test word, by its frequency or also by the word before it} */
    private static double logLikelihood(Ptb ptb, boolean bigrams) {
        var single = new HashMap<String, Integer>();
        var pairs = new HashMap<List<String>, Integer>();
        int n = 0;
        for (List<String> sentence : ptb.train()) {
            for (int i = 0; i < sentence.size(); i++) {
                single.merge(sentence.get(i), 1, Integer::sum);
                n++;
                if (i > 0) {
                    pairs.merge(sentence.subList(i - 1, i + 1), 1, Integer::sum);
                }
            }
        }
        double sum = 0;
        int count = 0;
        for (List<String> sentence : ptb.test()) {
            for (int i = 1; i < sentence.size(); i++) {
                double p = (single.getOrDefault(sentence.get(i), 0) + 0.5) / n;
                if (bigrams) {
                    double before = single.getOrDefault(sentence.get(i - 1), 0);
                    p = (pairs.getOrDefault(sentence.subList(i - 1, i + 1), 0) + 50 * p) / (before + 50);
                }
                sum += Math.log(p);
                count++;
            }
        }
        return sum / count;
    }

    @Test
    void wikiTextIsReadAsParagraphsOfSentences() throws IOException {
        String text = " \n = Title = \n \n First sentence here . Second , one . \n Only one . \n\n A . B . C . \n";
        for (String part : List.of("train", "valid", "test")) {
            Files.writeString(folder.resolve("wiki." + part + ".tokens"), text);
        }
        WikiText2 wiki = WikiText2.load(folder);
        assertThat(wiki.train())
                .containsExactly(List.of("first sentence here", "second , one ."), List.of("a", "b", "c ."));
        Files.writeString(folder.resolve("wiki.test.tokens"), "nothing\n");
        assertThatThrownBy(() -> WikiText2.load(folder))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("wiki.test.tokens: there is no paragraph of two sentences");
        Files.delete(folder.resolve("wiki.valid.tokens"));
        assertThatThrownBy(() -> WikiText2.load(folder)).hasMessageContaining("wiki.valid.tokens");
    }

    @Test
    void neighbouringSentencesOfTheStandInShareTheirTopic() {
        WikiText2 wiki = WikiText2.load(nowhere(), line -> {});
        assertThat(wiki.isStandIn()).isTrue();
        assertThat(wiki.train()).hasSizeGreaterThan(500);
        assertThat(wiki.train()).allSatisfy(paragraph -> assertThat(paragraph).hasSizeGreaterThan(1));
        double neighbours = 0;
        double strangers = 0;
        int any = 0;
        for (int i = 0; i + 1 < wiki.test().size(); i++) {
            List<String> paragraph = wiki.test().get(i);
            neighbours += common(paragraph.get(0), paragraph.get(1));
            strangers += common(paragraph.get(0), wiki.test().get(i + 1).get(0));
            any +=
                    common(paragraph.get(0), paragraph.get(1)) > common(paragraph.get(0), wiki.test().get(i + 1).get(0))
                            ? 1
                            : 0;
        }
        assertThat(neighbours).isGreaterThan(1.5 * strangers);
        // counting common words finds the next sentence often, but not always
        assertThat(any / (double) (wiki.test().size() - 1)).isBetween(0.5, 0.95);
    }

    private static int common(String a, String b) {
        Set<String> words = new HashSet<>(List.of(a.split(" ")));
        words.retainAll(Set.copyOf(new HashSet<>(List.of(b.split(" ")))));
        return words.size();
    }

    @Test
    void theStandInsAreTheSameEachTime() {
        assertThat(Ptb.standIn().train()).isEqualTo(Ptb.standIn().train());
        assertThat(WikiText2.standIn().train()).isEqualTo(WikiText2.standIn().train());
        assertThat(Imdb.standIn().train()).isEqualTo(Imdb.standIn().train());
        assertThat(Snli.standIn().train()).isEqualTo(Snli.standIn().train());
    }
}
