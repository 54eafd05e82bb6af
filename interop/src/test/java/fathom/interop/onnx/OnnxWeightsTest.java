package fathom.interop.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Tensor;
import fathom.Tensors;
import fathom.io.StateDict;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Weights by PyTorch's names; that they compute the same as the graph is tested where BERT is. */
class OnnxWeightsTest {
    @TempDir Path folder;

    private Path model(String name) throws IOException {
        Path file = folder.resolve(name);
        try (InputStream in = getClass().getResourceAsStream("/" + name)) {
            Files.copy(Objects.requireNonNull(in, name), file);
        }
        return file;
    }

    @ParameterizedTest
    @CsvSource({
        "all-minilm-l6-v2.onnx, 6, 384, 1536, 12, 22565376",
        "bge-small-zh-v1.5.onnx, 4, 512, 2048, 8, 23691264"
    })
    void findsAllOfBert(String file, int layers, long width, long inner, long heads, long elements) throws IOException {
        Path path = model(file);
        OnnxWeights weights = OnnxWeights.read(path);
        StateDict state = weights.stateDict();
        assertThat(weights.attentionHeads()).hasValue(heads);
        assertThat(weights.layerNormEps().orElseThrow()).isCloseTo(1e-12, org.assertj.core.data.Offset.offset(1e-18));
        for (int i = 0; i < layers; i++) {
            String layer = "encoder.layer." + i + ".";
            for (String name : new String[] {"attention.self.query", "attention.self.key", "attention.output.dense"}) {
                assertThat(state.get(layer + name + ".weight").shape().dims()).containsExactly(width, width);
                assertThat(state.get(layer + name + ".bias").shape().dims()).containsExactly(width);
            }
            assertThat(state.get(layer + "intermediate.dense.weight").shape().dims()).containsExactly(inner, width);
            assertThat(state.get(layer + "output.dense.weight").shape().dims()).containsExactly(width, inner);
        }
        assertThat(state.size()).isEqualTo(5 + 16 * layers);
        assertThat(state.entries().values().stream().mapToLong(Tensor::numel).sum()).isEqualTo(elements);
    }

    @Test
    void linearLayersOfGemmAreRead() throws IOException {
        var net = new Sequential(new Linear(3, 5), new ReLU(), new Linear(5, 2));
        Path file = folder.resolve("net.onnx");
        Onnx.export(net, Tensors.randn(4, 3), file);
        StateDict state = OnnxWeights.read(file).stateDict();
        var same = new Sequential(new Linear(3, 5), new ReLU(), new Linear(5, 2));
        same.loadStateDict(state);
        Tensor x = Tensors.randn(7, 3);
        assertThat(same.forward(x).sub(net.forward(x)).abs().max().item()).isZero();
        assertThat(OnnxWeights.read(file).attentionHeads()).isEmpty();
        assertThat(OnnxWeights.read(file).layerNormEps()).isEmpty();
    }

    @Test
    void refusesWhatIsNoModel() throws IOException {
        Path file = Files.writeString(folder.resolve("no.onnx"), "this is a text, and no model at all");
        assertThatThrownBy(() -> OnnxWeights.read(file))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not a usable ONNX model");
        assertThatThrownBy(() -> OnnxWeights.read(folder.resolve("absent.onnx")))
                .isInstanceOf(NoSuchFileException.class);
    }
}
