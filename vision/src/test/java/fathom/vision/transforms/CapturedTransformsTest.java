package fathom.vision.transforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import fathom.Captured;
import fathom.DType;
import fathom.Generator;
import fathom.Tensor;
import fathom.Tensors;
import org.junit.jupiter.api.Test;

/** Transforms of batches within a captured step. */
class CapturedTransformsTest {
    private static Tensor batch() {
        return Tensors.arange(4L * 3 * 20 * 24, DType.FLOAT32).reshape(4, 3, 20, 24).div(6000);
    }

    @Test
    void cropsAndFlipsOfBatchesAreCaptured() {
        Transform augment =
                Transforms.compose(
                        Transforms.randomResizedCrop(12),
                        Transforms.randomHorizontalFlip(),
                        Transforms.randomCrop(10, 2),
                        Transforms.normalizeImagenet());
        var captured = Captured.of(augment);
        Tensor x = batch();
        var one = new Generator(3);
        var other = new Generator(3);
        for (int step = 0; step < 4; step++) {
            Tensor replayed = one.with(() -> captured.call(x));
            Tensor expected = other.with(() -> augment.apply(x));
            assertThat(replayed.toFloatArray()).containsExactly(expected.toFloatArray(), within(1e-5f));
        }
        assertThat(captured.eagerReason()).isNull();
    }

    @Test
    void aBatchIsCroppedAsItsImagesAre() {
        // the whole image, at any place: what resize gives
        Transform whole = Transforms.randomResizedCrop(9, 7, o -> o.scale(1, 1).ratio(1.2, 1.2));
        Tensor x = batch();
        assertThat(whole.apply(x).toFloatArray())
                .containsExactly(Transforms.resize(9, 7).apply(x).toFloatArray(), within(1e-5f));
        // a slope tells where each crop lies and how large it is
        Tensor slope = Tensors.arange(64, DType.FLOAT32).reshape(1, 1, 1, 64).expand(200, 1, 32, 64);
        Tensor y = Tensors.withSeed(1, () -> Transforms.randomResizedCrop(8, 0.3).apply(slope));
        Tensor width = y.select(3, 7).sub(y.select(3, 0)).mul(8.0 / 7).select(1, 0).select(1, 0);
        assertThat(width.min().item()).isGreaterThan(Math.sqrt(0.3 * 32 * 64 * 0.75) - 2);
        assertThat(width.max().item()).isLessThan(Math.sqrt(32 * 64 * 4.0 / 3) + 2);
        assertThat(y.min().item()).isNotNegative();
        assertThat(y.max().item()).isLessThanOrEqualTo(63);
        // positions are spread evenly
        Tensor middle = y.select(1, 0).select(1, 0).mean(1);
        assertThat(middle.mean().item()).isCloseTo(31.5, within(3.0));
    }

    @Test
    void aRefusalNamesTheDraw() {
        Transform jitter = Transforms.colorJitter(c -> c.brightness(0.5));
        var captured = Captured.of(jitter);
        for (int step = 0; step < 5; step++) {
            Tensor replayed = Tensors.withSeed(step, () -> captured.call(batch()));
            Tensor expected = Tensors.withSeed(step, () -> jitter.apply(batch()));
            assertThat(replayed.toFloatArray()).isEqualTo(expected.toFloatArray());
        }
        assertThat(captured.eagerReason()).contains("a number drawn from the generator");
    }
}
