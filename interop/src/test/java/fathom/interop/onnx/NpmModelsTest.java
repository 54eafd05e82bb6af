package fathom.interop.onnx;

import static org.assertj.core.api.Assertions.assertThat;

import ai.onnxruntime.OrtException;
import fathom.Autograd;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Predictor;
import fathom.testkit.RealModels;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** PP-OCRv4 and Silero VAD, which npm packages have, judged by onnxruntime. */
class NpmModelsTest {
    @BeforeEach
    void seed() {
        Tensors.manualSeed(7);
    }

    private static void compare(Path file, Map<String, Tensor> inputs) throws IOException, OrtException {
        OnnxModel net = Onnx.load(file);
        try (var judge = new Reference(file);
                var off = Autograd.noGrad()) {
            Map<String, Tensor> ours = net.run(inputs);
            judge.run(inputs)
                    .forEach((name, right) -> {
                        Tensor our = ours.get(name);
                        assertThat(our.shape()).as(name).isEqualTo(right.shape());
                        assertThat(our.sub(right).abs().max().item()).as(name).isLessThan(1e-4);
                    });
        }
    }

    @ParameterizedTest
    @CsvSource({
        "ch_PP-OCRv4_det_infer.onnx, 1, 64, 96",
        "ch_PP-OCRv4_det_infer.onnx, 2, 96, 32",
        "ch_PP-OCRv4_rec_infer.onnx, 1, 48, 100",
        "ch_PP-OCRv4_rec_infer.onnx, 3, 48, 64",
        "ch_ppocr_mobile_v2.0_cls_infer.onnx, 2, 48, 192"
    })
    void textInImages(String name, long batch, long height, long width) throws IOException, OrtException {
        Path file = RealModels.folder("ppocr").resolve(name);
        compare(file, Map.of("x", Tensors.rand(batch, 3, height, width).mul(2).sub(1)));
    }

    @Test
    void batchNormalisationIsFrozenAndItsFactorsAreTrained() throws IOException {
        Path file = RealModels.folder("ppocr").resolve("ch_ppocr_mobile_v2.0_cls_infer.onnx");
        OnnxModel net = Onnx.load(file);
        Tensor x = Tensors.rand(2, 3, 48, 192);
        Map<String, Tensor> before = new LinkedHashMap<>();
        net.stateDict().entries().forEach((name, t) -> before.put(name, t.clone()));
        net.forward(x).select(1, 0).sum().backward();
        assertThat(net.namedParameters()).allSatisfy((name, p) -> assertThat(p.grad()).as(name).isNotNull());
        assertThat(net.parameters().size()).isLessThan(net.stateDict().size());
        net.stateDict().entries().forEach((name, t) -> assertThat(t.equal(before.get(name))).isTrue());
    }

    @Test
    void predictorsReplayThem() throws IOException {
        Path file = RealModels.folder("ppocr").resolve("ch_ppocr_mobile_v2.0_cls_infer.onnx");
        OnnxModel net = Onnx.load(file);
        Predictor predictor = Predictor.of(net, 1);
        Tensor x = Tensors.rand(2, 3, 48, 192);
        try (var off = Autograd.noGrad()) {
            Tensor eager = net.forward(x);
            for (int i = 0; i < 6; i++) {
                assertThat(predictor.predict(x).equal(eager)).isTrue();
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"16000, 512", "8000, 256"})
    void speech(long rate, long samples) throws IOException, OrtException {
        Path folder = RealModels.folder("silero");
        var old = new LinkedHashMap<String, Tensor>();
        old.put("input", Tensors.randn(2, samples).mul(0.1));
        old.put("sr", Tensors.tensor(rate));
        old.put("h", Tensors.randn(2, 2, 64));
        old.put("c", Tensors.randn(2, 2, 64));
        compare(folder.resolve("silero_vad_legacy.onnx"), old);
        for (String version : new String[] {"v5", "v6"}) {
            var in = new LinkedHashMap<String, Tensor>();
            in.put("input", Tensors.randn(1, samples + samples / 8).mul(0.1));
            in.put("state", Tensors.randn(2, 1, 128));
            in.put("sr", Tensors.tensor(rate));
            compare(folder.resolve("silero_vad_" + version + ".onnx"), in);
        }
    }
}
