package fathom.vision.detection;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Captured;
import fathom.DType;
import fathom.Generator;
import fathom.Tensor;
import fathom.Tensors;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The anchors of the course's section 13.4 with the results that it prints, and batches of many boxes. */
class AnchorsTest {
    private static final Tensor TRUTH =
            Tensors.tensor(new double[][] {{0, 0.1, 0.08, 0.52, 0.92}, {1, 0.55, 0.2, 0.9, 0.88}}, DType.FLOAT32);
    private static final Tensor ANCHORS =
            Tensors.tensor(
                    new double[][] {
                        {0, 0.1, 0.2, 0.3},
                        {0.15, 0.2, 0.4, 0.4},
                        {0.63, 0.05, 0.88, 0.98},
                        {0.66, 0.45, 0.8, 0.8},
                        {0.57, 0.3, 0.92, 0.9}
                    },
                    DType.FLOAT32);

    @Test
    void anchorsOfEachPixel() {
        Tensor image = Tensors.zeros(1, 3, 561, 728);
        Tensor anchors = Anchors.multiboxPrior(image, new double[] {0.75, 0.5, 0.25}, new double[] {1, 2, 0.5});
        assertThat(anchors).hasShape(1, 2_042_040, 4);
        Tensor boxes = anchors.reshape(561, 728, 5, 4);
        assertThat(boxes.get(250, 250, 0)).isCloseTo(row(0.06, 0.07, 0.63, 0.82), 0, 5e-3);
        // the shapes at a pixel: the sizes with the first ratio, then the first size with the other ratios
        Tensor size = boxes.get("250, 250, :, 2:").sub(boxes.get("250, 250, :, :2"));
        double h = 561.0 / 728;
        double root = Math.sqrt(2);
        assertThat(size.select(1, 0))
                .isCloseTo(row(0.75 * h, 0.5 * h, 0.25 * h, 0.75 * root * h, 0.75 / root * h), 1e-5, 1e-6);
        assertThat(size.select(1, 1)).isCloseTo(row(0.75, 0.5, 0.25, 0.75 / root, 0.75 * root), 1e-5, 1e-6);
    }

    private static Tensor row(double... values) {
        return Tensors.tensor(values).to(DType.FLOAT32);
    }

    @Test
    void targetsAsPrinted() {
        var target = Anchors.multiboxTarget(ANCHORS.unsqueeze(0), TRUTH.unsqueeze(0));
        assertThat(target.label()).isEqualToTensor(Tensors.tensor(0L, 1, 2, 0, 2).unsqueeze(0));
        assertThat(target.mask().reshape(5, 4)).isEqualToTensor(row(0, 1, 1, 0, 1).unsqueeze(1).expand(5, 4));
        assertThat(target.offset().reshape(5, 4))
                .isCloseTo(
                        Tensors.tensor(
                                new double[][] {
                                    {0, 0, 0, 0},
                                    {1.40, 10.0, 2.59, 7.18},
                                    {-1.20, 0.269, 1.68, -1.57},
                                    {0, 0, 0, 0},
                                    {-0.571, -1.00, 4.17e-6, 0.626}
                                },
                                DType.FLOAT32),
                        4e-3,
                        2e-6);
    }

    @Test
    void detectionsAsPrinted() {
        Tensor anchors =
                Tensors.tensor(
                        new double[][] {
                            {0.1, 0.08, 0.52, 0.92},
                            {0.08, 0.2, 0.56, 0.95},
                            {0.15, 0.3, 0.62, 0.91},
                            {0.55, 0.2, 0.9, 0.88}
                        },
                        DType.FLOAT32);
        Tensor probabilities =
                Tensors.tensor(
                        new double[][] {{0, 0, 0, 0}, {0.9, 0.8, 0.7, 0.1}, {0.1, 0.2, 0.3, 0.9}}, DType.FLOAT32);
        Tensor found =
                Anchors.multiboxDetection(
                        probabilities.unsqueeze(0), Tensors.zeros(1, 16), anchors.unsqueeze(0), 0.5, 0.009999999);
        assertThat(found)
                .isCloseTo(
                        Tensors.tensor(
                                new double[][][] {
                                    {
                                        {0, 0.9, 0.10, 0.08, 0.52, 0.92},
                                        {1, 0.9, 0.55, 0.20, 0.90, 0.88},
                                        {-1, 0.8, 0.08, 0.20, 0.56, 0.95},
                                        {-1, 0.7, 0.15, 0.30, 0.62, 0.91}
                                    }
                                },
                                DType.FLOAT32),
                        1e-6,
                        1e-6);
    }

    @Test
    void theConfidenceOfBackgroundIsTurnedRound() {
        Tensor found =
                Anchors.multiboxDetection(
                        Tensors.tensor(new double[][][] {{{0.75, 0.2}, {0.25, 0.8}}}, DType.FLOAT32),
                        Tensors.zeros(1, 8),
                        ANCHORS.narrow(0, 0, 2),
                        0.5,
                        0.5);
        assertThat(found.get("0, :, :2"))
                .isCloseTo(Tensors.tensor(new double[][] {{0, 0.8}, {-1, 0.75}}, DType.FLOAT32), 1e-6, 1e-6);
    }

    @Test
    void offsetsAreInverted() {
        Tensor boxes = TRUTH.narrow(1, 1, 4);
        Tensor anchors = ANCHORS.narrow(0, 1, 2);
        assertThat(Anchors.offsetInverse(anchors, Anchors.offsetBoxes(anchors, boxes))).isCloseTo(boxes, 1e-4, 1e-4);
    }

    /** Boxes at random, with padding; a plain loop over one image at a time is the reference. */
    @Test
    void batchesWithPadding() {
        var random = Generator.of(5);
        int images = 4;
        int n = 60;
        int boxes = 5;
        Tensor anchors = corners(random, n);
        Tensor labels =
                Tensors.cat(
                        List.of(
                                Tensors.rand(random, images, boxes, 1).mul(4).floor().sub(1),
                                corners(random, images * boxes).reshape(images, boxes, 4)),
                        2);
        var all = Anchors.multiboxTarget(anchors, labels);
        boolean isAnyPadded = false;
        for (int i = 0; i < images; i++) {
            long[] expected = assigned(anchors, labels.select(0, i));
            float[] classes = labels.get("%d, :, 0".formatted(i)).toFloatArray();
            long[] label = all.label().select(0, i).toLongArray();
            for (int a = 0; a < n; a++) {
                assertThat(label[a]).isEqualTo(expected[a] < 0 ? 0 : (long) classes[(int) expected[a]] + 1);
            }
            for (float c : classes) {
                isAnyPadded |= c < 0;
            }
            // an image has the same targets alone, and without its padding
            var alone = Anchors.multiboxTarget(anchors, labels.narrow(0, i, 1));
            assertThat(alone.offset().squeeze(0)).isEqualToTensor(all.offset().select(0, i));
        }
        assertThat(isAnyPadded).isTrue();
    }

    private static Tensor corners(Generator random, long n) {
        Tensor at = Tensors.rand(random, n, 2).mul(0.7);
        return Tensors.cat(List.of(at, at.add(Tensors.rand(random, n, 2).mul(0.29).add(0.01))), 1);
    }

    private static long[] assigned(Tensor anchors, Tensor labels) {
        float[] classes = labels.select(1, 0).toFloatArray();
        int n = (int) anchors.size(0);
        int m = classes.length;
        float[] iou = Boxes.boxIou(anchors, labels.narrow(1, 1, 4)).reshape(-1).toFloatArray();
        var map = new long[n];
        for (int a = 0; a < n; a++) {
            map[a] = -1;
            for (int b = 0; b < m; b++) {
                if (classes[b] >= 0
                        && iou[a * m + b] >= 0.5
                        && (map[a] < 0 || iou[a * m + b] > iou[a * m + (int) map[a]])) {
                    map[a] = b;
                }
            }
        }
        var isTaken = new boolean[n];
        var isDone = new boolean[m];
        for (int round = 0; round < m; round++) {
            int best = -1;
            for (int at = 0; at < n * m; at++) {
                if (!isTaken[at / m] && !isDone[at % m] && classes[at % m] >= 0 && (best < 0 || iou[at] > iou[best])) {
                    best = at;
                }
            }
            if (best >= 0) {
                isTaken[best / m] = true;
                isDone[best % m] = true;
                map[best / m] = best % m;
            }
        }
        return map;
    }

    @Test
    void assignmentWithoutBoxesIsBackground() {
        var none = Anchors.multiboxTarget(ANCHORS, Tensors.zeros(2, 0, 5));
        assertThat(none.label()).isEqualToTensor(Tensors.zeros(DType.INT64, 2, 5));
        var padded = Anchors.multiboxTarget(ANCHORS, Tensors.full(-1.0, DType.FLOAT32, 2, 3, 5));
        assertThat(padded.label()).isEqualToTensor(Tensors.zeros(DType.INT64, 2, 5));
        assertThat(padded.mask()).isEqualToTensor(Tensors.zeros(2, 20));
    }

    @Test
    void targetsAreCaptured() {
        Captured step =
                Captured.of((Tensor labels) -> {
                    var t = Anchors.multiboxTarget(ANCHORS, labels);
                    return t.offset().add(t.mask()).sum().add(t.label().sum());
                });
        for (int i = 0; i < 5; i++) {
            Tensor labels = TRUTH.unsqueeze(0).mul(1 - 0.02 * i);
            var t = Anchors.multiboxTarget(ANCHORS, labels);
            double expected = t.offset().add(t.mask()).sum().add(t.label().sum()).item();
            assertThat(step.call(labels).item()).isEqualTo(expected);
        }
        assertThat(step.plan()).contains("kernels of");
    }

    @Test
    void wrongShapesAreNamed() {
        assertThatThrownBy(() -> Anchors.multiboxTarget(ANCHORS, TRUTH)).hasMessageContaining("[B, M, 5]");
        assertThatThrownBy(() -> Anchors.multiboxPrior(TRUTH, new double[0], new double[] {1}))
                .hasMessageContaining("sizes");
        assertThatThrownBy(() -> Anchors.multiboxPrior(TRUTH, new double[] {0.5}, new double[] {-1}))
                .hasMessageContaining("ratios");
        assertThatThrownBy(() -> Anchors.multiboxDetection(Tensors.zeros(1, 2, 3), Tensors.zeros(1, 12), ANCHORS))
                .hasMessageContaining("multiboxDetection");
    }
}
