package fathom.vision.transforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.data.DataLoader;
import fathom.data.Dataset;
import fathom.data.Example;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Boxes, masks and key points move with the image, by one draw. */
class SampleTest {
    private static final int HEIGHT = 24;
    private static final int WIDTH = 32;

    /** A white rectangle on black, with its box, mask and centre. */
    private static Sample rectangle() {
        Tensor image = Tensors.full(0, DType.UINT8, 3, HEIGHT, WIDTH);
        image.narrow(1, 6, 8).narrow(2, 4, 12).fill_(255);
        return Sample.of(image)
                .withBoxes(Tensors.tensor(4.0, 6, 16, 14).reshape(1, 4), Tensors.tensor(new long[] {7}))
                .withMask(image.select(0, 0).gt(0).to(DType.INT64))
                .withKeypoints(Tensors.tensor(10.0, 10).reshape(1, 2));
    }

    /** {@return left, top, right and bottom of the white pixels} */
    private static double[] extent(Tensor image) {
        Tensor bright = image.dim() == 3 ? image.select(0, 0) : image;
        double threshold = bright.dtype() == DType.UINT8 ? 127 : 0.5;
        long[] columns = bright.to(DType.FLOAT32).amax(0).gt(threshold).nonzero().toLongArray();
        long[] rows = bright.to(DType.FLOAT32).amax(1).gt(threshold).nonzero().toLongArray();
        return new double[] {columns[0], rows[0], columns[columns.length - 1] + 1, rows[rows.length - 1] + 1};
    }

    static List<Transform> spatial() {
        return List.of(
                Transforms.horizontalFlip(),
                Transforms.verticalFlip(),
                Transforms.crop(3, 2, 20, 25),
                Transforms.crop(-4, -6, 40, 50),
                Transforms.centerCrop(22, 30),
                Transforms.resize(48),
                Transforms.resize(12, 40),
                Transforms.randomHorizontalFlip(),
                Transforms.randomVerticalFlip(),
                Transforms.randomCrop(40, 20),
                Transforms.randomResizedCrop(40, o -> o.scale(0.7, 1)),
                Transforms.pad(3, 5, 0, 9, o -> o.mode(PaddingMode.EDGE)),
                Transforms.rotate(90),
                Transforms.rotate(180, o -> o.interpolation(InterpolationMode.BILINEAR)),
                Transforms.rotate(-90, o -> o.expand(true)),
                Transforms.affine(0, 3, -2, 1.4, 0, 0, o -> {}),
                Transforms.randomAffine(0, o -> o.translate(0.2, 0.2).scale(0.5, 1.5)),
                Transforms.randomAffine(0, o -> o.shear(0, 0, -10, 10)),
                Transforms.randomRotation(12),
                Transforms.randomPerspective(0.3, 1, o -> {}),
                Transforms.randomApply(0.5, Transforms.rotate(180)),
                Transforms.randomChoice(Transforms.horizontalFlip(), Transforms.verticalFlip()));
    }

    @ParameterizedTest
    @MethodSource("spatial")
    void everythingMovesWithTheImage(Transform transform) {
        for (int seed = 0; seed < 5; seed++) {
            Sample moved = Tensors.withSeed(seed, () -> transform.apply(rectangle()));
            double[] box = moved.boxes().to(DType.FLOAT64).toDoubleArray();
            // a resampled edge lies between two pixels
            assertThat(box).containsExactly(extent(moved.image()), within(1.5));
            assertThat(box).containsExactly(extent(moved.mask()), within(1.5));
            assertThat(moved.mask().dtype()).isEqualTo(DType.INT64);
            assertThat(moved.labels().item()).isEqualTo(7);
            assertThat(moved.image().dtype()).isEqualTo(DType.UINT8);
        }
    }

    @Test
    void coordinatesAreExact() {
        Sample s = rectangle();
        assertThat(Transforms.horizontalFlip().apply(s).boxes().toFloatArray()).containsExactly(16, 6, 28, 14);
        assertThat(Transforms.horizontalFlip().apply(s).keypoints().toFloatArray()).containsExactly(22, 10);
        assertThat(Transforms.verticalFlip().apply(s).boxes().toFloatArray()).containsExactly(4, 10, 16, 18);
        assertThat(Transforms.resize(12, 64).apply(s).boxes().toFloatArray()).containsExactly(8, 3, 32, 7);
        // a crop clips boxes, and leaves points where they are
        Sample cropped = Transforms.crop(8, 12, 10, 10).apply(s);
        assertThat(cropped.boxes().toFloatArray()).containsExactly(0, 0, 4, 6);
        assertThat(cropped.keypoints().toFloatArray()).containsExactly(-2, 2);
        assertThat(cropped.mask().shape().dims()).containsExactly(10, 10);
    }

    @Test
    void boxesOfWhichNothingRemainsAreRemoved() {
        Sample s = rectangle();
        Tensor two = Tensors.tensor(4.0, 6, 16, 14, 20, 20, 30, 23).reshape(2, 4);
        Sample cropped = Transforms.crop(0, 0, 18, 18).apply(s.withBoxes(two, Tensors.tensor(3L, 5)));
        assertThat(cropped.boxes().toFloatArray()).containsExactly(4, 6, 16, 14, 18, 18, 18, 18);
        Sample clean = Transforms.sanitizeBoundingBoxes(1).apply(cropped);
        assertThat(clean.boxes().toFloatArray()).containsExactly(4, 6, 16, 14);
        assertThat(clean.labels().toLongArray()).containsExactly(3);
        assertThat(Transforms.sanitizeBoundingBoxes(13).apply(clean).boxes().shape().dims()).containsExactly(0, 4);
        Sample none = Transforms.sanitizeBoundingBoxes(13).apply(clean);
        assertThat(Transforms.horizontalFlip().apply(none).boxes().shape().dims()).containsExactly(0, 4);
    }

    @Test
    void coloursLeaveAnnotationsAsTheyAre() {
        Sample s = rectangle();
        Sample dark = Transforms.colorJitter(c -> c.brightness(0.5, 0.5)).apply(s);
        assertThat(dark.image().max().item()).isEqualTo(127);
        assertThat(dark.boxes()).isSameAs(s.boxes());
        assertThat(dark.mask()).isSameAs(s.mask());
        Sample normal = Transforms.normalizeImagenet().apply(s);
        assertThat(normal.image().dtype()).isEqualTo(DType.FLOAT32);
        assertThat(normal.boxes()).isSameAs(s.boxes());
    }

    @Test
    void aTransformThatCannotMoveBoxesSaysSo() {
        Transform half = image -> image.narrow(-1, 0, 16);
        assertThatThrownBy(() -> half.apply(rectangle()))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("[3, 24, 32] to [3, 24, 16]", "Transform.apply(Sample)");
        assertThat(half.apply(Sample.of(rectangle().image())).width()).isEqualTo(16);
    }

    @Test
    void annotationsAreChecked() {
        Sample s = Sample.of(Tensors.ones(3, 4, 5));
        assertThatThrownBy(s::boxes).hasMessage("this sample has no boxes");
        assertThatThrownBy(() -> s.withMask(Tensors.ones(5, 4))).hasMessageContainingAll("mask", "[5, 4]");
        assertThatThrownBy(() -> s.withBoxes(Tensors.ones(4))).hasMessageContaining("boxes [N, 4]");
        assertThatThrownBy(() -> s.withBoxes(Tensors.ones(2, 4), Tensors.ones(3)))
                .hasMessageContaining("label per box");
        assertThatThrownBy(() -> s.withKeypoints(Tensors.ones(2, 3))).hasMessageContaining("key points [..., 2]");
        assertThatThrownBy(() -> Sample.of(Tensors.ones(4, 5))).hasMessageContaining("[C, H, W]");
        assertThat(s.withKeypoints(Tensors.ones(6, 2))).hasToString("Sample[image [3, 4, 5], keypoints [6, 2]]");
    }

    @Test
    void augmentationIsTheSameOnAnyNumberOfWorkers() {
        Transform augment =
                Transforms.compose(
                        Transforms.randomResizedCrop(16, 0.5),
                        Transforms.randomHorizontalFlip(),
                        Transforms.colorJitter(0.4, 0.4, 0.4, 0.1));
        Dataset data =
                new Dataset() {
                    @Override
                    public long size() {
                        return 12;
                    }

                    @Override
                    public Example get(long index) {
                        Sample s = augment.apply(rectangle());
                        return Example.of(s.image(), s.boxes(), s.mask());
                    }
                };
        var passes = new ArrayList<List<Batch>>();
        for (int workers : new int[] {0, 1, 3}) {
            var batches = new ArrayList<Batch>();
            DataLoader.of(data, 4).seed(5).workers(workers).iterator().forEachRemaining(batches::add);
            passes.add(batches);
        }
        for (int b = 0; b < 3; b++) {
            for (int pass = 1; pass < 3; pass++) {
                for (int t = 0; t < 3; t++) {
                    assertThat(passes.get(pass).get(b).get(t).to(DType.FLOAT32).toFloatArray())
                            .isEqualTo(passes.getFirst().get(b).get(t).to(DType.FLOAT32).toFloatArray());
                }
            }
        }
        // draws differ between examples
        Tensor boxes = passes.getFirst().getFirst().get(1);
        assertThat(boxes.select(0, 0).toFloatArray()).isNotEqualTo(boxes.select(0, 1).toFloatArray());
    }
}
