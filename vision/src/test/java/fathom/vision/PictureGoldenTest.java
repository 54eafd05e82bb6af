package fathom.vision;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.testkit.Golden;
import fathom.testkit.GoldenCase;
import fathom.vision.transforms.Transform;
import fathom.vision.transforms.Transforms;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Pictures of bytes become, to the bit, what torchvision makes of Pillow's pictures. */
class PictureGoldenTest {
    private static Tensor picture(GoldenCase c) {
        return Formula.of(c.name(), c.getLongs("shape")).add(1).mul(128).floor().to(DType.UINT8);
    }

    private static long crc(Tensor bytes) {
        var crc = new CRC32();
        crc.update(bytes.toByteArray());
        return crc.getValue();
    }

    @TestFactory
    Stream<DynamicTest> cases() {
        return Golden.load("golden/pictures.safetensors").cases().stream()
                .map(c -> DynamicTest.dynamicTest(c.name(), () -> check(c)));
    }

    private static void check(GoldenCase c) {
        Tensor x = picture(c);
        int[] size = c.has("size") ? c.getInts("size") : new int[0];
        switch (c.op()) {
            case "resize" -> {
                Tensor y = Transforms.resize(size[0], size[1]).apply(x);
                if (c.outputCount() > 0) {
                    assertThat(y).isEqualToTensor(c.out(0));
                }
                assertThat(crc(y)).isEqualTo(Long.parseLong(c.get("crc")));
            }
            case "shorter" -> {
                Tensor y = Transforms.resize(size[0]).apply(x);
                assertThat(y.shape().dims()).isEqualTo(c.getLongs("outshape"));
                assertThat(crc(y)).isEqualTo(Long.parseLong(c.get("crc")));
            }
            case "crop" -> assertThat(Transforms.centerCrop(size[0], size[1]).apply(x)).isEqualToTensor(c.out(0));
            case "imagenet" -> {
                Tensor y = Transforms.imagenet().apply(x);
                assertThat(y.get(":, 100:104, 200:210")).isCloseTo(c.out(0), 1e-6, 1e-6);
                assertThat(y.to(DType.FLOAT64).sum().item()).isCloseTo(c.getDouble("sum"), within(0.1));
            }
            default -> throw new AssertionError(c.op());
        }
    }

    @Test
    void aDataSetResizesItsBytes() {
        Tensor bytes = Formula.of("pictures", 6, 2, 28, 20).add(1).mul(128).floor().to(DType.UINT8);
        Tensor labels = Tensors.arange(6);
        Transform negative = x -> x.rsub(1);
        var data = new ImageDataset(bytes, labels, Transforms.resize(33, 47).then(negative));
        Tensor expected = Transforms.resize(33, 47).apply(bytes).div(255).rsub(1);
        var batch = data.batch(new long[] {4, 0, 4});
        assertThat(batch.x()).isEqualToTensor(expected.indexSelect(0, Tensors.tensor(4L, 0, 4)));
        assertThat(batch.y().toLongArray()).containsExactly(4, 0, 4);
        assertThat(data.get(5).x()).isEqualToTensor(expected.select(0, 5));
    }
}
