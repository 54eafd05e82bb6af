package fathom.vision.detection.models;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Captured;
import fathom.DType;
import fathom.Generator;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.data.DataLoader;
import fathom.data.TensorDataset;
import fathom.io.StateDict;
import fathom.optim.Adam;
import fathom.optim.SGD;
import fathom.train.Epochs;
import fathom.train.Run;
import fathom.train.Trainer;
import fathom.vision.detection.Boxes;
import fathom.vision.detection.Detections;
import fathom.vision.detection.regions.BoxTarget;
import fathom.vision.layers.FrozenBatchNorm2d;
import fathom.vision.models.ResNet;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The detectors in training: captured steps, images without objects, weights of torchvision, what they learn. */
class DetectorTrainingTest {
    private static final List<String> SQUARE = List.of("square");

    private static GeneralizedDetector create(String name) {
        return switch (name) {
            case "retinanet" -> RetinaNet.retinanet_resnet50_fpn(SQUARE, o -> small(o).anchorSize(16));
            case "fcos" -> FCOS.fcos_resnet50_fpn(SQUARE, DetectorTrainingTest::small);
            case "faster-rcnn" ->
                    FasterRCNN.fasterrcnn_resnet50_fpn(
                            SQUARE,
                            o -> {
                                small(o).anchorSize(16).hidden(32).boxBatchSizePerImage(16);
                                o.rpnPreNmsTopN(50, 50).rpnPostNmsTopN(30, 20);
                            });
            case "ssd300" -> SSD.ssd300_vgg16(SQUARE, o -> o.divisor(32));
            default -> throw new AssertionError(name);
        };
    }

    private static <S extends PyramidOptions<S>> S small(PyramidOptions<S> o) {
        return o.body(() -> ResNet.resnet18(r -> r.width(8))).pyramidChannels(32).minSize(64).maxSize(64);
    }

    /** Images of 64 x 64 pixels, each with a light square on noise, and their labels. */
    private static Batch squares(int n, long seed) {
        var random = Generator.of(seed);
        Tensor images = Tensors.rand(random, n, 3, 64, 64).mul(0.3);
        float[] at = Tensors.rand(random, n, 3).reshape(-1).toFloatArray();
        var labels = new float[n][1][5];
        for (int i = 0; i < n; i++) {
            int side = 16 + (int) (at[3 * i] * 20);
            int x = (int) (at[3 * i + 1] * (64 - side));
            int y = (int) (at[3 * i + 2] * (64 - side));
            images.select(0, i).narrow(1, y, side).narrow(2, x, side).fill_(1);
            labels[i][0] = new float[] {0, x / 64f, y / 64f, (x + side) / 64f, (y + side) / 64f};
        }
        return Batch.of(images, Tensors.tensor(labels, DType.FLOAT32));
    }

    @ParameterizedTest
    @ValueSource(strings = {"retinanet", "fcos", "ssd300"})
    void stepsAreCaptured(String name) {
        Tensors.manualSeed(1);
        GeneralizedDetector net = create(name);
        var task = net.task();
        var opt = new SGD(net.parameters(), 1e-3);
        Captured step =
                Captured.of((x, y) -> {
                    opt.zeroGrad();
                    Tensor loss = task.step(Batch.of(x, y)).sum();
                    loss.backward();
                    opt.step();
                    return loss;
                });
        Batch data = squares(2, 2);
        double first = 0;
        double last = 0;
        for (int i = 0; i < 6; i++) {
            last = step.call(data.x(), data.y()).item();
            first = i == 0 ? last : first;
        }
        assertThat(last).isFinite().isLessThan(first);
        assertThat(step.eagerReason()).isNull();
    }

    /** Also in batches in which no image has one: nothing is NaN, and boxes have no loss. */
    @ParameterizedTest
    @ValueSource(strings = {"retinanet", "fcos", "faster-rcnn", "ssd300"})
    void imagesWithoutObjects(String name) {
        Tensors.manualSeed(1);
        GeneralizedDetector net = create(name);
        Tensor x = Tensors.rand(2, 3, 64, 64);
        Map<String, Tensor> none = net.losses(x, Tensors.full(-1, DType.FLOAT32, 2, 1, 5));
        Map<String, Tensor> empty = net.losses(x, Tensors.zeros(2, 0, 5));
        Map<String, Tensor> list =
                net.losses(
                        List.of(x.select(0, 0), x.select(0, 1)),
                        List.of(target(), new BoxTarget(Tensors.zeros(0, 4), Tensors.zeros(DType.INT64, 0))));
        none.forEach((loss, value) -> {
            assertThat(value.item()).as(loss).isFinite();
            if (loss.contains("box") && !loss.equals("bbox_ctrness")) {
                assertThat(value.item()).as(loss).isZero();
            }
            assertThat(Tensor.class.cast(list.get(loss)).item()).as(loss).isFinite();
        });
        assertThat(empty.keySet()).isEqualTo(none.keySet());
        none.values().stream().reduce(Tensor::add).orElseThrow().backward();
        net.namedParameters()
                .forEach((p, t) -> {
                    Tensor g = t.grad();
                    assertThat(g == null || g.abs().sum().item() < 1e9).as(p).isTrue();
                });
    }

    private static BoxTarget target() {
        return new BoxTarget(
                Tensors.tensor(new float[][] {{4, 5, 30, 40}}, DType.FLOAT32), Tensors.tensor(new long[] {1}));
    }

    @Test
    void wrongBoxesAndImages() {
        GeneralizedDetector net = create("fcos");
        Tensor x = Tensors.rand(3, 64, 64);
        var flat =
                new BoxTarget(
                        Tensors.tensor(new float[][] {{4, 5, 4, 40}}, DType.FLOAT32), Tensors.tensor(new long[] {1}));
        assertThatThrownBy(() -> net.losses(List.of(x), List.of(flat)))
                .hasMessageContaining("positive height and width")
                .hasMessageContaining("[4.0, 5.0, 4.0, 40.0]");
        assertThatThrownBy(() -> net.losses(List.of(x, x), List.of(target()))).hasMessageContaining("each of 2 images");
        assertThatThrownBy(() -> net.losses(List.of(x.unsqueeze(0)), List.of(target())))
                .hasMessageContaining("[C, H, W]");
        assertThatThrownBy(() -> net.predictions(List.of(Tensors.zeros(DType.UINT8, 3, 64, 64))))
                .hasMessageContaining("floating-point images");
        assertThatThrownBy(() -> net.predictions(List.of())).hasMessageContaining("at least one image");
        assertThatThrownBy(() -> net.losses(Tensors.rand(1, 3, 64, 64), Tensors.zeros(1, 2, 4)))
                .hasMessageContaining("[B, M, 5]");
        assertThatThrownBy(() -> new BoxTarget(Tensors.zeros(2, 4), Tensors.zeros(DType.INT64, 1)))
                .hasMessageContaining("BoxTarget");
    }

    @Test
    void stateOfTorchvisionsFirstVersionsAndFrozenNorms() {
        Tensors.manualSeed(1);
        GeneralizedDetector net = create("retinanet");
        var old = new StateDict();
        net.stateDict()
                .entries()
                .forEach((name, t) -> {
                    String before = name.replaceFirst("blocks\\.(\\d)\\.0\\.", "blocks.$1.");
                    for (int i = 0; i < 4; i++) {
                        before = before.replace("_head.conv." + i + ".0.", "_head.conv.#" + 2 * i + ".");
                    }
                    old.put(before.replace("#", ""), t.clone());
                });
        assertThat(old.names())
                .contains(
                        "backbone.fpn.inner_blocks.0.weight",
                        "head.regression_head.conv.6.bias",
                        "backbone.body.bn1.num_batches_tracked");
        RetinaNet frozen =
                RetinaNet.retinanet_resnet50_fpn(
                        SQUARE,
                        o ->
                                small(o).anchorSize(16)
                                        .body(() -> ResNet.resnet18(r -> r.width(8).norm(FrozenBatchNorm2d::new))));
        frozen.loadTorchvision(old);
        Tensor x = Tensors.rand(1, 3, 64, 64);
        net.eval();
        assertThat(frozen.forward(x)).isCloseTo(net.forward(x), 1e-4, 1e-4);
        assertThat(frozen.namedParameters()).doesNotContainKey("backbone.body.bn1.weight");
        old.put("more", x);
        assertThatThrownBy(() -> frozen.loadTorchvision(old)).hasMessageContaining("more");
    }

    /** torchvision sets the epsilon of norms to 0 for these files; here their variances are reduced by it. */
    @Test
    void normsOfTheFirstFilesOfCocoHaveNoEpsilon() {
        RetinaNet net =
                RetinaNet.retinanet_resnet50_fpn(
                        CocoClasses.names(),
                        o -> small(o).body(() -> ResNet.resnet50(r -> r.width(4).norm(FrozenBatchNorm2d::new))));
        var state = new StateDict();
        net.stateDict()
                .entries()
                .forEach((name, t) -> state.put(name.replace("inner_blocks.0.0.", "inner_blocks.0."), t.clone()));
        net.loadTorchvision(state);
        assertThat(Tensor.class.cast(net.stateDict().get("backbone.body.bn1.running_var")))
                .isCloseTo(Tensors.full(1 - 1e-5, DType.FLOAT32, 4), 0, 1e-7);
        assertThat(CocoClasses.names())
                .hasSize(90)
                .startsWith("person", "bicycle")
                .endsWith("hair drier", "toothbrush");
        assertThat(CocoClasses.names().get(11)).isEqualTo("N/A 12");
    }

    @Test
    void weightsOfABackboneAreThoseOfItsClassifier() {
        var vgg = new StateDict();
        SSD ssd = SSD.ssd300_vgg16(SQUARE, o -> o.divisor(32));
        ssd.stateDict()
                .entries()
                .forEach((name, t) -> {
                    if (name.startsWith("backbone.features.")) {
                        vgg.put(name.substring("backbone.".length()), t.mul(2));
                    } else if (name.matches("backbone\\.extra\\.0\\.[1-5]\\.\\w+")) {
                        int at = Integer.parseInt(name.split("\\.")[3]) + 23;
                        vgg.put("features." + at + name.substring(name.lastIndexOf('.')), t.mul(3));
                    }
                });
        SSD other = SSD.ssd300_vgg16(SQUARE, o -> o.divisor(32));
        DetectorWeights.load(other, vgg, "vgg16.pth");
        assertThat(Tensor.class.cast(other.stateDict().get("backbone.features.2.weight")))
                .isEqualToTensor(Tensor.class.cast(vgg.get("features.2.weight")));
        assertThat(Tensor.class.cast(other.stateDict().get("backbone.extra.0.1.weight")))
                .isEqualToTensor(Tensor.class.cast(vgg.get("features.24.weight")));
        assertThatThrownBy(() -> DetectorWeights.load(create("fcos"), vgg, "vgg16.pth"))
                .hasMessageContaining("vgg16.pth is not of this network");
        ResNet resnet = ResNet.resnet18(r -> r.width(8));
        GeneralizedDetector fcos = create("fcos");
        DetectorWeights.load(fcos, resnet.stateDict(), "resnet18.pth");
        assertThat(Tensor.class.cast(fcos.stateDict().get("backbone.body.layer3.0.conv1.weight")))
                .isEqualToTensor(Tensor.class.cast(resnet.stateDict().get("layer3.0.conv1.weight")));
        DetectorWeights.freeze(fcos);
        assertThat(Tensor.class.cast(fcos.namedParameters().get("backbone.body.conv1.weight")).requiresGrad())
                .isFalse();
    }

    @Test
    void learnsWhereSquaresAre() {
        learns("fcos", 4, 0.2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"retinanet", "faster-rcnn", "ssd300"})
    @EnabledIfSystemProperty(named = "fathom.programs", matches = "long")
    void allLearnWhereSquaresAre(String name) {
        learns(name, 10, 0.3);
    }

    private static void learns(String name, int epochs, double least) {
        Tensors.manualSeed(3);
        GeneralizedDetector net = create(name);
        Batch train = squares(96, 4);
        Batch test = squares(16, 5);
        Run run =
                new Trainer(
                                net.task(),
                                t ->
                                        t.optimizer(p -> new Adam(p, 2e-3))
                                                .clipNorm(10)
                                                .monitor("map50", true)
                                                .progress(false))
                        .fit(
                                DataLoader.of(new TensorDataset(train.x(), train.y()), 8).shuffle(true),
                                DataLoader.of(new TensorDataset(test.x(), test.y()), 16),
                                Epochs.of(epochs));
        assertThat(run.last().test()).containsKeys("map50", "map");
        assertThat(run.last().test().get("map50")).as("%s %s", name, run).isGreaterThan(least);
        Detections found = net.detect(test.x().select(0, 0), d -> d.threshold(0.1));
        Tensor truth = test.y().select(0, 0).narrow(1, 1, 4).mul(64);
        assertThat(Boxes.boxIou(found.boxes().narrow(0, 0, 1), truth).item()).isGreaterThan(0.4);
    }
}
