package fathom.text.sentences;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Tensor;
import fathom.Tensors;
import fathom.io.StateDict;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PassageIndexTest {
    private static final List<Passage> THREE =
            List.of(
                    new Passage("a.md", 1, "One", "first"),
                    new Passage("a.md", 5, "", "第二"),
                    new Passage("b.md", 2, "Two > Three", "third"));

    @TempDir Path folder;

    private static Tensor vectors() {
        return Tensors.tensor(new float[] {2, 0, 0, 3, 1, 1}).reshape(3, 2);
    }

    @Test
    void findsTheNearest() {
        var index = new PassageIndex(THREE, vectors(), "m");
        List<PassageIndex.Hit> hits = index.search(Tensors.tensor(new float[] {10, 1}), 2);
        assertThat(hits.stream().map(PassageIndex.Hit::passage)).containsExactly(THREE.get(0), THREE.get(2));
        assertThat(hits.getFirst().score()).isCloseTo(10 / Math.sqrt(101), within(1e-6));
        assertThat(hits.getLast().index()).isEqualTo(2);
        assertThat(index.search(Tensors.tensor(new float[] {0, 1}), 10)).hasSize(3);
        assertThat(index.searchAll(vectors(), 1).stream().map(h -> h.getFirst().index())).containsExactly(0, 1, 2);
    }

    @Test
    void emptyIndexFindsNothing() {
        var index = new PassageIndex(List.of(), Tensors.zeros(0, 2), "m");
        assertThat(index.search(Tensors.ones(2), 3)).isEmpty();
    }

    @Test
    void isSavedAndLoaded() throws IOException {
        Path file = folder.resolve("index.safetensors");
        new PassageIndex(THREE, vectors(), "模型").save(file);
        PassageIndex read = PassageIndex.load(file);
        assertThat(read.passages()).isEqualTo(THREE);
        assertThat(read.model()).isEqualTo("模型");
        Tensor q = Tensors.tensor(new float[] {1, 3});
        assertThat(read.search(q, 3)).isEqualTo(new PassageIndex(THREE, vectors(), "m").search(q, 3));
        Path other = folder.resolve("weights.safetensors");
        new StateDict().put("vectors", vectors()).save(other);
        assertThatThrownBy(() -> PassageIndex.load(other)).hasMessageContaining("it holds no index of passages");
    }

    @Test
    void refusesWhatDoesNotFit() {
        assertThatThrownBy(() -> new PassageIndex(THREE, Tensors.zeros(2, 2), "m"))
                .hasMessageContaining("expected vectors [3, D] for 3 passages");
        var index = new PassageIndex(THREE, vectors(), "m");
        assertThatThrownBy(() -> index.search(Tensors.ones(3), 1)).hasMessageContaining("vectors of 2 numbers");
        assertThatThrownBy(() -> index.search(Tensors.ones(2), 0)).hasMessageContaining("k=0");
    }

    @Test
    void onlyNewPassagesAreEmbedded() {
        SentenceEncoder encoder = SentenceEncoder.load(TestModels.folder("all-MiniLM-L6-v2"));
        var pages =
                List.of(
                        new Passage("a.md", 1, "Export", "Writes a network as an ONNX file."),
                        new Passage("a.md", 9, "Tables", "Reads a CSV file and encodes categories."));
        PassageIndex index = PassageIndex.build(encoder, pages);
        var moved = new Passage("b.md", 3, "Export", "Writes a network as an ONNX file.");
        var added = new Passage("b.md", 7, "GPU", "Computes on a graphics card.");
        PassageIndex now = index.update(encoder, List.of(added, moved));
        assertThat(now.passages()).containsExactly(added, moved);
        assertThat(now.vectors().get(1).sub(index.vectors().get(0)).abs().max().item()).isZero();
        assertThat(now.search(encoder.encode("How do I use an NVIDIA device?"), 1).getFirst().passage())
                .isEqualTo(added);
        assertThatThrownBy(() -> new PassageIndex(THREE, vectors(), "m").update(encoder, pages))
                .hasMessageContaining("build a new one");
    }
}
