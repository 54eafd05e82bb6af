package fathom.vision.detection;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Captured;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.testkit.Gradcheck;
import fathom.vision.Formula;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pooled regions: the course's example of section 13.8, gradients of both orders, captured steps, bad input. */
class RegionPoolingTest {
    private static final Tensor ROIS =
            Tensors.tensor(
                    new double[][] {{0, 0, 0, 6, 6}, {1, 3.2, 1.1, 9.7, 4.4}, {1, -3, -2, 4, 30}}, DType.FLOAT64);

    @Test
    void printedInTheCourse() {
        Tensor x = Tensors.arange(16L).to(DType.FLOAT32).reshape(1, 1, 4, 4);
        Tensor rois = Tensors.tensor(new double[][] {{0, 0, 0, 20, 20}, {0, 0, 10, 30, 30}}, DType.FLOAT32);
        Tensor expected =
                Tensors.tensor(new double[][][][] {{{{5, 6}, {9, 10}}}, {{{9, 11}, {13, 15}}}}, DType.FLOAT32);
        assertThat(RegionPooling.roiPool(x, rois, 2, 2, 0.1)).isEqualToTensor(expected);
        Tensor boxes = rois.narrow(1, 1, 4);
        assertThat(RegionPooling.roiPool(x, List.of(boxes), 2, 2, 0.1)).isEqualToTensor(expected);
    }

    @Test
    void gradients() {
        Tensor x = Formula.of("regions", 2, 2, 5, 6);
        Gradcheck.checkTwice(
                t -> RegionPooling.roiAlign(t[0], ROIS, 2, 3, o -> o.spatialScale(0.6).samplingRatio(2)), x);
        Gradcheck.checkTwice(t -> RegionPooling.roiAlign(t[0], ROIS, 3, 2, o -> o.aligned(true)).square(), x);
        Gradcheck.checkTwice(t -> RegionPooling.roiPool(t[0], ROIS, 2, 2, 0.6).square(), x);
    }

    @Test
    void channelsLastAndBfloat16() {
        Tensor x = Formula.of("layout", 2, 6, 5, 3).to(DType.FLOAT32);
        Tensor last = x.permute(0, 3, 1, 2);
        Tensor rois = ROIS.to(DType.FLOAT32);
        Tensor aligned = RegionPooling.roiAlign(last.contiguous(), rois, 2, 2);
        assertThat(RegionPooling.roiAlign(last, rois, 2, 2)).isEqualToTensor(aligned);
        Tensor pooled = RegionPooling.roiPool(last.contiguous(), rois, 2, 2, 0.5);
        assertThat(RegionPooling.roiPool(last, rois, 2, 2, 0.5)).isEqualToTensor(pooled);
        assertThat(RegionPooling.roiAlign(last.to(DType.BFLOAT16), rois, 2, 2).to(DType.FLOAT32))
                .isCloseTo(aligned, 2e-2, 2e-2);
    }

    @Test
    void captured() {
        Tensor rois = ROIS.to(DType.FLOAT32);
        Tensor weight = Tensors.ones(2, 1, 1).requiresGrad_();
        Captured step =
                Captured.of((Tensor x) -> {
                    weight.zeroGrad();
                    Tensor y = loss(x.mul(weight), rois);
                    y.backward();
                    return y;
                });
        for (int i = 0; i < 6; i++) {
            Tensor x = Formula.of("captured" + i, 2, 2, 5, 6).to(DType.FLOAT32);
            Tensor same = Tensors.ones(2, 1, 1).requiresGrad_();
            Tensor eager = loss(x.mul(same), rois);
            eager.backward();
            assertThat(step.call(x).item()).isEqualTo(eager.item());
            assertThat(weight.grad()).isEqualToTensor(same.grad());
        }
        assertThat(step.plan()).contains("kernels of");
    }

    private static Tensor loss(Tensor x, Tensor rois) {
        Tensor pooled = RegionPooling.roiPool(x, rois, 2, 2, 1);
        return RegionPooling.roiAlign(x, rois, 2, 2).square().sum().add(pooled.sum());
    }

    @Test
    void noRegions() {
        Tensor x = Tensors.ones(1, 3, 4, 4).requiresGrad_();
        Tensor y = RegionPooling.roiAlign(x, Tensors.zeros(0, 5), 2, 2);
        assertThat(y).hasShape(0, 3, 2, 2);
        y.sum().backward();
        assertThat(RegionPooling.roiPool(x, Tensors.zeros(0, 5), 2, 2, 1)).hasShape(0, 3, 2, 2);
    }

    @Test
    void badRegions() {
        Tensor x = Tensors.ones(1, 1, 4, 4);
        Tensor other = Tensors.tensor(new double[][] {{1, 0, 0, 2, 2}}, DType.FLOAT32);
        assertThatThrownBy(() -> RegionPooling.roiAlign(x, other, 2, 2)).hasMessageContaining("feature map 1");
        assertThatThrownBy(() -> RegionPooling.roiPool(x, other, 2, 2, 1)).hasMessageContaining("feature map 1");
        Tensor huge = Tensors.tensor(new double[][] {{0, -1e30, 0, 1e30, 2}}, DType.FLOAT32);
        assertThatThrownBy(() -> RegionPooling.roiAlign(x, huge, 2, 2)).hasMessageContaining("clip");
        assertThat(RegionPooling.roiPool(x, huge, 2, 2, 1)).hasShape(1, 1, 2, 2);
        Tensor nan = Tensors.tensor(new double[][] {{0, Double.NaN, 0, 2, 2}}, DType.FLOAT32);
        assertThatThrownBy(() -> RegionPooling.roiAlign(x, nan, 2, 2)).hasMessageContaining("region 0");
        assertThat(RegionPooling.roiAlign(x, nan, 2, 2, o -> o.samplingRatio(2))).hasShape(1, 1, 2, 2);
        assertThat(RegionPooling.roiPool(x, nan, 2, 2, 1)).hasShape(1, 1, 2, 2);
        assertThatThrownBy(() -> RegionPooling.roiPool(x, Tensors.zeros(2, 4), 2, 2, 1)).hasMessageContaining("[K, 5]");
    }
}
