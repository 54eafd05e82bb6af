package fathom.vision.transforms;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import org.junit.jupiter.api.Test;

class TransformsTest {
    private static Tensor ramp(long... shape) {
        long n = 1;
        for (long d : shape) {
            n *= d;
        }
        return Tensors.arange(n, DType.FLOAT32).reshape(shape);
    }

    @Test
    void enlargingInterpolates() {
        Tensor x = Tensors.tensor(0.0, 4).reshape(1, 1, 2);
        // what torch.nn.functional.interpolate gives, bilinear, corners not aligned
        float[] row = Transforms.resize(7, 8).apply(ramp(1, 5, 5)).select(1, 0).toFloatArray();
        assertThat(row)
                .containsExactly(
                        new float[] {0, 0.4375f, 1.0625f, 1.6875f, 2.3125f, 2.9375f, 3.5625f, 4}, within(1e-5f));
        assertThat(Transforms.resize(1, 4).apply(x).toFloatArray())
                .containsExactly(new float[] {0, 1, 3, 4}, within(1e-5f));
    }

    @Test
    void shrinkingAverages() {
        // what torch.nn.functional.interpolate gives with antialias=True
        Tensor x = Tensors.tensor(1.0, 0, 0, 0, 0, 0, 0, 0).reshape(1, 1, 8);
        assertThat(Transforms.resize(1, 2).apply(x).toFloatArray())
                .containsExactly(new float[] {0.1786f, 0}, within(1e-4f));
        float[] both = {3.142857f, 5.142857f, 11, 13, 18.857143f, 20.857140f};
        assertThat(Transforms.resize(3, 2).apply(ramp(1, 5, 5)).toFloatArray()).containsExactly(both, within(1e-4f));
        assertThat(Transforms.resize(1, 1).apply(Tensors.full(3, DType.FLOAT32, 1, 9, 7)).item())
                .isCloseTo(3, within(1e-5));
    }

    @Test
    void theShorterSideGetsTheSize() {
        assertThat(Transforms.resize(4).apply(ramp(3, 8, 16)).shape().dims()).containsExactly(3, 4, 8);
        assertThat(Transforms.resize(4).apply(ramp(2, 3, 16, 8)).shape().dims()).containsExactly(2, 3, 8, 4);
        Tensor same = ramp(1, 5, 5);
        assertThat(Transforms.resize(5).apply(same)).isSameAs(same);
    }

    @Test
    void bytesStayBytesWhenResized() {
        Tensor x = Tensors.tensor(new long[] {0, 255}, DType.UINT8).reshape(1, 1, 2);
        Tensor y = Transforms.resize(1, 4).apply(x);
        assertThat(y.dtype()).isEqualTo(DType.UINT8);
        assertThat(y.toLongArray()).containsExactly(0, 64, 191, 255);
    }

    @Test
    void theMiddleIsCutOut() {
        assertThat(Transforms.centerCrop(2).apply(ramp(1, 4, 4)).toFloatArray()).containsExactly(5, 6, 9, 10);
        assertThat(Transforms.centerCrop(3).apply(Tensors.ones(1, 1, 1)).toFloatArray())
                .containsExactly(0, 0, 0, 0, 1, 0, 0, 0, 0);
    }

    @Test
    void normalisingIsPerChannel() {
        Tensor x = Tensors.ones(2, 1, 1);
        var t = Transforms.normalize(new double[] {0.5, 0.25}, new double[] {0.5, 0.25});
        assertThat(t.apply(x).toFloatArray()).containsExactly(1, 3);
        Tensor bytes = Tensors.tensor(new long[] {255, 0}, DType.UINT8).reshape(2, 1, 1);
        assertThat(t.apply(bytes).toFloatArray()).containsExactly(1, -1);
        assertThatThrownBy(() -> t.apply(Tensors.ones(3, 1, 1))).hasMessageContaining("2 means for images [3, 1, 1]");
        assertThatThrownBy(() -> Transforms.normalize(new double[] {0}, new double[] {0}))
                .hasMessageContaining("positive standard deviation");
    }

    @Test
    void everyPictureOfABatchIsMirroredByItself() {
        Tensors.manualSeed(1);
        Tensor x = Tensors.tensor(1.0, 2).reshape(1, 1, 1, 2).expand(200, 1, 1, 2);
        float[] firsts = Transforms.randomHorizontalFlip().apply(x).select(3, 0).toFloatArray();
        long mirrored = 0;
        for (float f : firsts) {
            mirrored += f == 2 ? 1 : 0;
        }
        assertThat(mirrored).isBetween(60L, 140L);
        assertThat(Transforms.randomHorizontalFlip(1).apply(ramp(1, 1, 3)).toFloatArray()).containsExactly(2, 1, 0);
        assertThat(Transforms.randomHorizontalFlip(0).apply(ramp(1, 1, 3)).toFloatArray()).containsExactly(0, 1, 2);
        assertThatThrownBy(() -> Transforms.randomHorizontalFlip(2)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void topAndBottomAreMirrored() {
        assertThat(Transforms.randomVerticalFlip(1).apply(ramp(1, 3, 2)).toFloatArray())
                .containsExactly(4, 5, 2, 3, 0, 1);
        assertThat(Transforms.randomVerticalFlip(0).apply(ramp(1, 3, 1)).toFloatArray()).containsExactly(0, 1, 2);
        assertThatThrownBy(() -> Transforms.randomVerticalFlip(-1)).hasMessageStartingWith("randomVerticalFlip: ");
    }

    @Test
    void randomPiecesOfAnySizeAreBroughtToOne() {
        Tensors.manualSeed(3);
        // a slope keeps its direction in every piece, and pieces differ in place and size
        Tensor x = ramp(1, 1, 1, 40).expand(60, 2, 30, 40);
        Tensor y = Transforms.randomResizedCrop(8).apply(x);
        assertThat(y.shape().dims()).containsExactly(60, 2, 8, 8);
        Tensor rise = y.select(3, 7).sub(y.select(3, 0));
        assertThat(rise.min().item()).isPositive();
        assertThat(rise.max().item()).isGreaterThan(1.5 * rise.min().item());
        assertThat(y.min().item()).isNotNegative();
        assertThat(y.max().item()).isLessThanOrEqualTo(39);
        // no piece fits into a line: the middle is taken
        assertThat(Transforms.randomResizedCrop(2, 1).apply(ramp(1, 1, 9)).toFloatArray()).containsOnly(4);
        Tensor bytes = Tensors.full(7, DType.UINT8, 3, 20, 20);
        assertThat(Transforms.randomResizedCrop(5).apply(bytes).dtype()).isEqualTo(DType.UINT8);
        assertThatThrownBy(() -> Transforms.randomResizedCrop(4, 0)).hasMessageContaining("minArea");
    }

    @Test
    void randomPiecesArePiecesOfThePicture() {
        Tensors.manualSeed(2);
        Tensor x = ramp(1, 1, 6, 6).expand(50, 1, 6, 6);
        Tensor y = Transforms.randomCrop(4, 0).apply(x);
        assertThat(y.shape().dims()).containsExactly(50, 1, 4, 4);
        var corners = new java.util.HashSet<Float>();
        for (int i = 0; i < 50; i++) {
            float[] piece = y.select(0, i).toFloatArray();
            corners.add(piece[0]);
            for (int r = 0; r < 4; r++) {
                for (int c = 0; c < 4; c++) {
                    assertThat(piece[4 * r + c]).isEqualTo(piece[0] + 6 * r + c);
                }
            }
        }
        assertThat(corners).hasSizeGreaterThan(5);
        assertThat(Transforms.randomCrop(6, 2).apply(Tensors.ones(1, 6, 6)).shape().dims()).containsExactly(1, 6, 6);
        assertThatThrownBy(() -> Transforms.randomCrop(7, 0).apply(x)).hasMessageContaining("cannot crop");
    }

    @Test
    void transformsGoOneAfterAnother() {
        var t = Transforms.compose(Transforms.centerCrop(2), Transforms.toFloat()).then(x -> x.mul(2));
        Tensor x = Tensors.full(255, DType.UINT8, 1, 4, 4);
        assertThat(t.apply(x).toFloatArray()).containsExactly(2, 2, 2, 2);
    }

    @Test
    void imagenetMakesWhatItsNetworksExpect() {
        Tensor x = Transforms.imagenet().apply(Tensors.full(128, DType.UINT8, 1, 300, 400));
        assertThat(x.shape().dims()).containsExactly(3, 224, 224);
        float value = 128 / 255f;
        assertThat(x.get("0, 5, 5").item()).isCloseTo((value - 0.485) / 0.229, within(1e-4));
        assertThat(x.get("2, 100, 200").item()).isCloseTo((value - 0.406) / 0.225, within(1e-4));
    }

    @Test
    void whatIsNoPictureIsRefused() {
        assertThatThrownBy(() -> Transforms.resize(3).apply(Tensors.ones(4, 4)))
                .hasMessage("resize: expected images [C, H, W] or [N, C, H, W], got [4, 4]");
        assertThatThrownBy(() -> Transforms.resize(0)).isInstanceOf(IllegalArgumentException.class);
    }
}
