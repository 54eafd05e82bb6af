package fathom.conformance;

import static fathom.Tensors.ones;
import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.Scope;
import fathom.Tensor;
import fathom.memory.Allocator;
import fathom.primitive.Ops;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** A gradient that was never read releases its memory when it is dropped; all others stay valid. */
class GradientMemoryTest {
    private static final int N = 1 << 20;
    private static final long BYTES = 4L * N;

    private final Tensor w = ones(N).requiresGrad_(true);

    @Test
    void anUnreadGradientIsReleasedAtOnce() {
        w.mul(w).sum().backward();
        assertThatItGoesBackWhenDropped();
    }

    @Test
    void anAccumulatedGradientIsReleased() {
        w.mul(w).sum().backward();
        w.mul(3).sum().backward();
        assertThatItGoesBackWhenDropped();
    }

    @Test
    void aGradientThatOutlivedAScopeIsReleased() {
        try (var _ = Scope.open()) {
            w.mul(w).sum().backward();
        }
        assertThatItGoesBackWhenDropped();
    }

    @Test
    void aReadGradientStaysValid() {
        w.mul(w).sum().backward();
        Tensor g = w.grad();
        Tensor view = w.grad().narrow(0, 5, 2);
        w.setGrad(null);
        churn();
        assertThat(g.get(N - 1)).hasValues(2);
        assertThat(view).hasValues(2, 2);
    }

    @Test
    void aGradientSeenByAHookStaysValid() {
        var seen = new ArrayList<Tensor>();
        w.registerHook(g -> {
            seen.add(g);
            return g;
        });
        w.mul(w).sum().backward();
        w.setGrad(null);
        churn();
        assertThat(seen.getFirst().get(7)).hasValues(2);
    }

    @Test
    void aGradientSharedByTwoLeavesIsNotReleased() {
        Tensor v = ones(N).requiresGrad_(true);
        w.add(v).sum().backward();
        w.setGrad(null);
        churn();
        assertThat(v.grad().get(7)).hasValues(1);
    }

    @Test
    void aGradientWithHistoryStaysValid() {
        Tensor y = w.mul(w).sum();
        y.backward(b -> b.createGraph(true));
        Tensor twice = w.grad().mul(w.grad()).sum();
        w.setGrad(null);
        churn();
        twice.backward();
        assertThat(w.grad().get(7)).hasValues(8);
    }

    @Test
    void aGradientReplacedByItsViewStaysValid() {
        w.mul(w).sum().backward();
        w.setGrad(w.grad().detach());
        churn();
        assertThat(w.grad().get(7)).hasValues(2);
    }

    @Test
    void memoryInUseByAnotherThreadStaysValid() throws InterruptedException {
        var made = new CountDownLatch(1);
        var seen = new CountDownLatch(1);
        var thread =
                Thread.ofPlatform()
                        .start(() -> {
                            w.mul(w).sum().backward();
                            made.countDown();
                            try {
                                seen.await();
                            } catch (InterruptedException e) {
                                throw new IllegalStateException(e);
                            }
                            w.setGrad(null);
                        });
        made.await();
        Tensor inPassing = Ops.gradient(w);
        seen.countDown();
        thread.join();
        churn();
        assertThat(inPassing.get(7)).hasValues(2);
    }

    @Test
    void requestedGradientsBelongToTheScope() {
        Tensor y = w.mul(w);
        Tensor half;
        long before;
        List<Tensor> outside = Autograd.grad(y.mul(y).sum(), List.of(y, w));
        try (var _ = Scope.open()) {
            Tensor z = w.mul(w);
            List<Tensor> grads = Autograd.grad(z.mul(z).sum(), List.of(z, w));
            churn();
            assertThat(grads.get(0).get(3)).hasValues(2);
            assertThat(grads.get(1).get(3)).hasValues(4);
            half = grads.get(1);
            before = Allocator.usage().inUse();
        }
        assertThat(Allocator.usage().inUse()).isLessThanOrEqualTo(before - 2 * BYTES);
        assertThatThrownBy(half::sum).hasMessageContaining("scope");
        churn();
        assertThat(outside.get(0).get(3)).hasValues(2);
        assertThat(outside.get(1).get(3)).hasValues(4);
    }

    private void assertThatItGoesBackWhenDropped() {
        long before = Allocator.usage().inUse();
        w.setGrad(null);
        assertThat(Allocator.usage().inUse()).isLessThanOrEqualTo(before - BYTES);
    }

    /** Overwrites released memory. */
    private static void churn() {
        for (int i = 0; i < 8; i++) {
            ones(N).mul_(-5);
        }
    }
}
