package fathom.vision.detection;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Example;
import fathom.data.TensorDataset;
import fathom.vision.transforms.Transforms;
import org.junit.jupiter.api.Test;

/** Boxes as fractions move along with the image, also where it is not square; padding stays padding. */
class TransformedBoxesTest {
    @Test
    void boxesAreFlipped() {
        Tensor image = Tensors.rand(1, 3, 10, 20);
        Tensor rows = Tensors.tensor(new float[] {1, 0.1f, 0.2f, 0.3f, 0.9f, -1, -1, -1, -1, -1}).reshape(1, 2, 5);
        var data = new TensorDataset(image, rows);
        Example flipped = new TransformedBoxes(data, Transforms.horizontalFlip()).get(0);
        assertThat(flipped.x().equal(image.select(0, 0).flip(2))).isTrue();
        assertThat(flipped.y().select(0, 0))
                .isCloseTo(Tensors.tensor(new float[] {1, 0.7f, 0.2f, 0.9f, 0.9f}), 0, 1e-6);
        assertThat(flipped.y().get(1, 0).item()).isEqualTo(-1);
        Example upsideDown = new TransformedBoxes(data, Transforms.verticalFlip()).get(0);
        assertThat(upsideDown.y().select(0, 0))
                .isCloseTo(Tensors.tensor(new float[] {1, 0.1f, 0.1f, 0.3f, 0.8f}), 0, 1e-6);
    }
}
