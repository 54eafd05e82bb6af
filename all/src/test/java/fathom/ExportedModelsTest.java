package fathom;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import fathom.interop.onnx.Onnx;
import fathom.interop.onnx.OnnxModel;
import fathom.interop.onnx.export.ExportOptions;
import fathom.interop.onnx.export.ExportedModel;
import fathom.nn.Block;
import fathom.nn.Layer;
import fathom.text.GRULanguageModel;
import fathom.text.decoder.CausalLM;
import fathom.text.decoder.DecoderConfig;
import fathom.text.decoder.DecoderKind;
import fathom.vision.detection.Detector;
import fathom.vision.detection.TinySSD;
import fathom.vision.detection.models.FCOS;
import fathom.vision.detection.models.FasterRCNN;
import fathom.vision.detection.models.PyramidOptions;
import fathom.vision.detection.models.RetinaNet;
import fathom.vision.detection.models.SSD;
import fathom.vision.diffusion.DenoisingUNet;
import fathom.vision.models.Models;
import fathom.vision.models.ResNet;
import fathom.vision.segmentation.FCN;
import fathom.vision.segmentation.SegmentationModel;
import fathom.vision.segmentation.UNet;
import java.nio.FloatBuffer;
import java.nio.LongBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/**
 * Models of each family, with random weights, exported and run by onnxruntime and by our reader for other batches than
 * the example's. All others are checked with {@code -Dfathom.programs=long}.
 */
final class ExportedModelsTest {
    private static final OrtEnvironment ENVIRONMENT = OrtEnvironment.getEnvironment();

    private static final List<String> SMALL =
            List.of(
                    "softmax",
                    "mlp",
                    "lenet",
                    "batchnorm-lenet",
                    "vit-tiny",
                    "resnet18",
                    "mobilenet_v3_small",
                    "squeezenet1_1",
                    "shufflenet_v2_x0_5",
                    "regnet_y_400mf");

    /** Those whose weights take seconds to initialise, of each further family one. */
    private static final List<String> LARGE =
            List.of(
                    "lenet-relu",
                    "course-alexnet",
                    "course-vgg11",
                    "course-googlenet",
                    "course-resnet18",
                    "course-densenet",
                    "nin",
                    "alexnet",
                    "vgg11",
                    "vgg11_bn",
                    "googlenet",
                    "inception_v3",
                    "resnet50",
                    "resnext50_32x4d",
                    "wide_resnet50_2",
                    "densenet121",
                    "mobilenet_v2",
                    "mobilenet_v3_large",
                    "efficientnet_b0",
                    "efficientnet_v2_s",
                    "convnext_tiny",
                    "swin_t",
                    "vit_b_32");

    @TempDir private Path folder;

    private static boolean areLong() {
        return System.getProperty("fathom.programs", "short").equals("long");
    }

    @TestFactory
    Stream<DynamicTest> classifiers() {
        return Stream.concat(SMALL.stream(), areLong() ? LARGE.stream() : Stream.of())
                .map(name ->
                        dynamicTest(
                                name,
                                () -> {
                                    long[] input = Models.inputShape(name);
                                    boolean isFixed =
                                            name.startsWith("vit") || name.startsWith("course") || name.equals("nin");
                                    long side =
                                            isFixed
                                                    ? input[1]
                                                    : Math.max(Models.leastSide(name), Math.min(64, input[1]));
                                    check(Models.create(name), n -> Tensors.randn(n, input[0], side, side));
                                }));
    }

    @TestFactory
    Stream<DynamicTest> detectionAndSegmentation() {
        var all = new ArrayList<DynamicTest>();
        all.add(image("tinyssd", () -> new TinySSD(2), 64, 64));
        all.add(image("unet", () -> new UNet(o -> o.classes(3).width(8)), 35, 50));
        all.add(image("deeplabv3", () -> SegmentationModel.deeplabv3_resnet50(o -> o.width(8)), 65, 97));
        if (areLong()) {
            all.add(image("fcn", () -> new FCN(5), 64, 64));
            all.add(image("fcn_resnet50", () -> SegmentationModel.fcn_resnet50(o -> o.width(8)), 65, 97));
        }
        return all.stream();
    }

    /** Boxes and scores before suppression, of images that the networks normalise and resize themselves. */
    @TestFactory
    Stream<DynamicTest> detectors() {
        List<String> classes = List.of("cat", "dog");
        return Stream.of(
                detector("tinyssd", () -> new TinySSD(classes), 64, 64),
                detector(
                        "retinanet",
                        () -> RetinaNet.retinanet_resnet50_fpn(classes, ExportedModelsTest::small),
                        48,
                        80),
                detector("fcos", () -> FCOS.fcos_resnet50_fpn(classes, ExportedModelsTest::small), 64, 64),
                detector("ssd300", () -> SSD.ssd300_vgg16(classes, o -> o.divisor(32)), 64, 64));
    }

    private DynamicTest detector(String name, Supplier<Detector> create, long h, long w) {
        return dynamicTest(
                name,
                () -> {
                    List<List<Tensor>> images =
                            List.of(List.of(Tensors.rand(1, 3, h, w)), List.of(Tensors.rand(3, 3, h, w)));
                    Detector raw = create.get();
                    randomize(raw);
                    compare(raw, in -> List.of(raw.call(in.getFirst())), o -> {}, images);

                    // with their own initial weights: boxes are exponentials of offsets, which random weights make
                    // large
                    Detector net = create.get();
                    compare(
                            net,
                            in -> {
                                var found = net.candidates(in.getFirst());
                                return List.of(found.boxes(), found.scores());
                            },
                            o -> o.inputNames("image").outputNames("boxes", "scores"),
                            images);
                });
    }

    @Test
    void aDetectorOfTwoStagesSaysWhyItCannotBeExported() {
        var net = FasterRCNN.fasterrcnn_resnet50_fpn(List.of("cat"), o -> small(o).hidden(16));
        assertThatThrownBy(() ->
                        Onnx.export(
                                net,
                                List.of(Tensors.rand(1, 3, 64, 64)),
                                in -> List.of(net.candidates(in.getFirst()).boxes()),
                                folder.resolve("model.onnx"),
                                o -> {}))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageContaining("FasterRCNN has no candidates before suppression");
    }

    private static <S extends PyramidOptions<S>> S small(PyramidOptions<S> o) {
        return o.body(() -> ResNet.resnet18(r -> r.width(8))).pyramidChannels(32).minSize(64).maxSize(128);
    }

    private DynamicTest image(String name, Supplier<Layer> net, long h, long w) {
        return dynamicTest(name, () -> check(net.get(), n -> Tensors.randn(n, 3, h, w)));
    }

    /** A network without fully connected layers takes images of any size. */
    @TestFactory
    Stream<DynamicTest> imagesOfAnySize() {
        return Stream.of(
                dynamicTest(
                        "fcn_resnet50",
                        () -> {
                            var net = SegmentationModel.fcn_resnet50(o -> o.classes(3).width(8));
                            check(
                                    net,
                                    in -> List.of(net.call(in.getFirst())),
                                    o -> o.dynamicAxis("input", 2, "height").dynamicAxis("input", 3, "width"),
                                    List.of(
                                            List.of(Tensors.randn(1, 3, 32, 48)),
                                            List.of(Tensors.randn(2, 3, 65, 40)),
                                            List.of(Tensors.randn(1, 3, 33, 81))));
                        }));
    }

    @TestFactory
    Stream<DynamicTest> languageAndDiffusion() {
        return Stream.of(
                dynamicTest(
                        "gru-lm",
                        () -> {
                            var net = new GRULanguageModel(28, 16);
                            check(
                                    net,
                                    in -> {
                                        var out = net.forward(in.get(0), in.get(1));
                                        return List.of(out.logits(), out.hidden());
                                    },
                                    o ->
                                            o.inputNames("tokens", "hidden")
                                                    .outputNames("logits", "hidden_out")
                                                    .dynamicBatch(false)
                                                    .dynamicAxis("tokens", 0, "batch")
                                                    .dynamicAxis("tokens", 1, "length")
                                                    .dynamicAxis("hidden", 1, "batch"),
                                    List.of(
                                            List.of(Tensors.randint(0, 28, 1, 35), Tensors.randn(1, 1, 16)),
                                            List.of(Tensors.randint(0, 28, 4, 9), Tensors.randn(1, 4, 16)),
                                            List.of(Tensors.randint(0, 28, 2, 1), Tensors.randn(1, 2, 16))));
                        }),
                dynamicTest(
                        "diffusion",
                        () -> {
                            var net = new DenoisingUNet(o -> o.classes(10).width(8).groups(4));
                            check(
                                    net,
                                    in -> List.of(net.forward(in.get(0), in.get(1), in.get(2))),
                                    o -> o.inputNames("image", "step", "label"),
                                    List.of(noisy(1), noisy(4)));
                        }));
    }

    /** Grouped and normalised queries, learnt positions; for batches and lengths other than the example's. */
    @TestFactory
    Stream<DynamicTest> decoders() {
        return Stream.of(DecoderKind.LLAMA, DecoderKind.QWEN3, DecoderKind.GPT2)
                .map(kind ->
                        dynamicTest(
                                kind.toString(),
                                () -> {
                                    var net = CausalLM.of(DecoderConfig.of(kind, c -> decoder(kind, c)));
                                    check(
                                            net,
                                            in -> List.of(net.forward(in.getFirst())),
                                            o ->
                                                    o.inputNames("input_ids")
                                                            .outputNames("logits")
                                                            .dynamicAxis("input_ids", 1, "length"),
                                            List.of(
                                                    List.of(Tensors.randint(0, 61, 1, 8)),
                                                    List.of(Tensors.randint(0, 61, 3, 13)),
                                                    List.of(Tensors.randint(0, 61, 2, 1))));
                                }));
    }

    private static void decoder(DecoderKind kind, DecoderConfig.Options c) {
        c.vocabSize(61).hiddenSize(24).heads(4).layers(2).maxPositions(32);
        if (kind != DecoderKind.GPT2) {
            c.kvHeads(2).headDim(6).intermediateSize(40);
        }
    }

    private static List<Tensor> noisy(long n) {
        return List.of(Tensors.randn(n, 1, 16, 16), Tensors.randint(0, 1000, n), Tensors.randint(0, 10, n));
    }

    private void check(Layer net, Function<Integer, Tensor> input) throws Exception {
        check(
                net,
                in -> List.of(net.call(in.getFirst())),
                o -> {},
                List.of(List.of(input.apply(1)), List.of(input.apply(4))));
    }

    private void check(
            Block net,
            Function<List<Tensor>, List<Tensor>> forward,
            Consumer<ExportOptions> options,
            List<List<Tensor>> inputs)
            throws Exception {
        randomize(net);
        compare(net, forward, options, inputs);
    }

    private void compare(
            Block net,
            Function<List<Tensor>, List<Tensor>> forward,
            Consumer<ExportOptions> options,
            List<List<Tensor>> inputs)
            throws Exception {
        Path file = folder.resolve("model.onnx");
        ExportedModel made = Onnx.export(net, inputs.getFirst(), forward, file, options);
        OnnxModel own = Onnx.load(file);
        assertThat(net.namedParameters().keySet()).containsAll(learnt(own));
        net.eval();
        try (var o = new OrtSession.SessionOptions();
                var off = Autograd.noGrad()) {
            o.setIntraOpNumThreads(1);
            o.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL);
            try (var session = ENVIRONMENT.createSession(file.toString(), o)) {
                for (List<Tensor> in : inputs) {
                    var named = new LinkedHashMap<String, Tensor>();
                    for (int i = 0; i < in.size(); i++) {
                        named.put(made.inputs().get(i), in.get(i));
                    }
                    List<Tensor> expected = forward.apply(in);
                    Map<String, float[]> theirs = run(session, named);
                    Map<String, Tensor> ours = own.run(named);
                    for (int i = 0; i < expected.size(); i++) {
                        String name = made.outputs().get(i);
                        assertClose("onnxruntime, " + name, theirs.get(name), expected.get(i));
                        assertClose("the reader, " + name, ours.get(name).toFloatArray(), expected.get(i));
                    }
                }
            }
        }
    }

    /** {@return the parameters of a model, without the frequencies and the like that look like weights in the file} */
    private static List<String> learnt(OnnxModel net) {
        return net.namedParameters().keySet().stream().filter(n -> n.endsWith("weight") || n.endsWith("bias")).toList();
    }

    /** Weights with which every layer's output matters: those of a new network may be zeros, or its logits alike. */
    private static void randomize(Block net) {
        try (var off = Autograd.noGrad()) {
            net.namedParameters()
                    .forEach((name, p) -> {
                        if (p.dim() > 1) {
                            p.copy_(Tensors.randn(p.shape().dims()).mul(Math.sqrt(2.0 * p.size(0) / p.numel())));
                        } else {
                            p.add_(Tensors.randn(p.shape().dims()).mul(0.1));
                        }
                    });
            net.namedBuffers()
                    .forEach((name, b) -> {
                        if (name.endsWith("running_var")) {
                            b.copy_(Tensors.rand(b.shape().dims()).add(0.5));
                        } else if (name.endsWith("running_mean")) {
                            b.copy_(Tensors.randn(b.shape().dims()).mul(0.1));
                        }
                    });
        }
    }

    private static Map<String, float[]> run(OrtSession session, Map<String, Tensor> in) throws OrtException {
        var given = new LinkedHashMap<String, OnnxTensor>();
        var out = new LinkedHashMap<String, float[]>();
        try {
            for (var e : in.entrySet()) {
                Tensor t = e.getValue();
                long[] shape = t.shape().dims();
                given.put(
                        e.getKey(),
                        t.dtype() == DType.INT64
                                ? OnnxTensor.createTensor(ENVIRONMENT, LongBuffer.wrap(t.toLongArray()), shape)
                                : OnnxTensor.createTensor(ENVIRONMENT, FloatBuffer.wrap(t.toFloatArray()), shape));
            }
            try (OrtSession.Result result = session.run(given)) {
                for (var e : result) {
                    FloatBuffer values = ((OnnxTensor) e.getValue()).getFloatBuffer();
                    var numbers = new float[values.remaining()];
                    values.get(numbers);
                    out.put(e.getKey(), numbers);
                }
            }
            return out;
        } finally {
            given.values().forEach(OnnxTensor::close);
        }
    }

    /** Compares with the largest expected number as the measure. */
    private static void assertClose(String what, float[] actual, Tensor expected) {
        float[] e = expected.toFloatArray();
        assertThat(actual).as(what).hasSameSizeAs(e);
        double scale = 0;
        double difference = 0;
        for (int i = 0; i < e.length; i++) {
            scale = Math.max(scale, Math.abs(e[i]));
            double d = Math.abs(actual[i] - e[i]);
            difference = d <= difference ? difference : d;
        }
        assertThat(scale).as(what).isBetween(1e-3, 1e9);
        assertThat(difference).as(what).isLessThan(1e-4 * scale);
    }
}
