package fathom;

import static fathom.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Hooks that run when a leaf's gradient is complete. */
class AccumulationHooksTest {
    @Test
    void aHookRunsOnceWithTheWholeGradientWhileBackwardGoesOn() {
        Tensor first = tensor(2.0).requiresGrad_();
        Tensor last = tensor(3.0).requiresGrad_();
        var order = new ArrayList<String>();
        first.registerPostAccumulateGradHook(t -> order.add("first %s".formatted(t.grad().item())));
        last.registerPostAccumulateGradHook(t -> {
            order.add("last %s".formatted(t.grad().item()));
            assertThat(first.grad()).isNull(); // not yet reached
        });
        // last is used twice, in the operations that backward comes to first
        Tensor y = first.mul(5).exp().mul(0).add(first).mul(last).mul(last);
        y.backward();
        assertThat(order).containsExactly("last 12.0", "first 9.0");
    }

    @Test
    void itSeesWhatWasAccumulatedBeforeAndWhatHooksChanged() {
        Tensor x = tensor(1.0).requiresGrad_();
        x.registerHook(g -> g.mul(10));
        var seen = new ArrayList<Double>();
        Runnable remove = x.registerPostAccumulateGradHook(t -> seen.add(t.grad().item()));
        x.mul(2).backward();
        x.mul(x).backward();
        assertThat(seen).containsExactly(20.0, 40.0);
        remove.run();
        x.mul(2).backward();
        assertThat(seen).hasSize(2);
        assertThat(x.grad().item()).isEqualTo(60);
    }

    @Test
    void usesThatNoGradientReachesDoNotHoldItBack() {
        Tensor x = tensor(1.0).requiresGrad_();
        var calls = new ArrayList<Double>();
        x.registerPostAccumulateGradHook(t -> calls.add(t.grad().item()));
        List<Tensor> parts = x.mul(tensor(1.0, 2.0)).unbind(0);
        Tensor unused = x.mul(7);
        parts.getFirst().add(unused.detach()).backward();
        assertThat(calls).containsExactly(1.0);
        Tensor other = tensor(1.0).requiresGrad_();
        other.mul(3).backward();
        assertThat(calls).hasSize(1);
        x.mul(other).backward(b -> b.inputs(List.of(other)));
        assertThat(calls).hasSize(1);
    }

    @Test
    void actionsRunAtTheEndOfTheBackwardPass() {
        Tensor x = tensor(1.0).requiresGrad_();
        Tensor y = tensor(1.0).requiresGrad_();
        var order = new ArrayList<String>();
        y.registerPostAccumulateGradHook(t -> Autograd.whenBackwardEnds(() -> order.add("end")));
        x.registerPostAccumulateGradHook(t -> order.add("x"));
        x.exp().mul(y).backward();
        assertThat(order).containsExactly("x", "end");
        assertThatThrownBy(() -> Autograd.whenBackwardEnds(() -> {})).hasMessageContaining("no backward pass");
    }

    @Test
    void onlyLeavesHaveSuchHooks() {
        Tensor x = tensor(1.0).requiresGrad_();
        assertThatThrownBy(() -> x.mul(2).registerPostAccumulateGradHook(t -> {})).hasMessageContaining("not a leaf");
        assertThatThrownBy(() -> tensor(1.0).registerPostAccumulateGradHook(t -> {}))
                .hasMessageContaining("not a leaf that requires a gradient");
    }
}
