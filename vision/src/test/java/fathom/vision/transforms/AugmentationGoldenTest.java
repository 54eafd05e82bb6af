package fathom.vision.transforms;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.testkit.Golden;
import fathom.testkit.GoldenCase;
import fathom.vision.Formula;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Transforms with fixed parameters give what torchvision's functions give for tensors, bytes and floats. */
class AugmentationGoldenTest {
    /** The picture of a case, as {@code tools/golden/augmentation.py} makes it. */
    private static Tensor picture(GoldenCase c) {
        long[] shape = c.getLongs("shape");
        Tensor rows = Tensors.arange(shape[1], DType.FLOAT64).reshape(1, -1, 1).mul(12);
        Tensor columns = Tensors.arange(shape[2], DType.FLOAT64).reshape(1, 1, -1).mul(7);
        Tensor channels = Tensors.arange(shape[0], DType.FLOAT64).reshape(-1, 1, 1).mul(25);
        return Formula.of(c.name(), shape)
                .mul(90)
                .add(rows)
                .add(columns)
                .add(channels)
                .add(20)
                .clamp(0, 255)
                .floor()
                .to(DType.UINT8);
    }

    @TestFactory
    Stream<DynamicTest> cases() {
        return Golden.load("golden/augmentation.safetensors").cases().stream()
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> check(c)));
    }

    private static void check(GoldenCase c) {
        Transform transform = transform(c);
        Tensor x = picture(c);
        Tensor y = transform.apply(x);
        assertThat(y.dtype()).isEqualTo(DType.UINT8);
        checkBytes(c, y, c.out(0));
        // a batch is changed image by image
        Tensor batch = transform.apply(Tensors.stack(List.of(x.flip(0), x), 0));
        assertThat(batch.select(0, 1)).isEqualToTensor(y);
        assertThat(transform.acceptsBytes()).isTrue();
        if (c.outputCount() > 1) {
            Tensor floats = x.to(DType.FLOAT32).div(255);
            // torchvision solves for the coefficients of a perspective in float32
            double tolerance = c.op().equals("perspective") ? 1e-3 : 1e-4;
            assertThat(transform.apply(floats)).isCloseTo(c.out(1), tolerance, tolerance);
            assertThat(transform.apply(Tensors.stack(List.of(floats.flip(0), floats), 0)).select(0, 1))
                    .isCloseTo(c.out(1), tolerance, tolerance);
        }
    }

    /** Every value is within 1 of 255, and nearly all are the same. */
    private static void checkBytes(GoldenCase c, Tensor y, Tensor expected) {
        assertThat(y.shape()).isEqualTo(expected.shape());
        Tensor difference = y.to(DType.FLOAT32).sub(expected.to(DType.FLOAT32)).abs();
        assertThat(difference.max().item()).as("largest difference").isLessThanOrEqualTo(1);
        // torchvision rounds turned colours towards zero, so that one that is exact but for float32 may lose a level
        double most = c.op().equals("hue") ? 0.5 : 0.02;
        assertThat(difference.mean().item()).as("mean difference").isLessThanOrEqualTo(most);
    }

    private static Transform transform(GoldenCase c) {
        return switch (c.op()) {
            case "brightness" -> Transforms.adjustBrightness(c.getDouble("factor"));
            case "contrast" -> Transforms.adjustContrast(c.getDouble("factor"));
            case "saturation" -> Transforms.adjustSaturation(c.getDouble("factor"));
            case "sharpness" -> Transforms.adjustSharpness(c.getDouble("factor"));
            case "hue" -> Transforms.adjustHue(c.getDouble("factor"));
            case "invert" -> Transforms.invert();
            case "posterize" -> Transforms.posterize(c.getInt("bits"));
            case "solarize" -> Transforms.solarize(c.getDouble("threshold"));
            case "equalize" -> Transforms.equalize();
            case "autocontrast" -> Transforms.autocontrast();
            case "resize" ->
                    Transforms.resize(
                            c.getInts("size")[0],
                            c.getInts("size")[1],
                            o ->
                                    o.interpolation(InterpolationMode.valueOf(c.get("mode")))
                                            .antialias(c.getBoolean("antialias")));
            case "maxsize" -> Transforms.resize(c.getInt("size"), o -> o.maxSize(c.getInt("max")));
            case "crop" -> {
                int[] place = c.getInts("place");
                yield Transforms.crop(place[0], place[1], place[2], place[3]);
            }
            case "pad" -> {
                int[] p = c.getInts("padding");
                PaddingMode mode = PaddingMode.valueOf(c.get("mode").toUpperCase(Locale.ROOT));
                yield Transforms.pad(
                        p[0], p[1], p[2], p[3], o -> o.mode(mode).fill(mode == PaddingMode.CONSTANT ? 77 : 0));
            }
            case "fivecrop" -> Transforms.fiveCrop(c.getInts("size")[0], c.getInts("size")[1]);
            case "tencrop" -> Transforms.tenCrop(c.getInts("size")[0], c.getInts("size")[1]);
            case "rotate" ->
                    Transforms.rotate(
                            c.getDouble("angle"),
                            o -> {
                                set(o, c);
                                o.expand(c.getBoolean("expand"));
                            });
            case "affine" -> {
                int[] by = c.getInts("translate");
                double[] shear = c.getDoubles("shear");
                yield Transforms.affine(
                        c.getDouble("angle"), by[0], by[1], c.getDouble("scale"), shear[0], shear[1], o -> set(o, c));
            }
            case "perspective" ->
                    Transforms.perspective(
                            new double[] {0, 0, 12, 0, 12, 8, 0, 8}, c.getDoubles("end"), o -> set(o, c));
            case "blur" -> {
                int[] kernel = c.getInts("kernel");
                double[] sigma = c.getDoubles("sigma");
                yield new GaussianBlur(kernel[0], kernel[1], sigma[0], sigma[1]);
            }
            default -> throw new AssertionError(c.op());
        };
    }

    private static void set(WarpOptions o, GoldenCase c) {
        o.interpolation(InterpolationMode.valueOf(c.get("mode"))).fill(c.getDouble("fill", 0));
        if (c.has("center")) {
            o.center(c.getInts("center")[0], c.getInts("center")[1]);
        }
    }
}
