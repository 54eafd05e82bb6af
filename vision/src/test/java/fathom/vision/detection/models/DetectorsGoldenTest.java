package fathom.vision.detection.models;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import fathom.Autograd;
import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import fathom.testkit.Golden;
import fathom.testkit.GoldenCase;
import fathom.vision.Formula;
import fathom.vision.detection.regions.BoxPredictions;
import fathom.vision.detection.regions.BoxTarget;
import fathom.vision.models.MobileNetV3;
import fathom.vision.models.ResNet;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.zip.CRC32;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * torchvision's detectors compute what torchvision computes: the same names and shapes, the same raw predictions and
 * objects in two images of different sizes, the same losses and gradients.
 */
class DetectorsGoldenTest {
    private static final List<String> CLASSES = List.of("a", "b", "c", "d");

    private static GeneralizedDetector narrow(String name) {
        return switch (name) {
            case "retinanet_resnet50_fpn" ->
                    RetinaNet.retinanet_resnet50_fpn(CLASSES, o -> narrow(o).anchorSize(8).scoreThresh(0.5));
            case "fcos_resnet50_fpn" -> FCOS.fcos_resnet50_fpn(CLASSES, o -> narrow(o).scoreThresh(0.4));
            case "fasterrcnn_resnet50_fpn" -> FasterRCNN.fasterrcnn_resnet50_fpn(CLASSES, o -> narrow(regions(o)));
            case "fasterrcnn_mobilenet_v3_large_320_fpn" ->
                    FasterRCNN.fasterrcnn_mobilenet_v3_large_320_fpn(
                            CLASSES,
                            o -> {
                                narrow(regions(o)).rpnScoreThresh(0.05);
                                o.mobile(() -> MobileNetV3.mobilenet_v3_large(m -> m.widthMult(0.25)));
                            });
            case "ssd300_vgg16" -> SSD.ssd300_vgg16(CLASSES, o -> o.divisor(16).scoreThresh(0.3));
            default -> throw new AssertionError("no model for " + name);
        };
    }

    private static <S extends PyramidOptions<S>> S narrow(PyramidOptions<S> o) {
        return o.body(() -> ResNet.resnet50(r -> r.width(8))).pyramidChannels(32).minSize(96).maxSize(150);
    }

    /** All anchors and proposals are trained on, so that nothing is random. */
    private static FasterRCNN.Options regions(FasterRCNN.Options o) {
        return o.anchorSize(8)
                .rpnBatchSizePerImage(1_000_000)
                .boxBatchSizePerImage(1_000_000)
                .rpnPreNmsTopN(200, 100)
                .rpnPostNmsTopN(150, 80)
                .hidden(48)
                .scoreThresh(0.1);
    }

    private static GeneralizedDetector whole(String name) {
        return switch (name) {
            case "retinanet_resnet50_fpn" -> RetinaNet.retinanet_resnet50_fpn();
            case "fcos_resnet50_fpn" -> FCOS.fcos_resnet50_fpn();
            case "fasterrcnn_resnet50_fpn" -> FasterRCNN.fasterrcnn_resnet50_fpn();
            case "fasterrcnn_mobilenet_v3_large_320_fpn" -> FasterRCNN.fasterrcnn_mobilenet_v3_large_320_fpn();
            case "ssd300_vgg16" -> SSD.ssd300_vgg16();
            default -> throw new AssertionError("no model for " + name);
        };
    }

    @ParameterizedTest
    @CsvSource({
        "retinanet_resnet50_fpn, 1e-8, 1e-4",
        "fcos_resnet50_fpn, 1e-8, 1e-4",
        "fasterrcnn_resnet50_fpn, 1e-6, 1e-4",
        "fasterrcnn_mobilenet_v3_large_320_fpn, 1e-6, 1e-4",
        "ssd300_vgg16, 1e-8, 1e-4"
    })
    void computesWhatTorchvisionComputes(String name, double precise, double single) {
        GoldenCase c = Golden.load("golden/detectors/" + name + ".safetensors").cases().getFirst();
        try (var meta = Device.META.open()) {
            GeneralizedDetector net = whole(name);
            assertThat(net.parameters().stream().mapToLong(Tensor::numel).sum()).isEqualTo(c.getInt("parameters"));
            assertThat(names(net)).as("checksum of names and shapes").isEqualTo(c.get("names"));
        }
        GeneralizedDetector net = narrow(name);
        assertThat(names(net)).as("checksum of names and shapes").isEqualTo(c.get("narrow"));
        net.to(DType.FLOAT64);
        fill(net, c);
        evaluation(net, c, precise);
        training(net, c, precise);
        fill(net, c); // the running statistics have changed
        net.to(DType.FLOAT32);
        net.zeroGrad();
        net.eval();
        raw(net, c, 1e-4);
        losses(net, c, single);
    }

    private static void fill(Layer net, GoldenCase c) {
        Formula.fillDeep(net.stateDict().entries());
        try (var off = Autograd.noGrad()) {
            net.namedParameters()
                    .forEach((name, p) -> {
                        if (p.dim() > 1 && !name.startsWith("backbone.")) {
                            p.mul_(c.getDouble("factor"));
                        }
                    });
        }
    }

    private static List<Tensor> images(GeneralizedDetector net, GoldenCase c) {
        return List.of(
                Formula.of(c.name() + ".0", 3, 80, 110).mul(0.5).add(0.5).to(net.type()),
                Formula.of(c.name() + ".1", 3, 130, 90).mul(0.5).add(0.5).to(net.type()));
    }

    private static List<BoxTarget> targets() {
        return List.of(
                new BoxTarget(
                        Tensors.tensor(new double[][] {{11, 12, 50, 60}, {40, 5, 95, 40}, {60, 50, 76, 66}}),
                        Tensors.tensor(new long[] {1, 4, 2})),
                new BoxTarget(Tensors.tensor(new double[][] {{5, 20, 70, 110}}), Tensors.tensor(new long[] {3})));
    }

    private static void raw(GeneralizedDetector net, GoldenCase c, double tolerance) {
        try (var off = Autograd.noGrad()) {
            net.headOutputs(images(net, c)).forEach((name, t) -> close(name, t.get(":, ::37"), c, tolerance));
        }
    }

    private static void evaluation(GeneralizedDetector net, GoldenCase c, double tolerance) {
        net.eval();
        raw(net, c, tolerance);
        List<BoxPredictions> found = net.predictions(images(net, c));
        for (int i = 0; i < found.size(); i++) {
            BoxPredictions p = found.get(i);
            assertThat(p.scores().size(0)).isEqualTo(c.tensor("count" + i).toLongArray()[0]);
            long n = Math.min(60, p.scores().size(0));
            close("boxes" + i, p.boxes().narrow(0, 0, n), c, tolerance);
            close("scores" + i, p.scores().narrow(0, 0, n), c, tolerance);
            assertThat(p.labels().narrow(0, 0, n)).isEqualToTensor(c.tensor("labels" + i));
        }
    }

    private static Tensor losses(GeneralizedDetector net, GoldenCase c, double tolerance) {
        net.train();
        Map<String, Tensor> losses = net.losses(images(net, c), targets());
        losses.forEach((name, loss) -> close("loss." + name, loss, c, tolerance));
        return losses.values().stream().reduce(Tensor::add).orElseThrow();
    }

    private static void training(GeneralizedDetector net, GoldenCase c, double tolerance) {
        losses(net, c, tolerance).backward();
        Map<String, Tensor> parameters = net.namedParameters();
        Tensor grad = gradient(Objects.requireNonNull(parameters.get(c.get("weight")))).flatten();
        close("grad", grad.narrow(0, 0, Math.min(64, grad.numel())), c, tolerance);
        double[] norms = parameters.values().stream().mapToDouble(p -> gradient(p).norm().item()).toArray();
        close("norms", Tensors.tensor(norms, DType.FLOAT64), c, tolerance);
    }

    private static Tensor gradient(Tensor parameter) {
        return Objects.requireNonNull(parameter.grad());
    }

    private static String names(Layer net) {
        var crc = new CRC32();
        net.stateDict()
                .entries()
                .forEach((name, t) -> crc.update((name + " " + t.shape() + "\n").getBytes(StandardCharsets.UTF_8)));
        return Long.toString(crc.getValue());
    }

    private static void close(String name, Tensor actual, GoldenCase c, double tolerance) {
        Tensor expected = c.tensor(name);
        double most = expected.abs().max().item();
        assertThat(actual.detach().to(DType.FLOAT64)).as(name).isCloseTo(expected, 0, tolerance * most);
    }
}
