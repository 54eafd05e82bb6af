package fathom.conformance;

import static fathom.Tensors.FLOAT32;
import static fathom.Tensors.INT8;
import static fathom.Tensors.arange;
import static fathom.Tensors.ones;
import static fathom.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Tensor;
import fathom.io.StateDict;
import java.io.IOException;
import java.io.InputStream;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Files in the format of {@code torch.save}. */
class TorchSaveTest {
    @TempDir Path folder;

    private static Map<String, byte[]> entries(Path file) throws IOException {
        var entries = new LinkedHashMap<String, byte[]>();
        try (var zip = new ZipFile(file.toFile())) {
            for (ZipEntry e : java.util.Collections.list(zip.entries())) {
                assertThat(e.getMethod()).isEqualTo(ZipEntry.STORED);
                try (InputStream in = zip.getInputStream(e)) {
                    entries.put(e.getName().replaceFirst("^[^/]*/", ""), in.readAllBytes());
                }
            }
        }
        return entries;
    }

    private static Tensor get(StateDict state, String name) {
        return Objects.requireNonNull(state.get(name), name);
    }

    /** Files by PyTorch are read, written again, and identical: their pickles opcode for opcode. */
    @Test
    void filesEqualThoseOfPyTorch() throws IOException {
        Path golden = folder.resolve("golden.pth");
        try (InputStream in = TorchSaveTest.class.getResourceAsStream("/golden/torch/saved.pth")) {
            Files.copy(Objects.requireNonNull(in), golden);
        }
        StateDict state = StateDict.load(golden);
        assertThat(state.size()).isEqualTo(38);
        assertThat(state.metadata()).containsExactly(Map.entry("epoch", "3"), Map.entry("arch", "small"));
        Path file = folder.resolve("saved.pth");
        state.save(file);
        Map<String, byte[]> expected = entries(golden);
        Map<String, byte[]> actual = entries(file);
        assertThat(actual.keySet()).contains("byteorder").containsAll(expected.keySet()).hasSize(expected.size() + 1);
        expected.forEach((name, bytes) -> assertThat(actual.get(name)).as(name).isEqualTo(bytes));
    }

    @Test
    void elementsBeginAtMultiplesOf64Bytes() throws IOException {
        Path file = folder.resolve("x.pth");
        var state = new StateDict();
        for (int i = 0; i < 70; i++) {
            state.put("t".repeat(i + 1), ones(INT8, i));
        }
        state.save(file);
        try (var in = new RandomAccessFile(file.toFile(), "r")) {
            for (int i = 0, entries = 0; i < in.length() && entries < 73; entries++) {
                in.seek(i + 18);
                int size = Integer.reverseBytes(in.readInt());
                in.seek(i + 26);
                int nameLength = Short.reverseBytes(in.readShort());
                int extraLength = Short.reverseBytes(in.readShort());
                int begin = i + 30 + nameLength + extraLength;
                assertThat(begin % 64).isZero();
                i = begin + size;
            }
        }
        StateDict back = StateDict.load(file);
        state.entries().forEach((name, t) -> assertThat(get(back, name).equal(t)).as(name).isTrue());
    }

    @Test
    void theSameStateGivesTheSameFile() throws IOException {
        var state = new StateDict().put("a", arange(5)).put("b", ones(2, 2));
        state.save(folder.resolve("one.pth"));
        state.save(folder.resolve("two.pt"));
        assertThat(folder.resolve("one.pth")).hasSameBinaryContentAs(folder.resolve("two.pt"));
    }

    @Test
    void sharedElementsAreWrittenOnceAndStayShared() throws IOException {
        Tensor embedding = arange(12).to(FLOAT32).reshape(4, 3);
        Tensor block = arange(1000).to(FLOAT32);
        var state =
                new StateDict()
                        .put("embedding", embedding)
                        .put("head", embedding.t())
                        .put("row", embedding.get(1))
                        .put("other", block.narrow(0, 10, 5))
                        .put("far", block.narrow(0, 900, 5))
                        .put("sparse", arange(1000).to(FLOAT32).get("::500"))
                        .put("image", arange(24).reshape(1, 2, 3, 4).permute(0, 3, 1, 2));
        Path file = folder.resolve("x.pth");
        state.save(file);
        Map<String, byte[]> entries = entries(file);
        assertThat(entries.get("data/0")).hasSize(48);
        assertThat(entries.get("data/1")).as("a part of a large block").hasSize(20);
        assertThat(entries.get("data/2")).hasSize(20);
        assertThat(entries.get("data/3")).as("strided elements").hasSize(8);
        assertThat(entries.get("data/4")).hasSize(24 * 8);
        assertThat(entries).doesNotContainKey("data/5");
        StateDict back = StateDict.load(file);
        state.entries().forEach((name, t) -> assertThat(get(back, name).equal(t)).as(name).isTrue());
        assertThat(get(back, "image").strides()).as("layouts are kept").isEqualTo(get(state, "image").strides());
        get(back, "embedding").set(99, 1, 2);
        assertThat(get(back, "head").get(2, 1).item()).isEqualTo(99);
        assertThat(get(back, "row").get(2).item()).isEqualTo(99);
    }

    @Test
    void manyTensorsRoundTrip() throws IOException {
        for (int n : new int[] {0, 1, 999, 1000, 1001, 2001}) {
            var state = new StateDict();
            Tensor all = arange(n + 1);
            for (int i = 0; i < n; i++) {
                state.put("layer." + i, all.get(i));
            }
            state.save(folder.resolve("x.pth"));
            StateDict back = StateDict.load(folder.resolve("x.pth"));
            assertThat(back.names()).containsExactlyElementsOf(state.names());
            for (int i = 0; i < n; i++) {
                assertThat(get(back, "layer." + i).itemLong()).isEqualTo(i);
            }
        }
    }

    @Test
    void metadataAndNamesRoundTrip() throws IOException {
        var state = new StateDict().put("权重", ones(1)).put("", ones(1)).put("0", ones(1)).put("a\nb\u0000", ones(1));
        state.metadata().put("模型", "网络");
        state.metadata().put("empty", "");
        for (String ending : new String[] {"pth", "safetensors"}) {
            Path file = folder.resolve("x." + ending);
            state.save(file);
            StateDict back = StateDict.load(file);
            assertThat(back.names()).containsExactlyElementsOf(state.names());
            assertThat(back.metadata()).isEqualTo(state.metadata());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"pth", "safetensors"})
    void unsupportedContentIsRefused(String ending) throws IOException {
        Path file = folder.resolve("x." + ending);
        assertThatThrownBy(() -> new StateDict().put("a\uD800", ones(1)).save(file))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a\\ud800");
        var state = new StateDict().put("a", ones(1));
        state.metadata().put("b", "\uDC00");
        assertThatThrownBy(() -> state.save(file)).isInstanceOf(IllegalArgumentException.class);
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void theExtensionSelectsTheFormat() throws IOException {
        var state = new StateDict().put("a", tensor(1.0, 2));
        for (String name : new String[] {"x.pth", "x.PT", "pytorch_model.bin", "x.safetensors", "x.SafeTensors"}) {
            Path file = folder.resolve(name);
            state.save(file);
            boolean zip = Files.readAllBytes(file)[0] == 'P';
            assertThat(zip).as(name).isEqualTo(!name.toLowerCase(java.util.Locale.ROOT).endsWith("safetensors"));
            assertThat(get(StateDict.load(file), "a").equal(tensor(1.0, 2))).isTrue();
        }
        for (String name : new String[] {"x", "x.ckpt", "x.npz", "pth", "x.", ".pth.", "x.onnx"}) {
            Path file = folder.resolve(name);
            assertThatThrownBy(() -> state.save(file))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith(file + ": ")
                    .hasMessageContaining(".safetensors, .pth, .pt or .bin");
            assertThat(file).doesNotExist();
        }
        assertThatThrownBy(() -> state.save(folder.resolve("x.npy"))).hasMessageContaining("Npy.save");
    }
}
