package fathom.text;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.data.hub.DataHub;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TokenEmbeddingTest {
    @TempDir Path folder;

    private DataHub nowhere() {
        return DataHub.standard().withDataFolder(null).withCache(folder).withDownload(null);
    }

    @Test
    void theFormatsOfGloVeAndFastTextAreRead() throws IOException {
        String vectors = "the 1 0 0\n, 0 1e-1 -2.5\ncafé 0.5 0.5 0.5\n";
        for (String text : List.of(vectors, "3 3 \n" + vectors.replace("\n", " \n"))) {
            TokenEmbedding embedding = TokenEmbedding.load(Files.writeString(folder.resolve("vec.txt"), text));
            assertThat(embedding.tokens()).containsExactly("<unk>", "the", ",", "café");
            assertThat(embedding.dimensions()).isEqualTo(3);
            assertThat(embedding.vectors().shape().dims()).containsExactly(4, 3);
            assertThat(embedding.get(",").toFloatArray()).containsExactly(0, 0.1f, -2.5f);
            assertThat(embedding.get(List.of("nothing", "the")).toFloatArray()).containsExactly(0, 0, 0, 1, 0, 0);
            assertThat(embedding.nearest("the", 1).getFirst().token()).isEqualTo("café");
            assertThat(embedding.nearest("the", 1).getFirst().similarity()).isEqualTo(1 / Math.sqrt(3), within(1e-6));
        }
    }

    @Test
    void theFilesOfTheHubAreFound() throws IOException {
        Path unpacked = Files.createDirectories(folder.resolve("data/glove.6B.50d"));
        Files.writeString(unpacked.resolve("vec.txt"), "a 1 2\n");
        TokenEmbedding embedding =
                TokenEmbedding.load(nowhere().withDataFolder(folder.resolve("data")), "glove.6b.50d", line -> {});
        assertThat(embedding.isStandIn()).isFalse();
        assertThat(embedding.size()).isEqualTo(2);
    }

    @Test
    void damagedFilesAreRefusedWithTheLine() throws IOException {
        Path file = folder.resolve("vec.txt");
        Files.writeString(file, "a 1 2\nb 1\n");
        assertThatThrownBy(() -> TokenEmbedding.load(file))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("vec.txt, line 2: expected a token and 2 numbers, got 'b 1'");
        Files.writeString(file, "a 1 x\n");
        assertThatThrownBy(() -> TokenEmbedding.load(file)).hasMessageContaining("line 1").hasMessageContaining("x");
        Files.writeString(file, "");
        assertThatThrownBy(() -> TokenEmbedding.load(file)).hasMessageContaining("there are no vectors");
        assertThatThrownBy(() -> TokenEmbedding.standIn(50).nearest("nobody", 1)).hasMessageContaining("no vector");
    }

    /** Relations are found by vector arithmetic, and not by the nearest word. */
    @Test
    void theStandInHasRelations() {
        var notices = new ArrayList<String>();
        TokenEmbedding embedding = TokenEmbedding.load(nowhere(), "glove.6b.100d", notices::add);
        assertThat(notices).hasSize(1);
        assertThat(embedding.isStandIn()).isTrue();
        assertThat(embedding.dimensions()).isEqualTo(100);
        assertThat(embedding.nearest("chip", 3))
                .allMatch(s ->
                        List.of("chips", "intel", "electronics", "semiconductor", "microprocessor")
                                .contains(s.token()));
        String[][] questions = {
            {"man", "woman", "son", "daughter"},
            {"king", "queen", "uncle", "aunt"},
            {"beijing", "china", "tokyo", "japan"},
            {"paris", "france", "oslo", "norway"},
            {"bad", "worst", "big", "biggest"},
            {"cold", "coldest", "fast", "fastest"},
            {"do", "did", "go", "went"},
            {"take", "took", "give", "gave"}
        };
        int right = 0;
        int nearest = 0;
        for (String[] q : questions) {
            right += embedding.analogy(q[0], q[1], q[2]).equals(q[3]) ? 1 : 0;
            nearest += embedding.nearest(q[2], 1).getFirst().token().equals(q[3]) ? 1 : 0;
        }
        assertThat(right).isGreaterThanOrEqualTo(7);
        assertThat(nearest).isLessThanOrEqualTo(4);
    }
}
