package fathom.vision.detection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.vision.detection.models.FCOS;
import fathom.vision.detection.models.FasterRCNN;
import fathom.vision.detection.models.PyramidOptions;
import fathom.vision.detection.models.RetinaNet;
import fathom.vision.detection.models.SSD;
import fathom.vision.models.ResNet;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is found in an image is among the boxes before suppression, with its score. */
class CandidatesTest {
    private static final List<String> CLASSES = List.of("cat", "dog");

    private static Detector create(String name) {
        return switch (name) {
            case "tinyssd" -> new TinySSD(CLASSES);
            case "retinanet" -> RetinaNet.retinanet_resnet50_fpn(CLASSES, CandidatesTest::small);
            case "fcos" -> FCOS.fcos_resnet50_fpn(CLASSES, CandidatesTest::small);
            case "ssd300" -> SSD.ssd300_vgg16(CLASSES, o -> o.divisor(32));
            default -> throw new AssertionError(name);
        };
    }

    private static <S extends PyramidOptions<S>> S small(PyramidOptions<S> o) {
        return o.body(() -> ResNet.resnet18(r -> r.width(8))).pyramidChannels(32).minSize(64).maxSize(96);
    }

    /** Of an image that is not square, and that detectors with a pyramid enlarge. */
    @ParameterizedTest
    @ValueSource(strings = {"tinyssd", "retinanet", "fcos", "ssd300"})
    void detectionsAreAmongThem(String name) {
        Tensors.manualSeed(3);
        Detector net = create(name);
        net.eval();
        int height = name.equals("tinyssd") ? 64 : 48;
        int width = 64;
        Tensor x = Tensors.rand(2, 3, height, width);
        try (var _ = Autograd.noGrad()) {
            var all = net.candidates(x);
            assertThat(all.boxes().size(1)).isEqualTo(all.scores().size(1)).isGreaterThan(50);
            assertThat(all.scores().size(2)).isEqualTo(2);
            var found = net.detections(x, new DetectOptions().threshold(1e-6));
            Tensor sides = Tensors.tensor(new float[] {width, height, width, height});
            for (int i = 0; i < 2; i++) {
                Tensor boxes = all.boxes().select(0, i).mul(sides);
                int most = (int) Math.min(20, found.get(i).boxes().size(0));
                assertThat(most).as("objects").isPositive();
                for (int k = 0; k < most; k++) {
                    Tensor box = found.get(i).boxes().select(0, k).unsqueeze(0);
                    long label = (long) found.get(i).classes().select(0, k).item();
                    Tensor clipped = boxes.clamp(0, null).minimum(sides);
                    Tensor far = clipped.sub(box.clamp(0, null).minimum(sides)).abs().amax(1);
                    Tensor score = all.scores().select(0, i).select(1, label);
                    Tensor same = far.lt(1e-2).logicalAnd(score.sub(found.get(i).scores().select(0, k)).abs().lt(1e-5));
                    assertThat(same.to(DType.FLOAT32).sum().item()).as("%s, object %s", name, k).isPositive();
                }
            }
        }
    }

    @Test
    void twoStagesHaveNone() {
        var net = FasterRCNN.fasterrcnn_resnet50_fpn(CLASSES, o -> small(o).hidden(16));
        assertThatThrownBy(() -> net.candidates(Tensors.rand(1, 3, 64, 64)))
                .isInstanceOf(UnsupportedOperationException.class)
                .hasMessageStartingWith("FasterRCNN has no candidates before suppression");
    }
}
