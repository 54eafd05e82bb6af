package fathom.conformance;

import static fathom.Tensors.BOOL;
import static fathom.Tensors.FLOAT32;
import static fathom.Tensors.UINT8;
import static fathom.Tensors.arange;
import static fathom.Tensors.bernoulli;
import static fathom.Tensors.conv2d;
import static fathom.Tensors.maxPool2d;
import static fathom.Tensors.multinomial;
import static fathom.Tensors.ones;
import static fathom.Tensors.randn;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Captured;
import fathom.Tensor;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Lines that PyTorch's users write without thinking. */
class PyTorchHabitsTest {
    @Test
    void theResultOfAConvolutionIsViewed() {
        Tensor x = randn(2, 3, 8, 8);
        Tensor w = randn(4, 3, 3, 3).requiresGrad_();
        Tensor y = conv2d(x, w, null);
        for (Tensor t : List.of(y, y.relu(), maxPool2d(y, 2), y.narrow(0, 1, 1))) {
            assertThat(t.view(t.size(0), -1).equal(t.reshape(t.size(0), -1))).isTrue();
            assertThat(t.view(-1).equal(t.reshape(-1))).isTrue();
        }
        assertThat(y.get(1).view(4, -1).equal(y.get(1).reshape(4, -1))).isTrue();
        assertThat(conv2d(x, w, null).view(2, 4, 36).shape().dims()).containsExactly(2, 4, 36);
        assertThat(maxPool2d(randn(1, 2, 4, 4), 2).view(-1).numel()).isEqualTo(8);

        y.view(2, -1).mul(arange(144).to(FLOAT32)).sum().backward();
        Tensor g = Objects.requireNonNull(w.grad());
        w.zeroGrad();
        assertThat(w.grad()).isNull();
        conv2d(x, w, null).reshape(2, -1).mul(arange(144).to(FLOAT32)).sum().backward();
        assertThat(Objects.requireNonNull(w.grad()).equal(g)).isTrue();
    }

    @Test
    void aViewThatIsACopyRefusesWrites() {
        Tensor y = conv2d(randn(2, 3, 8, 8), randn(4, 3, 3, 3), null);
        Tensor view = y.view(2, -1);
        for (Tensor t : List.of(view, view.get(0), view.narrow(1, 3, 5).t())) {
            assertThatThrownBy(t::zero_)
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("its view is a copy");
        }
        assertThat(y.eq(0).any().itemBoolean()).isFalse();
        y.view(y.shape().dims()).zero_(); // no copy
        assertThat(y.eq(0).all().itemBoolean()).isTrue();
        assertThat(view.mul(2).add_(1).numel()).isEqualTo(288);
        assertThatThrownBy(() -> ones(3, 4).t().view(-1)).hasMessageContaining("use reshape");
        assertThatThrownBy(() -> ones(3, 4, 5).narrow(2, 0, 2).view(-1)).hasMessageContaining("use reshape");
    }

    @Test
    void bytesAreMasks() {
        Tensor x = arange(6).reshape(2, 3);
        Tensor mask = x.remainder(2);
        assertThat(x.get(mask.to(UINT8)).toLongArray()).containsExactly(1, 3, 5);
        assertThat(x.get(mask.to(UINT8)).equal(x.get(mask.to(BOOL)))).isTrue();
        assertThat(x.clone().set(9, mask.to(UINT8)).toLongArray()).containsExactly(0, 9, 2, 9, 4, 9);
        assertThat(x.get(fathom.Index.ALL, arange(3).gt(0).to(UINT8)).toLongArray()).containsExactly(1, 2, 4, 5);
        assertThatThrownBy(() -> x.get(ones(UINT8, 3)))
                .isInstanceOf(IndexOutOfBoundsException.class)
                .hasMessageContaining("a mask of shape [3] does not fit a tensor of shape [2, 3]")
                .hasMessageContaining("UINT8");
        assertThatThrownBy(() -> x.clone().set(0, ones(BOOL, 2, 3, 1))).isInstanceOf(IndexOutOfBoundsException.class);
        assertThat(x.clone().set(7, ones(BOOL, 2)).eq(7).all().itemBoolean()).isTrue();
    }

    private static void isCaptured(UnaryOperator<Tensor> step) {
        var captured = Captured.of(step);
        Tensor x = randn(4, 6);
        for (int i = 0; i < 5; i++) {
            captured.call(x);
        }
        assertThat(captured.hasPlan(x)).as(String.valueOf(captured.eagerReason())).isTrue();
        fathom.Tensors.manualSeed(3);
        Tensor expected = step.apply(x).clone();
        fathom.Tensors.manualSeed(3);
        assertThat(captured.call(x).equal(expected)).isTrue();
    }

    @Test
    void randomChoicesAndMasksAreCaptured() {
        isCaptured(x -> x.mul(bernoulli(x.sigmoid())));
        isCaptured(x -> multinomial(x.exp(), 3, false));
        isCaptured(x -> multinomial(x.exp(), 9, true));
        isCaptured(x -> x.clone().set(0, x.gt(0)));
        isCaptured(x -> x.clone().set(-1, x.gt(0).to(UINT8)));
    }

    @Test
    void replaysCheckProbabilitiesToo() {
        UnaryOperator<Tensor> step = x -> bernoulli(x);
        var captured = Captured.of(step);
        Tensor p = ones(5).mul(0.5);
        for (int i = 0; i < 5; i++) {
            captured.call(p);
        }
        assertThat(captured.hasPlan(p)).isTrue();
        p.fill_(2);
        assertThatThrownBy(() -> captured.call(p)).hasMessageContaining("probabilities must be in [0, 1]");
        UnaryOperator<Tensor> draw = w -> multinomial(w, 2, false);
        var drawn = Captured.of(draw);
        Tensor w = ones(5);
        for (int i = 0; i < 5; i++) {
            drawn.call(w);
        }
        w.zero_();
        assertThatThrownBy(() -> drawn.call(w)).hasMessageContaining("not all zero in a row");
        w.set(1, 3);
        assertThatThrownBy(() -> drawn.call(w)).hasMessageContaining("a row has only 1 positive weights");
    }

    @Test
    void aRefusalNamesTheOperationAndTheLine() {
        UnaryOperator<Tensor> step = x -> x.mul(x.sum().item());
        var captured = Captured.of(step);
        for (int i = 0; i < 4; i++) {
            captured.call(ones(3));
        }
        assertThat(captured.eagerReason()).matches(".*item at .*PyTorchHabitsTest.java:\\d+\\)");
    }
}
