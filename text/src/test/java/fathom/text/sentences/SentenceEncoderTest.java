package fathom.text.sentences;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OrtException;
import fathom.Tensor;
import fathom.Tensors;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Vectors of sentences by the real models, judged by onnxruntime. */
class SentenceEncoderTest {
    private static final String MINILM = "all-MiniLM-L6-v2";
    private static final String BGE = "bge-small-zh-v1.5";
    private static final List<String> TEXTS =
            List.of(
                    "怎样重置密码？",
                    "",
                    "How do I reset my password? " + "Tell me slowly and in detail. ".repeat(9),
                    "忘记密码了怎么办？",
                    "a",
                    "The weather is nice today, isn't it?");

    @TempDir Path folder;

    private static double difference(Tensor a, Tensor b) {
        assertThat(a.shape()).isEqualTo(b.shape());
        return a.detach().sub(b).abs().max().item();
    }

    /** Each text alone, so that the judge pads nothing. */
    private static Tensor expected(SentenceEncoder encoder, OnnxJudge judge, List<String> texts) throws OrtException {
        var rows = new ArrayList<Tensor>();
        for (String text : texts) {
            Tensor tokens = judge.tokens(encoder.batch(List.of(text)));
            Tensor pooled = encoder.pooling() == Pooling.CLS ? tokens.select(1, 0) : tokens.mean(1);
            rows.add(pooled.div(pooled.square().sum().sqrt()));
        }
        return Tensors.cat(rows, 0);
    }

    @ParameterizedTest
    @ValueSource(strings = {MINILM, BGE})
    void vectorsAreOnnxruntimes(String name) throws OrtException {
        Path model = TestModels.folder(name);
        SentenceEncoder encoder = SentenceEncoder.load(model, o -> o.batchSize(4));
        assertThat(encoder.pooling()).isEqualTo(name.equals(BGE) ? Pooling.CLS : Pooling.MEAN);
        assertThat(encoder.isNormalized()).isTrue();
        try (var judge = new OnnxJudge(model.resolve("model.onnx"))) {
            Tensor vectors = encoder.encode(TEXTS);
            assertThat(difference(vectors, expected(encoder, judge, TEXTS))).isLessThan(1e-5);
            assertThat(difference(encoder.encode(TEXTS.get(3)), vectors.select(0, 3))).isLessThan(1e-6);
        }
    }

    @Test
    void similarTextsAreNear() {
        SentenceEncoder bge = SentenceEncoder.load(TestModels.folder(BGE));
        Tensor v = bge.encode(List.of("怎样重置密码？", "忘记密码了怎么办？", "今天天气很好。"));
        Tensor s = SentenceEncoder.similarity(v, v);
        assertThat(s.get(0, 0).item()).isCloseTo(1, within(1e-5));
        assertThat(s.get(0, 1).item()).isGreaterThan(s.get(0, 2).item() + 0.2);
    }

    @Test
    void longTextsAreTruncated() {
        SentenceEncoder encoder = SentenceEncoder.load(TestModels.folder(MINILM));
        assertThat(encoder.maxLength()).isEqualTo(256);
        String start = "word ".repeat(254);
        assertThat(encoder.tokens(start)).isEqualTo(256);
        assertThat(difference(encoder.encode(start), encoder.encode(start + "and much more"))).isZero();
    }

    @Test
    void threadsGetTheSame() throws Exception {
        SentenceEncoder encoder = SentenceEncoder.load(TestModels.folder(BGE));
        Tensor alone = encoder.encode(TEXTS);
        try (var threads = Executors.newFixedThreadPool(4)) {
            var results = new ArrayList<Future<Tensor>>();
            for (int i = 0; i < 8; i++) {
                results.add(threads.submit(() -> encoder.encode(TEXTS)));
            }
            for (Future<Tensor> r : results) {
                assertThat(difference(r.get(), alone)).isZero();
            }
        }
    }

    @Test
    void noTextsHaveNoVectors() {
        SentenceEncoder encoder = SentenceEncoder.load(TestModels.folder(BGE));
        assertThat(encoder.encode(Collections.emptyList()).shape().dims()).containsExactly(0, 512);
        assertThatThrownBy(() -> encoder.forward(List.of())).hasMessageContaining("there are no texts");
    }

    @Test
    void anOnnxFileIsAnEncoder() throws IOException {
        Path model = TestModels.folder(BGE);
        Path file = Files.copy(model.resolve("model.onnx"), folder.resolve("bge-small-zh-v1.5.onnx"));
        assertThatThrownBy(() -> SentenceEncoder.load(file))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("it has no tokenizer")
                .hasMessageContaining("bge-small-zh-v1.5-tokenizer.json");
        Files.copy(model.resolve("tokenizer.json"), folder.resolve("tokenizer.json"));
        SentenceEncoder encoder = SentenceEncoder.load(file);
        assertThat(encoder.pooling()).isEqualTo(Pooling.CLS);
        assertThat(encoder.dimension()).isEqualTo(512);
    }

    @Test
    void saysWhatIsMissing() throws IOException {
        assertThatThrownBy(() -> SentenceEncoder.load(folder))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("there is no model; expected config.json with model.safetensors");
        Path text = Files.writeString(folder.resolve("a.txt"), "a");
        assertThatThrownBy(() -> SentenceEncoder.load(text)).hasMessageContaining("or an .onnx file");
        Files.writeString(folder.resolve("modules.json"), "[{\"type\": \"sentence_transformers.models.Dense\"}]");
        assertThatThrownBy(() -> SentenceEncoder.load(folder))
                .hasMessageContaining("the module 'sentence_transformers.models.Dense' is not supported");
        Files.writeString(
                folder.resolve("modules.json"),
                "[{\"type\": \"sentence_transformers.models.Pooling\", \"path\": \"1_Pooling\"}]");
        Files.createDirectory(folder.resolve("1_Pooling"));
        Files.writeString(folder.resolve("1_Pooling/config.json"), "{\"pooling_mode_weightedmean_tokens\": true}");
        assertThatThrownBy(() -> SentenceEncoder.load(folder)).hasMessageContaining("weightedmean");
        assertThatThrownBy(() -> SentenceModels.find("no-such-model", s -> {}))
                .hasMessageContaining("known are all-MiniLM-L6-v2, bge-small-zh-v1.5");
    }
}
