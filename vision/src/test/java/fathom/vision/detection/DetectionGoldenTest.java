package fathom.vision.detection;

import static fathom.testkit.TensorAssert.assertThat;

import fathom.DType;
import fathom.Tensor;
import fathom.options.Reduction;
import fathom.testkit.Golden;
import fathom.testkit.GoldenCase;
import java.util.Locale;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Boxes, overlaps, losses, suppression and pooled regions are torchvision's. */
class DetectionGoldenTest {
    @TestFactory
    Stream<DynamicTest> cases() {
        return Golden.load("golden/detection.safetensors").cases().stream()
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> check(c)));
    }

    private static void check(GoldenCase c) {
        switch (c.op()) {
            case "box_iou" -> values(c, t -> Boxes.boxIou(t[0], t[1]));
            case "generalized_box_iou" -> values(c, t -> Boxes.generalizedBoxIou(t[0], t[1]));
            case "distance_box_iou" -> values(c, t -> Boxes.distanceBoxIou(t[0], t[1]));
            case "complete_box_iou" -> values(c, t -> Boxes.completeBoxIou(t[0], t[1]));
            case "generalized_box_iou_loss" ->
                    values(c, t -> BoxLosses.generalizedBoxIouLoss(t[0], t[1], reduction(c)));
            case "distance_box_iou_loss" -> values(c, t -> BoxLosses.distanceBoxIouLoss(t[0], t[1], reduction(c)));
            case "complete_box_iou_loss" -> values(c, t -> BoxLosses.completeBoxIouLoss(t[0], t[1], reduction(c)));
            case "box_area" -> values(c, t -> Boxes.boxArea(t[0]));
            case "box_convert" -> values(c, t -> Boxes.boxConvert(t[0], format(c.get("from")), format(c.get("to"))));
            case "clip" -> values(c, t -> Boxes.clipBoxesToImage(t[0].sub(30), 70, 60));
            case "small" -> values(c, t -> Boxes.removeSmallBoxes(t[0], 20));
            case "masks" -> values(c, t -> Boxes.masksToBoxes(t[0]));
            case "focal" ->
                    values(
                            c,
                            t ->
                                    BoxLosses.sigmoidFocalLoss(
                                            t[0],
                                            c.tensor("target"),
                                            c.getDouble("alpha"),
                                            c.getDouble("gamma"),
                                            reduction(c)));
            case "nms" -> assertThat(Boxes.nms(c.in(0), c.in(1), c.getDouble("threshold"))).isEqualToTensor(c.out(0));
            case "batched_nms" ->
                    assertThat(Boxes.batchedNms(c.in(0), c.in(1), c.in(2), c.getDouble("threshold")))
                            .isEqualToTensor(c.out(0));
            case "roi_align" -> {
                int[] size = c.getInts("size");
                values(
                        c,
                        t ->
                                RegionPooling.roiAlign(
                                        t[0],
                                        c.tensor("rois"),
                                        size[0],
                                        size[1],
                                        o ->
                                                o.spatialScale(c.getDouble("scale"))
                                                        .samplingRatio(c.getInt("ratio"))
                                                        .aligned(c.getBoolean("aligned"))));
            }
            case "roi_pool" -> {
                int[] size = c.getInts("size");
                values(c, t -> RegionPooling.roiPool(t[0], c.tensor("rois"), size[0], size[1], c.getDouble("scale")));
            }
            default -> throw new AssertionError(c.op());
        }
    }

    private static void values(GoldenCase c, Function<Tensor[], Tensor> function) {
        boolean isDouble = c.out(0).dtype() == DType.FLOAT64;
        c.checkOne(function, isDouble ? 1e-12 : 1e-5, isDouble ? 1e-12 : 1e-6);
    }

    private static BoxFormat format(String name) {
        return BoxFormat.valueOf(name.toUpperCase(Locale.ROOT));
    }

    private static Reduction reduction(GoldenCase c) {
        return Reduction.valueOf(c.get("reduction").toUpperCase(Locale.ROOT));
    }
}
