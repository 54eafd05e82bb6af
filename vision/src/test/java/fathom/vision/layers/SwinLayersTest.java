package fathom.vision.layers;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.Captured;
import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.Tensors;
import fathom.testkit.Gradcheck;
import fathom.vision.Formula;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Attention within shifted windows, patch merging and layer norm over channels. */
class SwinLayersTest {
    private static ShiftedWindowAttention attention(int window, int shift) {
        var layer = new ShiftedWindowAttention(4, window, shift, 2);
        layer.to(DType.FLOAT64);
        Formula.fill(layer);
        return layer;
    }

    @Test
    void gradientsOfWindowsThatAreShiftedAndPadded() {
        for (int shift : new int[] {0, 1}) {
            var layer = attention(3, shift);
            Tensor x = Formula.of("x", 1, 4, 5, 4).to(DType.FLOAT64);
            Gradcheck.checkTwice(in -> layer.forward(in[0]), x);
        }
    }

    /** In evaluation the fused kernel computes it, in training single operations do. */
    @Test
    void evaluationEqualsTraining() {
        var layer = new ShiftedWindowAttention(8, 7, 3, 2);
        Formula.fill(layer);
        Tensor x = Tensors.randn(2, 17, 9, 8);
        Tensor trained = layer.forward(x);
        layer.eval();
        try (var _ = Autograd.noGrad()) {
            assertThat(layer.forward(x)).isCloseTo(trained.detach(), 1e-5, 1e-5);
        }
    }

    /** The mask of shifted windows depends on the size, the type and the device. */
    @Test
    void sizesAndTypesMayAlternate() {
        var layer = attention(2, 1);
        Tensor small = Formula.of("small", 1, 4, 6, 4).to(DType.FLOAT64);
        Tensor large = Formula.of("large", 2, 6, 4, 4).to(DType.FLOAT64);
        Tensor first = layer.forward(small);
        Tensor second = layer.forward(large);
        assertThat(layer.forward(small).equal(first)).isTrue();
        assertThat(layer.forward(large).equal(second)).isTrue();
        layer.to(DType.FLOAT32);
        assertThat(layer.forward(small.to(DType.FLOAT32)).to(DType.FLOAT64)).isCloseTo(first.detach(), 1e-5, 1e-5);
        try (var _ = Device.META.open()) {
            assertThat(new ShiftedWindowAttention(4, 2, 1, 2).forward(Tensors.zeros(1, 4, 4, 4)).shape().dims())
                    .containsExactly(1, 4, 4, 4);
        }
        layer.to(DType.FLOAT64);
        assertThat(layer.forward(large).detach()).isCloseTo(second.detach(), 1e-6, 1e-6);
    }

    @Test
    void capturedWithAlternatingSizes() {
        var layer = attention(2, 1);
        layer.eval();
        var step = Captured.of((Tensor x) -> layer.forward(x));
        List<Tensor> pictures = List.of(Tensors.randn(1, 4, 6, 4), Tensors.randn(1, 6, 4, 4));
        try (var _ = Autograd.noGrad()) {
            for (int i = 0; i < 6; i++) {
                for (Tensor p : pictures) {
                    Tensor x = p.to(DType.FLOAT64);
                    assertThat(step.call(x).equal(layer.forward(x))).isTrue();
                    if (i > 3) {
                        assertThat(step.hasPlan(x)).as(String.valueOf(step.eagerReason())).isTrue();
                    }
                }
            }
        }
    }

    /** A window that covers the picture is not shifted, since all its tokens are neighbours. */
    @Test
    void oneWindowIsNotShifted() {
        var shifted = attention(4, 2);
        var plain = attention(4, 0);
        Tensor x = Formula.of("x", 1, 3, 4, 4).to(DType.FLOAT64);
        assertThat(shifted.forward(x).equal(plain.forward(x))).isTrue();
    }

    @Test
    void tokensThatWereNotNeighboursDoNotAttendToEachOther() {
        var layer = attention(2, 1);
        layer.eval();
        Tensor x = Formula.of("x", 1, 4, 4, 4).to(DType.FLOAT64);
        Tensor y = layer.forward(x);
        Tensor other = x.clone();
        other.narrow(1, 3, 1).narrow(2, 0, 4).add_(1); // the last row: shifted into the first's window
        Tensor changed = layer.forward(other);
        assertThat(changed.narrow(1, 0, 1).equal(y.narrow(1, 0, 1))).isTrue();
        assertThat(changed.narrow(1, 3, 1).equal(y.narrow(1, 3, 1))).isFalse();
    }

    @Test
    void attentionWithNoPictures() {
        var layer = new ShiftedWindowAttention(4, 2, 1, 2);
        assertThat(layer.forward(Tensors.zeros(0, 5, 4, 4)).shape().dims()).containsExactly(0, 5, 4, 4);
    }

    @Test
    void patchesAreMergedColumnByColumn() {
        var layer = new PatchMerging(1);
        layer.to(DType.FLOAT64);
        Formula.fill(layer);
        Tensor x = Formula.of("x", 2, 3, 5, 1).to(DType.FLOAT64);
        Tensor even = Tensors.pad(x, 0, 0, 0, 1, 0, 1);
        Tensor[] parts = new Tensor[4];
        for (int i = 0; i < 4; i++) {
            parts[i] = even.slice(1, i % 2, 4, 2).slice(2, i / 2, 6, 2);
        }
        Tensor patches = Tensors.cat(List.of(parts), 3);
        Tensor norm =
                Tensors.layerNorm(
                        patches,
                        new long[] {4},
                        layer.namedParameters().get("norm.weight"),
                        layer.namedParameters().get("norm.bias"),
                        1e-5);
        Tensor expected = Tensors.linear(norm, layer.namedParameters().get("reduction.weight"), null);
        assertThat(layer.forward(x).detach()).isCloseTo(expected.detach(), 1e-12, 1e-12);
        Gradcheck.check(in -> layer.forward(in[0]), x);
    }

    @Test
    void layerNormOverChannelsKeepsTheMemoryFormat() {
        var norm = new LayerNorm2d(5);
        Tensor x = Tensors.randn(2, 5, 3, 4);
        Tensor expected = Tensors.layerNorm(x.permute(0, 2, 3, 1), new long[] {5}, null, null, 1e-6);
        Tensor last = x.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2);
        for (Tensor in : new Tensor[] {x, last}) {
            assertThat(norm.forward(in).permute(0, 2, 3, 1).detach()).isCloseTo(expected, 1e-6, 1e-6);
        }
        assertThat(norm.forward(last).permute(0, 2, 3, 1).isContiguous()).isTrue();
        assertThatThrownBy(() -> norm.forward(Tensors.zeros(2, 5))).hasMessageContaining("expected [N, C, H, W]");
    }

    @Test
    void wrongArgumentsAreNamed() {
        assertThatThrownBy(() -> new ShiftedWindowAttention(4, 2, 2, 2)).hasMessageContaining("a shift of 2");
        assertThatThrownBy(() -> new ShiftedWindowAttention(4, 2, 1, 3)).hasMessageContaining("heads that divide");
        assertThatThrownBy(() -> new ShiftedWindowAttention(4, 2, 1, 2).forward(Tensors.zeros(4, 4, 4)))
                .hasMessageContaining("expected [N, H, W, C], got [4, 4, 4]");
    }
}
