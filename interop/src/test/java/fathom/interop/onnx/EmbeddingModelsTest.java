package fathom.interop.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import fathom.Autograd;
import fathom.Captured;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** BERT models from Maven, judged by onnxruntime. */
class EmbeddingModelsTest {
    @TempDir Path folder;

    private Path model(String name) throws IOException {
        Path file = folder.resolve(name);
        try (InputStream in = getClass().getResourceAsStream("/" + name)) {
            Files.copy(java.util.Objects.requireNonNull(in, name), file);
        }
        return file;
    }

    /** Token ids, of which some at the ends of sequences are masked. */
    private static Map<String, Tensor> sentences(int batch, int length) {
        var random = new SplittableRandom(length);
        var ids = new long[batch][length];
        var mask = new long[batch][length];
        for (int i = 0; i < batch; i++) {
            for (int k = 0; k < length; k++) {
                ids[i][k] = random.nextInt(20_000);
                mask[i][k] = k <= length - 1 - 2 * i ? 1 : 0;
            }
        }
        var inputs = new LinkedHashMap<String, Tensor>();
        inputs.put("input_ids", Tensors.tensor(ids));
        inputs.put("attention_mask", Tensors.tensor(mask));
        inputs.put("token_type_ids", Tensors.zeros(DType.INT64, batch, length));
        return inputs;
    }

    private static double difference(Tensor a, Tensor b) {
        assertThat(a.shape()).isEqualTo(b.shape());
        return a.detach().sub(b).abs().max().item();
    }

    @ParameterizedTest
    @ValueSource(strings = {"all-minilm-l6-v2.onnx", "bge-small-zh-v1.5.onnx"})
    void computesWhatOnnxruntimeDoes(String name) throws IOException, OrtException {
        Path file = model(name);
        OnnxModel net = Onnx.load(file);
        try (var judge = new Reference(file);
                var off = Autograd.noGrad()) {
            for (int[] size : new int[][] {{1, 7}, {3, 12}, {1, 40}}) {
                Map<String, Tensor> in = sentences(size[0], size[1]);
                Tensor right = judge.run(in).get("last_hidden_state");
                assertThat(difference(net.run(in).get("last_hidden_state"), right)).isLessThan(2e-5);
            }
        }
    }

    @Test
    void isCapturedAndTrained() throws IOException {
        OnnxModel net = Onnx.load(model("all-minilm-l6-v2.onnx"));
        assertThat(net.namedParameters()).containsKey("embeddings.word_embeddings.weight");
        assertThat(net.parameters().stream().mapToLong(Tensor::numel).sum()).isEqualTo(22_565_376L);
        List<Tensor> in = List.copyOf(sentences(2, 9).values());
        try (var off = Autograd.noGrad()) {
            Tensor eager = net.run(in).getFirst();
            var captured = Captured.ofAll(net::run);
            Tensor replayed = eager;
            for (int i = 0; i < 5; i++) {
                replayed = captured.callAll(in.toArray(Tensor[]::new)).getFirst();
            }
            assertThat(captured.eagerReason()).isNull();
            assertThat(captured.hasPlan(in.toArray(Tensor[]::new))).isTrue();
            assertThat(difference(replayed, eager)).isZero();
        }
        net.run(in).getFirst().square().sum().backward();
        assertThat(net.namedParameters()).allSatisfy((name, p) -> assertThat(p.grad()).as(name).isNotNull());
    }
}
