package fathom.text.sentences;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.onnxruntime.OrtException;
import fathom.Autograd;
import fathom.Tensor;
import fathom.Tensors;
import fathom.interop.onnx.Onnx;
import fathom.nn.Linear;
import fathom.text.bert.BertModel;
import fathom.text.tokenizers.EncodedBatch;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@link BertModel} with the weights of published models, judged by onnxruntime. */
class RealBertTest {
    @TempDir Path folder;

    /** Texts of different lengths, two segments each, padded. */
    private static EncodedBatch batch(int texts, int length, int vocabulary) {
        var random = new SplittableRandom(length);
        var ids = new long[texts][length];
        var types = new long[texts][length];
        var mask = new long[texts][length];
        for (int i = 0; i < texts; i++) {
            for (int k = 0; k < length - i * 3; k++) {
                ids[i][k] = random.nextInt(1, vocabulary);
                types[i][k] = k > length / 2 ? 1 : 0;
                mask[i][k] = 1;
            }
        }
        return new EncodedBatch(Tensors.tensor(ids), Tensors.tensor(types), Tensors.tensor(mask));
    }

    @ParameterizedTest
    @CsvSource({"all-MiniLM-L6-v2, 6, 12, 384", "bge-small-zh-v1.5, 4, 8, 512"})
    void tokensAreOnnxruntimes(String name, int layers, int heads, long width) throws OrtException {
        Path file = TestModels.folder(name).resolve("model.onnx");
        BertModel bert = BertModel.fromOnnx(file);
        assertThat(bert.config().layers()).isEqualTo(layers);
        assertThat(bert.config().heads()).isEqualTo(heads);
        assertThat(bert.config().hiddenSize()).isEqualTo(width);
        assertThat(bert.isTraining()).isFalse();
        try (var judge = new OnnxJudge(file);
                var off = Autograd.noGrad()) {
            for (int[] size : new int[][] {{1, 1}, {1, 16}, {5, 23}, {2, 130}}) {
                EncodedBatch in = batch(size[0], size[1], (int) bert.config().vocabSize());
                Tensor expected = judge.tokens(in);
                Tensor actual =
                        bert.forward(in.inputIds(), i -> i.types(in.tokenTypeIds()).mask(in.attentionMask())).hidden();
                double difference = actual.sub(expected).mul(in.attentionMask().unsqueeze(-1)).abs().max().item();
                assertThat(difference).as("%s texts of %s tokens", size[0], size[1]).isLessThan(1e-5);
                Tensor lengths =
                        bert.forward(in.inputIds(), i -> i.types(in.tokenTypeIds()).lengths(in.lengths())).hidden();
                assertThat(lengths.sub(actual).mul(in.attentionMask().unsqueeze(-1)).abs().max().item())
                        .isLessThan(1e-5);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"all-MiniLM-L6-v2", "bge-small-zh-v1.5"})
    void isSavedForHuggingFace(String name) {
        SentenceEncoder encoder = SentenceEncoder.load(TestModels.folder(name));
        assertThat(encoder.network()).isInstanceOf(BertModel.class);
        encoder.save(folder);
        assertThat(folder.resolve("model.safetensors")).exists();
        SentenceEncoder again = SentenceEncoder.load(folder);
        assertThat(again.toString()).isEqualTo(encoder.toString());
        assertThat(again.prompt()).isEqualTo(encoder.prompt());
        var texts = List.of("怎样重置密码？", "How do I reset my password?");
        assertThat(again.encode(texts).sub(encoder.encode(texts)).abs().max().item()).isZero();
    }

    @Test
    void otherGraphsAreRefused() throws IOException {
        Path file = folder.resolve("linear.onnx");
        Onnx.export(new Linear(3, 2), Tensors.randn(1, 3), file);
        assertThatThrownBy(() -> BertModel.fromOnnx(file))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("linear.onnx: not a BERT")
                .hasMessageContaining("there is no weight embeddings.word_embeddings.weight");
        Files.writeString(
                folder.resolve("tokenizer.json"),
                Files.readString(TestModels.folder("bge-small-zh-v1.5").resolve("tokenizer.json")));
        assertThatThrownBy(() -> SentenceEncoder.load(file)).hasMessageContaining("not an encoder of text");
    }

    @Test
    void aGraphIsAnEncoderToo() throws IOException {
        Path file = TestModels.folder("bge-small-zh-v1.5").resolve("model.onnx");
        SentenceEncoder bert = SentenceEncoder.load(file);
        var graph = SentenceFiles.graph(file);
        SentenceEncoder other =
                SentenceEncoder.of(bert.tokenizer(), graph.block(), graph.forward(), o -> o.pooling(Pooling.CLS));
        var texts = List.of("深度学习", "今天天气很好，我们去公园散步吧。");
        assertThat(other.encode(texts).sub(bert.encode(texts)).abs().max().item()).isLessThan(1e-5);
        assertThatThrownBy(() -> other.save(folder)).hasMessageContaining("none of BERT's family");
    }
}
