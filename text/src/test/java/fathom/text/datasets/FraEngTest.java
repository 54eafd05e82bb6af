package fathom.text.datasets;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import fathom.data.DataLoader;
import fathom.data.hub.DataHub;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FraEngTest {
    @TempDir Path folder;

    @Test
    void theFirstPairsOfTheRealFileGiveTheBooksVocabularies() {
        DataHub hub = DataHub.standard().withDownload(null);
        assumeTrue(
                hub.find("fra-eng").isPresent()
                        || hub.dataFolder().filter(f -> Files.exists(f.resolve("fra-eng-head.txt"))).isPresent(),
                "the real sentence pairs are not on this machine (FATHOM_DATA)");
        FraEng pairs = FraEng.load(hub, o -> o.pairs(600).steps(10), line -> {});
        assertThat(pairs.isStandIn()).isFalse();
        assertThat(pairs.size()).isEqualTo(600);
        assertThat(pairs.source().size()).isEqualTo(184);
        assertThat(pairs.target().size()).isEqualTo(201);
        var first = pairs.get(0);
        assertThat(first.get(0).toLongArray()).containsExactly(9, 4, 3, 1, 1, 1, 1, 1, 1, 1);
        assertThat(first.get(1).itemLong()).isEqualTo(3);
        assertThat(first.get(2).toLongArray()).containsExactly(2, 16, 5, 3, 1, 1, 1, 1, 1, 1, 1);
        assertThat(first.get(3).itemLong()).isEqualTo(3);
        var last = pairs.get(599);
        assertThat(last.get(0).toLongArray()).startsWith(6, 112, 4, 3, 1);
        assertThat(last.get(2).toLongArray()).startsWith(2, 6, 7, 0, 19, 0, 4, 3, 1);
        assertThat(pairs.reference("Hi.")).isEqualTo("salut !");
    }

    @Test
    void aFileOfTwoOrMoreColumnsIsRead() throws IOException {
        Path file =
                Files.writeString(
                        folder.resolve("fra.txt"),
                        "Go.\tVa\u202f!\nWait, Tom...\tAttends, Tom...\tCC-BY 2.0\n\nA B C D\tE F G H\n");
        FraEng pairs = FraEng.load(file, o -> o.steps(3).minFreq(1));
        assertThat(pairs.pairs()).hasSize(3);
        assertThat(FraEng.tokens("Va\u202f!")).containsExactly("va", "!");
        assertThat(FraEng.tokens("Wait, Tom...")).containsExactly("wait", ",", "tom", ".", ".", ".");
        assertThat(pairs.reference("go .")).isEqualTo("va !");
        var cut = pairs.get(2);
        assertThat(cut.get(0).shape().dims()).containsExactly(3);
        assertThat(cut.get(1).itemLong()).as("tokens, cut off").isEqualTo(3);
        assertThat(pairs.target().token((int) cut.get(2).toLongArray()[0])).isEqualTo("<bos>");
        for (var batch : DataLoader.of(pairs, 2)) {
            assertThat(batch.get(0).shape().dims()).endsWith(3);
            assertThat(batch.get(2).shape().dims()).endsWith(4);
        }
        Files.writeString(file, "Go.\tVa !\nno tab here\n");
        assertThatThrownBy(() -> FraEng.load(file, o -> {}))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("fra.txt, line 2: expected a sentence, a tab and its translation");
        assertThatThrownBy(() -> FraEng.load(file, o -> o.steps(0))).hasMessageContaining("line 2");
        assertThatThrownBy(() -> FraEng.standIn(o -> o.steps(0))).hasMessageContaining("steps must be at least 1");
    }

    @Test
    void theStandInSpeaksFrench() {
        var notices = new ArrayList<String>();
        DataHub nowhere = DataHub.standard().withDataFolder(null).withCache(folder).withDownload(null);
        FraEng pairs = FraEng.load(nowhere, o -> {}, notices::add);
        assertThat(notices).hasSize(1);
        assertThat(pairs.isStandIn()).isTrue();
        assertThat(pairs.size()).isEqualTo(3000);
        Map<String, String> french = new HashMap<>();
        pairs.pairs().forEach(p -> french.put(p.english(), p.french()));
        assertThat(french).hasSize(3000).containsEntry("The car is green.", "La voiture est verte.");
        assertThat(french.values())
                .anyMatch(s -> s.startsWith("J'"))
                .anyMatch(s -> s.contains(" ne ") && s.contains(" pas "))
                .anyMatch(s -> s.startsWith("Est-ce qu'"))
                .anyMatch(s -> s.contains("mon assiette"))
                .anyMatch(s -> s.contains("l'arbre"))
                .noneMatch(s -> s.contains("le arbre") || s.contains("la assiette") || s.contains("je aime"));
        assertThat(pairs.pairs().getFirst().english().length()).isLessThan(pairs.pairs().getLast().english().length());
    }

    /** Each English word translated by the French word that is most often at its place. */
    @Test
    void noDictionaryTranslatesTheStandIn() {
        FraEng pairs = FraEng.standIn(o -> {});
        var counts = new HashMap<String, Map<String, Integer>>();
        for (int i = 0; i < pairs.pairs().size(); i += 2) {
            List<String> english = FraEng.tokens(pairs.pairs().get(i).english());
            List<String> french = FraEng.tokens(pairs.pairs().get(i).french());
            for (int t = 0; t < Math.min(english.size(), french.size()); t++) {
                counts.computeIfAbsent(english.get(t), e -> new HashMap<>()).merge(french.get(t), 1, Integer::sum);
            }
        }
        int right = 0;
        int all = 0;
        for (int i = 1; i < pairs.pairs().size(); i += 2) {
            var words = new ArrayList<String>();
            for (String english : FraEng.tokens(pairs.pairs().get(i).english())) {
                words.add(
                        counts.getOrDefault(english, Map.of("?", 1)).entrySet().stream()
                                .max(Map.Entry.comparingByValue())
                                .orElseThrow()
                                .getKey());
            }
            right += words.equals(FraEng.tokens(pairs.pairs().get(i).french())) ? 1 : 0;
            all++;
        }
        assertThat(right / (double) all).isLessThan(0.1);
    }
}
