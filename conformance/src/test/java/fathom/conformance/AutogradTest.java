package fathom.conformance;

import static fathom.Tensors.ones;
import static fathom.Tensors.randn;
import static fathom.Tensors.tensor;
import static fathom.Tensors.zeros;
import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.DType;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** Autograd: recording, backward, and rejected uses. Expected values are PyTorch's. */
class AutogradTest {
    private static Tensor leaf(double... values) {
        return tensor(values).requiresGrad_();
    }

    @Test
    void gradientsAccumulate() {
        Tensor x = leaf(1, 2, 3);
        x.mul(x).sum().backward();
        x.sum().backward();
        assertThat(x.grad()).hasValues(3, 5, 7);
        x.grad().zero_();
        x.mul(2).sum().backward();
        assertThat(x.grad()).hasValues(2, 2, 2);
    }

    @Test
    void oneTensorUsedManyTimes() {
        Tensor x = leaf(3);
        Tensor y = x.mul(x).add(x).mul(x);
        y.sum().backward();
        assertThat(x.grad()).hasValues(3 * 9 + 2 * 3);
    }

    @Test
    void aDiamondGraphIsTraversedOnce() {
        Tensor x = leaf(2);
        Tensor y = x;
        for (int i = 0; i < 40; i++) { // 2^40 paths
            y = y.mul(0.5).add(y.mul(0.5));
        }
        y.sum().backward();
        assertThat(x.grad()).hasValues(1);
    }

    @Test
    void graphsOfTenThousandOperations() {
        Tensor x = leaf(1, 2);
        Tensor y = x;
        for (int i = 0; i < 20_000; i++) {
            y = y.add(1);
        }
        y.sum().backward();
        assertThat(x.grad()).hasValues(1, 1);
    }

    @Test
    void onlyScalarsHaveADefaultGradient() {
        Tensor x = leaf(1, 2);
        assertThatThrownBy(() -> x.mul(2).backward())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("[2]");
        assertThatThrownBy(() -> tensor(1.0).sum().backward())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("does not require a gradient");
        assertThatThrownBy(() -> x.mul(2).backward(ones(3)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("[3]")
                .hasMessageContaining("[2]");
        x.mul(2).backward(tensor(1.0, 10));
        assertThat(x.grad()).hasValues(2, 20);
    }

    @Test
    void theGraphIsFreedUnlessRetained() {
        Tensor x = leaf(2);
        Tensor y = x.mul(x).sum();
        y.backward(b -> b.retainGraph(true));
        y.backward();
        assertThat(x.grad()).hasValues(8);
        assertThatThrownBy(y::backward).isInstanceOf(IllegalStateException.class).hasMessageContaining("retainGraph");
    }

    @Test
    void gradientsAreAccumulatedIntoTheGivenInputsOnly() {
        Tensor x = leaf(2);
        Tensor y = leaf(3);
        x.mul(y).sum().backward(b -> b.inputs(List.of(y)));
        assertThat(x.grad()).isNull();
        assertThat(y.grad()).hasValues(2);
        x.mul(y).sum().backward(b -> b.inputs(List.of(x, y)));
        assertThat(x.grad()).hasValues(3);
        assertThat(y.grad()).hasValues(4);
        Tensor product = x.mul(y);
        assertThatThrownBy(() -> product.sum().backward(b -> b.inputs(List.of(product))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("result of an operation; expected leaves");
        assertThatThrownBy(() -> product.sum().backward(b -> b.inputs(List.of())))
                .hasMessageContaining("at least one input");
    }

    @Test
    void detachedTensorsAreConstants() {
        Tensor x = leaf(2, 3);
        Tensor u = x.mul(x).detach();
        assertThat(u.requiresGrad()).isFalse();
        assertThat(u.isLeaf()).isTrue();
        u.mul(x).sum().backward();
        assertThat(x.grad()).hasValues(4, 9);
    }

    @Test
    void nothingIsRecordedWithinNoGrad() {
        Tensor x = leaf(1);
        try (var off = Autograd.noGrad()) {
            assertThat(Autograd.isGradEnabled()).isFalse();
            assertThat(x.mul(2).requiresGrad()).isFalse();
            try (var on = Autograd.enableGrad()) {
                assertThat(x.mul(2).requiresGrad()).isTrue();
            }
            x.add_(1);
        }
        assertThat(Autograd.isGradEnabled()).isTrue();
        assertThat(x).hasValues(2);
        assertThat(x.isLeaf()).isTrue();
    }

    @Test
    void settingsHoldForTheThread() throws InterruptedException {
        try (var off = Autograd.noGrad()) {
            var seen = new boolean[1];
            var thread = new Thread(() -> seen[0] = Autograd.isGradEnabled());
            thread.start();
            thread.join();
            assertThat(seen[0]).isTrue();
        }
    }

    @Test
    void onlyFloatingTensorsHaveGradients() {
        assertThatThrownBy(() -> Tensors.arange(3).requiresGrad_())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("INT64");
    }

    @Test
    void leavesCannotBeWrittenWhileRecording() {
        Tensor x = leaf(1, 2);
        assertThatThrownBy(() -> x.add_(1)).isInstanceOf(IllegalStateException.class).hasMessageContaining("leaf");
        assertThatThrownBy(() -> x.select(0, 0).fill_(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("leaf");
        assertThat(x).hasValues(1, 2);
    }

    @Test
    void writingASavedTensorIsAnError() {
        Tensor x = leaf(1, 2);
        Tensor y = x.mul(2);
        Tensor z = y.mul(y);
        y.add_(1);
        assertThatThrownBy(() -> z.sum().backward())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("modified in place")
                .hasMessageContaining("[2]");
    }

    @Test
    void writingASavedTensorThroughAViewIsAnError() {
        Tensor x = leaf(1, 2, 3);
        Tensor y = x.mul(2);
        Tensor z = y.exp();
        z.get("0:1").zero_();
        assertThatThrownBy(() -> z.sum().backward())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("modified in place");
    }

    @Test
    void writingAnUnsavedTensorIsAllowed() {
        Tensor x = leaf(1, 2);
        Tensor y = x.mul(2);
        Tensor z = y.add(3);
        y.add_(10);
        z.sum().add(y.sum()).backward();
        assertThat(x.grad()).hasValues(4, 4);
    }

    @Test
    void inPlaceOperationsAreRecorded() {
        Tensor x = leaf(1, 2, 3, 4);
        Tensor y = x.mul(1);
        y.get("1:3").mul_(10);
        y.get("0").fill_(7);
        Tensor whole = y.mul(2);
        whole.sum().backward();
        assertThat(whole).hasValues(14, 40, 60, 8);
        assertThat(x.grad()).hasValues(0, 20, 20, 2);
    }

    @Test
    void aViewSeesWritesToItsBase() {
        Tensor x = leaf(1, 2, 3);
        Tensor y = x.mul(1);
        Tensor view = y.get("1:");
        y.mul_(3);
        view.sum().backward();
        assertThat(view).hasValues(6, 9);
        assertThat(x.grad()).hasValues(0, 3, 3);
    }

    @Test
    void hooksSeeAndReplaceGradients() {
        Tensor x = leaf(1, 2);
        var seen = new ArrayList<Double>();
        Runnable remove =
                x.registerHook(g -> {
                    seen.add(g.sum().item());
                    return g.mul(10);
                });
        Tensor y = x.mul(3);
        y.registerHook(g -> g.mul(2));
        y.sum().backward();
        assertThat(seen).containsExactly(12.0);
        assertThat(x.grad()).hasValues(60, 60);
        remove.run();
        x.setGrad(null);
        x.mul(3).sum().backward();
        assertThat(x.grad()).hasValues(3, 3);
        assertThat(seen).hasSize(1);
    }

    @Test
    void aLeafsHookReceivesTheSumOfItsGradients() {
        Tensor x = leaf(1, 2);
        var seen = new ArrayList<Double>();
        x.registerHook(g -> {
            seen.add(g.sum().item());
            return g.mul(10);
        });
        x.mul(x).add(x.mul(3)).sum().backward();
        assertThat(seen).containsExactly(12.0);
        assertThat(x.grad()).hasValues(50, 70);
        List<Tensor> grads = Autograd.grad(x.mul(x).sum(), List.of(x));
        assertThat(grads.getFirst()).hasValues(20, 40);
        assertThat(seen).containsExactly(12.0, 6.0);
    }

    @Test
    void retainGradKeepsGradientsOfResults() {
        Tensor x = leaf(1, 2);
        Tensor y = x.mul(3).retainGrad();
        y.mul(y).sum().backward();
        assertThat(y.grad()).hasValues(6, 12);
        assertThat(x.grad()).hasValues(18, 36);
    }

    @Test
    void secondOrder() {
        Tensor x = leaf(2, 3);
        Tensor g = Autograd.grad(x.pow(3).sum(), List.of(x), o -> o.createGraph(true)).getFirst();
        assertThat(g).hasValues(12, 27);
        g.sum().backward();
        assertThat(x.grad()).hasValues(12, 18);
    }

    @Test
    void gradOfUnusedInputs() {
        Tensor x = leaf(1);
        Tensor unused = leaf(1);
        assertThatThrownBy(() -> Autograd.grad(x.mul(2), List.of(x, unused)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("input 1");
        var grads = Autograd.grad(x.mul(2), List.of(x, unused), o -> o.allowUnused(true));
        assertThat(grads.get(0)).hasValues(2);
        assertThat(grads.get(1)).isNull();
        assertThat(x.grad()).isNull();
    }

    @Test
    void functionsAndTheirDerivatives() {
        Tensor x = tensor(1.0, 2, 3);
        assertThat(Autograd.jacobian(t -> t.pow(2).cumsum(0), x)).hasShape(3, 3).hasValues(2, 0, 0, 2, 4, 0, 2, 4, 6);
        assertThat(Autograd.hessian(t -> t.pow(3).sum(), tensor(1.0, 2))).hasShape(2, 2).hasValues(6, 0, 0, 12);
        var vjp = Autograd.vjp(t -> t.mul(t), x, tensor(1.0, 10, 100));
        assertThat(vjp.value()).hasValues(1, 4, 9);
        assertThat(vjp.product()).hasValues(2, 40, 600);
        var jvp = Autograd.jvp(t -> t.cumsum(0), x, tensor(1.0, 10, 100));
        assertThat(jvp.product()).hasValues(1, 11, 111);
        assertThat(Autograd.grad(t -> t.pow(4).sum()).apply(tensor(2.0))).hasValues(32);
    }

    @Test
    void controlFlowIsPlainJava() {
        Tensor a = tensor(0.3).requiresGrad_();
        Tensor b = a.mul(2);
        while (b.norm().item() < 1000) {
            b = b.mul(2);
        }
        Tensor c = b.sum().item() > 0 ? b : b.mul(100);
        c.sum().backward();
        assertThat(a.grad().eq(c.div(a)).all().itemBoolean()).isTrue();
    }

    @Test
    void gradientsPassThroughTypes() {
        Tensor x = leaf(1, 2);
        x.to(DType.FLOAT64).mul(3).sum().backward();
        assertThat(x.grad()).hasType(DType.FLOAT32).hasValues(3, 3);
    }

    @Test
    void broadcastInputsGetSums() {
        Tensor row = leaf(1, 2, 3);
        Tensor column = zeros(2, 1).requiresGrad_();
        row.add(column).mul(tensor(new double[][] {{1, 2, 3}, {4, 5, 6}})).sum().backward();
        assertThat(row.grad()).hasShape(3).hasValues(5, 7, 9);
        assertThat(column.grad()).hasShape(2, 1).hasValues(6, 15);
    }

    @Test
    void emptyTensorsHaveEmptyGradients() {
        Tensor x = zeros(0, 3).requiresGrad_();
        x.mul(2).sum().backward();
        assertThat(x.grad()).hasShape(0, 3);
    }

    @Test
    void gradientsOfLeavesOutliveTheirScope() {
        Tensor x = ones(20_000).requiresGrad_(); // small tensors share memory, which is freed as a whole
        Tensor gone;
        try (var scope = Scope.open()) {
            gone = x.mul(2);
            gone.sum().backward();
        }
        assertThat(x.grad().sum()).hasValues(40_000);
        assertThatThrownBy(() -> gone.add(1)).isInstanceOf(IllegalStateException.class).hasMessageContaining("scope");
        assertThatThrownBy(() -> gone.select(0, 3).item()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(gone::toString).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void manyThreadsAtOnce() throws InterruptedException {
        for (int round = 0; round < 20; round++) { // the first gradient and later ones meet in different ways
            Tensor w = randn(4, 4).requiresGrad_();
            var threads = new ArrayList<Thread>();
            var start = new CountDownLatch(1);
            for (int i = 0; i < 4; i++) {
                threads.add(
                        Thread.ofPlatform()
                                .start(() -> {
                                    try {
                                        start.await();
                                    } catch (InterruptedException e) {
                                        return;
                                    }
                                    for (int k = 0; k < 50; k++) {
                                        w.sum().backward();
                                    }
                                }));
            }
            start.countDown();
            for (Thread t : threads) {
                t.join();
            }
            assertThat(w.grad().get(0, 0)).hasValues(200);
        }
    }
}
