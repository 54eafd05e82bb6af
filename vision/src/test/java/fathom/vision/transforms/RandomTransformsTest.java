package fathom.vision.transforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import java.util.List;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class RandomTransformsTest {
    /** A picture with all colours, none of which is the same elsewhere. */
    private static Tensor picture() {
        Tensor rows = Tensors.arange(20).reshape(1, 20, 1).mul(12).expand(1, 20, 24);
        Tensor columns = Tensors.arange(24).reshape(1, 1, 24).mul(10).expand(1, 20, 24);
        return Tensors.cat(List.of(rows, columns, rows.add(columns).div(2)), 0).to(DType.UINT8);
    }

    static List<Transform> transforms() {
        return List.of(
                Transforms.colorJitter(0.5, 0.5, 0.5, 0.3),
                Transforms.randomGrayscale(0.5),
                Transforms.randomRotation(30),
                Transforms.randomAffine(20, o -> o.translate(0.2, 0.1).scale(0.7, 1.3).shear(10)),
                Transforms.randomPerspective(),
                Transforms.gaussianBlur(5),
                Transforms.randAugment(),
                Transforms.randAugment(3, 30, 31, o -> o.interpolation(InterpolationMode.BILINEAR)),
                Transforms.trivialAugmentWide(),
                Transforms.autoAugment(AutoAugmentPolicy.IMAGENET),
                Transforms.autoAugment(AutoAugmentPolicy.CIFAR10),
                Transforms.autoAugment(AutoAugmentPolicy.SVHN));
    }

    @ParameterizedTest
    @MethodSource("transforms")
    void drawsFollowTheSeedAndDiffer(Transform transform) {
        Tensor x = picture();
        var seen = new TreeSet<Long>();
        for (int seed = 0; seed < 20; seed++) {
            int s = seed;
            Tensor y = Tensors.withSeed(s, () -> transform.apply(x));
            assertThat(y.dtype()).isEqualTo(DType.UINT8);
            assertThat(y.shape()).isEqualTo(x.shape());
            assertThat(Tensors.withSeed(s, () -> transform.apply(x)).toByteArray()).isEqualTo(y.toByteArray());
            seen.add(y.to(DType.INT64).mul(Tensors.arange(y.numel()).reshape(y.shape().dims())).sum().toLongArray()[0]);
            // floats get nearly the same colours
            Tensor floats = Tensors.withSeed(s, () -> transform.apply(x.to(DType.FLOAT32).div(255)));
            Tensor difference = floats.mul(255).sub(y.to(DType.FLOAT32)).abs();
            assertThat(difference.mean().item()).isLessThan(2);
            assertThat(floats.max().item()).isLessThanOrEqualTo(1 + 1e-5);
        }
        assertThat(seen).hasSizeGreaterThan(1);
        // the pictures of a batch are drawn one by one
        Tensor batch = Tensors.withSeed(1, () -> transform.apply(x.unsqueeze(0).expand(12, 3, 20, 24)));
        Tensor apart = batch.narrow(0, 1, 11).to(DType.INT64).sub(batch.narrow(0, 0, 1).to(DType.INT64)).abs();
        assertThat(apart.sum().item()).isPositive();
        assertThat(transform.acceptsBytes()).isTrue();
    }

    @Test
    void magnitudesAreThoseOfThePapers() {
        assertThat(AugmentationOperation.POSTERIZE.magnitude(1, 10, 10, false)).isEqualTo(4);
        assertThat(AugmentationOperation.POSTERIZE.magnitude(1, 10, 10, true)).isEqualTo(2);
        assertThat(AugmentationOperation.SOLARIZE.magnitude(0.3, 10, 10, false)).isCloseTo(178.5, within(1e-9));
        assertThat(AugmentationOperation.TRANSLATE_X.magnitude(1, 10, 331, false)).isCloseTo(150, within(1e-9));
        assertThat(AugmentationOperation.TRANSLATE_Y.magnitude(1, 10, 331, true)).isEqualTo(32);
        assertThat(AugmentationOperation.ROTATE.magnitude(0.5, 10, 331, true)).isEqualTo(67.5);
        // a shear by a magnitude moves each row to the left by that part of its height
        Tensor sheared =
                AugmentationOperation.SHEAR_X.at(0.5, new WarpOptions(InterpolationMode.NEAREST)).apply(picture());
        assertThat(sheared.get("1, 5, 6:").toLongArray()).startsWith(90, 100, 110);
    }

    @Test
    void erasedRectanglesHaveTheSizeAskedFor() {
        Tensor x = Tensors.ones(3, 40, 50);
        Transform erase = Transforms.randomErasing(o -> o.p(1).scale(0.1, 0.3).value(5, 6, 7));
        for (int seed = 0; seed < 10; seed++) {
            Tensor y = Tensors.withSeed(seed, () -> erase.apply(x));
            double share = y.select(0, 1).eq(6).to(DType.FLOAT32).mean().item();
            assertThat(share).isBetween(0.09, 0.32);
            assertThat(y.select(0, 2).eq(7).to(DType.FLOAT32).mean().item()).isEqualTo(share);
        }
        Tensor noise = Tensors.withSeed(1, () -> Transforms.randomErasing(o -> o.p(1).randomValues()).apply(x));
        assertThat(noise.ne(1).to(DType.FLOAT32).mean().item()).isPositive();
        assertThat(Transforms.randomErasing(o -> o.p(0)).apply(x)).isSameAs(x);
        assertThat(x.min().item()).isEqualTo(1);
    }

    @Test
    void twoPicturesAreBlendedAndSoAreTheirLabels() {
        Tensor x = Tensors.cat(List.of(Tensors.zeros(1, 1, 8, 8), Tensors.ones(1, 1, 8, 8)), 0);
        Batch batch = Batch.of(x, Tensors.tensor(0L, 2));
        for (UnaryOperator<Batch> mix :
                List.of(Transforms.mixUp(3, 1), Transforms.cutMix(3, 1), Transforms.mixUp(3, 0.2))) {
            for (int seed = 0; seed < 10; seed++) {
                Batch mixed = Tensors.withSeed(seed, () -> mix.apply(batch));
                assertThat(mixed.y().shape().dims()).containsExactly(2, 3);
                assertThat(mixed.y().sum(1).toFloatArray()).containsExactly(new float[] {1, 1}, within(1e-6f));
                // the part of the white picture is the probability of its class
                for (int i = 0; i < 2; i++) {
                    double white = mixed.x().select(0, i).mean().item();
                    assertThat(white).isBetween(0.0, 1.0);
                    assertThat(mixed.y().get(i + ", 2").item()).isCloseTo(white, within(1e-5));
                }
            }
        }
        assertThatThrownBy(() -> Transforms.mixUp(3, 0)).hasMessageContaining("alpha");
        assertThatThrownBy(() -> Transforms.mixUp(3, 1).apply(Batch.of(x, x))).hasMessageContaining("labels [N]");
    }

    @Test
    void proportionsFollowTheBetaDistribution() {
        Batch batch = Batch.of(Tensors.ones(2, 1, 1, 1), Tensors.tensor(0L, 1));
        UnaryOperator<Batch> mix = Transforms.mixUp(2, 0.4);
        double sum = 0;
        double squares = 0;
        int n = 4000;
        for (int seed = 0; seed < n; seed++) {
            double part = Tensors.withSeed(seed, () -> mix.apply(batch)).y().get("0, 0").item();
            sum += part;
            squares += part * part;
        }
        // Beta(a, a) has mean 1/2 and variance 1 / (4 (2 a + 1))
        assertThat(sum / n).isCloseTo(0.5, within(0.03));
        assertThat(squares / n - Math.pow(sum / n, 2)).isCloseTo(1 / (4 * 1.8), within(0.01));
    }

    @Test
    void argumentsAreChecked() {
        assertThatThrownBy(() -> Transforms.gaussianBlur(4)).hasMessageContaining("odd");
        assertThatThrownBy(() -> Transforms.gaussianBlur(9).apply(Tensors.ones(1, 3, 3)))
                .hasMessageContaining("too large");
        assertThatThrownBy(() -> Transforms.pad(-1)).hasMessageContaining("from 0");
        assertThatThrownBy(() -> Transforms.pad(3, o -> o.mode(PaddingMode.REFLECT)).apply(Tensors.ones(1, 3, 3)))
                .hasMessageContaining("REFLECT");
        assertThatThrownBy(() -> Transforms.rotate(10, o -> o.fill(1, 2)).apply(Tensors.ones(3, 3, 3)))
                .hasMessageContaining("2 values for images [3, 3, 3]");
        assertThatThrownBy(() -> Transforms.rotate(Double.NaN)).hasMessageContaining("finite");
        assertThatThrownBy(() -> Transforms.rotate(1, o -> o.interpolation(InterpolationMode.BICUBIC)))
                .hasMessageContaining("NEAREST or BILINEAR");
        assertThatThrownBy(() ->
                        Transforms.perspective(new double[8], new double[8], o -> {}).apply(Tensors.ones(1, 3, 3)))
                .hasMessageContaining("on a line");
        assertThatThrownBy(() -> Transforms.adjustHue(0.6)).hasMessageContaining("-0.5 to 0.5");
        assertThatThrownBy(() -> Transforms.posterize(9)).hasMessageContaining("0 to 8");
        assertThatThrownBy(() -> Transforms.colorJitter(c -> c.hue(0.7))).hasMessageContaining("hue");
        assertThatThrownBy(() -> Transforms.colorJitter(c -> c.brightness(2, 1))).hasMessageContaining("brightness");
        assertThatThrownBy(() -> Transforms.adjustBrightness(1.5).apply(Tensors.ones(4, 2, 2)))
                .hasMessageContaining("1 or 3 channels");
        assertThatThrownBy(() -> Transforms.fiveCrop(9).apply(Tensors.ones(1, 3, 3))).hasMessageContaining("fiveCrop");
        assertThatThrownBy(() -> Transforms.randAugment(2, 31, 31, o -> {})).hasMessageContaining("randAugment");
        assertThatThrownBy(() -> Transforms.resize(5, o -> o.maxSize(5))).hasMessageContaining("maxSize");
    }
}
