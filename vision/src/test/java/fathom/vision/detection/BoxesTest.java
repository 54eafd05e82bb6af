package fathom.vision.detection;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Generator;
import fathom.Tensor;
import fathom.Tensors;
import fathom.testkit.Gradcheck;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Gradients of overlaps, broadcast batches, suppression by definition, bad input. */
class BoxesTest {
    private static Tensor boxes(long seed, long n) {
        var random = Generator.of(seed);
        Tensor at = Tensors.rand(random, n, 2).mul(50);
        return Tensors.cat(List.of(at, at.add(Tensors.rand(random, n, 2).mul(40).add(1))), 1).to(DType.FLOAT64);
    }

    @Test
    void gradients() {
        Tensor a = boxes(1, 4).div(50);
        Tensor b = boxes(2, 3).div(50);
        Gradcheck.checkTwice(t -> Boxes.boxIou(t[0], t[1]), a, b);
        Gradcheck.checkTwice(t -> Boxes.generalizedBoxIou(t[0], t[1]), a, b);
        Gradcheck.checkTwice(t -> Boxes.distanceBoxIou(t[0], t[1]), a, b);
        Tensor c = boxes(3, 4).div(50);
        Gradcheck.checkTwice(t -> BoxLosses.generalizedBoxIouLoss(t[0], t[1]), a, c);
        Gradcheck.checkTwice(t -> BoxLosses.distanceBoxIouLoss(t[0], t[1]), a, c);
        Gradcheck.checkTwice(t -> Boxes.boxConvert(t[0], BoxFormat.XYXY, BoxFormat.CXCYWH), a);
        Gradcheck.checkTwice(
                t ->
                        BoxLosses.sigmoidFocalLoss(
                                t[0], Tensors.tensor(0.0, 1, 1, 0), 0.25, 2, fathom.options.Reduction.SUM),
                Tensors.tensor(-1.5, 0.3, 2.5, 0.1).to(DType.FLOAT64));
    }

    @Test
    void leadingDimensionsAreBroadcast() {
        Tensor a = boxes(4, 5);
        Tensor b = boxes(5, 6).reshape(2, 3, 4);
        Tensor iou = Boxes.boxIou(a, b);
        assertThat(iou).hasShape(2, 5, 3);
        assertThat(iou.select(0, 1)).isEqualToTensor(Boxes.boxIou(a, b.select(0, 1)));
        assertThat(Boxes.boxIou(a.narrow(0, 0, 0), a)).hasShape(0, 5);
    }

    /** The kept boxes do not overlap one another, and every other box is removed by a better one. */
    @Test
    void suppressionOfTwoThousand() {
        Tensor boxes = boxes(6, 2000).to(DType.FLOAT32);
        Tensor scores = Tensors.rand(Generator.of(7), 2000).mul(100).floor().div(100); // with ties
        Tensor classes = Tensors.arange(2000L).remainder(3);
        double threshold = 0.3;
        Tensor kept = Boxes.batchedNms(boxes, scores, classes, threshold);
        float[] iou = Boxes.boxIou(boxes, boxes).reshape(-1).toFloatArray();
        float[] score = scores.toFloatArray();
        var isKept = new boolean[2000];
        long before = -1;
        for (long k : kept.toLongArray()) {
            isKept[(int) k] = true;
            assertThat(
                            before < 0
                                    || score[(int) k] < score[(int) before]
                                    || score[(int) k] == score[(int) before] && k > before)
                    .isTrue();
            before = k;
        }
        for (int i = 0; i < 2000; i++) {
            boolean isRemoved = false;
            for (int j = i % 3; j < 2000; j += 3) {
                boolean isBetter = score[j] > score[i] || score[j] == score[i] && j < i;
                isRemoved |= isKept[j] && isBetter && iou[i * 2000 + j] > threshold;
            }
            assertThat(isKept[i]).isEqualTo(!isRemoved);
        }
    }

    @Test
    void notNumbersRemoveNothing() {
        double nan = Double.NaN;
        Tensor boxes =
                Tensors.tensor(
                        new double[][] {{0, 0, 2, 2}, {nan, 0, 2, 2}, {0, 0, 2, 2}, {1, 1, 1, 1}}, DType.FLOAT32);
        Tensor scores = Tensors.tensor(new double[] {0.5, nan, 0.7, 0.1}, DType.FLOAT32);
        assertThat(Boxes.nms(boxes, scores, 0.5)).isEqualToTensor(Tensors.tensor(1L, 2, 3));
    }

    @Test
    void wrongShapesAreNamed() {
        assertThatThrownBy(() -> Boxes.boxIou(Tensors.zeros(3, 5), Tensors.zeros(3, 4)))
                .hasMessageContaining("boxIou")
                .hasMessageContaining("[3, 5]");
        assertThatThrownBy(() -> Boxes.nms(Tensors.zeros(3, 4), Tensors.zeros(2), 0.5)).hasMessageContaining("score");
        assertThatThrownBy(() -> BoxLosses.distanceBoxIouLoss(Tensors.zeros(3, 4), Tensors.zeros(2, 4)))
                .hasMessageContaining("distanceBoxIouLoss");
        assertThatThrownBy(() -> Boxes.masksToBoxes(Tensors.zeros(3, 4))).hasMessageContaining("[N, H, W]");
    }
}
