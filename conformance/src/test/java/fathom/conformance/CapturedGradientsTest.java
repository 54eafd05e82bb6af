package fathom.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.Captured;
import fathom.Fathom;
import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;

/** Gradients computed by plans: the values of the eager step, in memory shared by all plans of a step. */
class CapturedGradientsTest {
    private static Tensor numbers(int seed, long... shape) {
        return Tensors.withSeed(seed, () -> Tensors.randn(shape));
    }

    /** Runs a step on inputs of several lengths in turn; returns all gradients, and what happened in between. */
    private static List<float[]> run(boolean capture, int lengths, BiConsumer<Tensor, Tensor> step) {
        Tensor w = numbers(1, 6, 6).requiresGrad_();
        Captured captured =
                Captured.of((Tensor x) -> {
                    step.accept(w, x);
                    return x;
                });
        var seen = new ArrayList<float[]>();
        for (int i = 0; i < 12 * lengths; i++) {
            Tensor x = numbers(i, 2 + i % lengths, 6);
            if (capture) {
                captured.call(x);
            } else {
                step.accept(w, x);
            }
            Tensor g = w.grad();
            seen.add(g == null ? new float[0] : g.toFloatArray());
            if (i % 7 == 6) {
                w.setGrad(i % 2 == 0 ? null : numbers(-i, 6, 6));
            }
        }
        if (capture) {
            assertThat(captured.eagerReason()).isNull();
            assertThat(captured.plan()).contains("kernels of");
        }
        return seen;
    }

    private static void same(BiConsumer<Tensor, Tensor> step) {
        for (int lengths : new int[] {1, 3}) {
            List<float[]> eager = run(false, lengths, step);
            List<float[]> captured = run(true, lengths, step);
            for (int i = 0; i < eager.size(); i++) {
                assertThat(captured.get(i)).as("call %d of %d lengths", i, lengths).isEqualTo(eager.get(i));
            }
        }
    }

    private static Tensor loss(Tensor w, Tensor x) {
        return x.matmul(w).tanh().square().sum();
    }

    @Test
    void replaced() {
        same((w, x) -> {
            w.setGrad(null);
            loss(w, x).backward();
        });
    }

    @Test
    void accumulated() {
        same((w, x) -> loss(w, x).backward());
    }

    @Test
    void filledWithZeros() {
        same((w, x) -> {
            Tensor g = w.grad();
            if (g != null) {
                w.setGrad(g.detach().zero_());
            }
            loss(w, x).backward();
        });
    }

    /** The new gradient is computed from the old one, in a kernel that must not write where it reads. */
    @Test
    void computedFromThePrevious() {
        same((w, x) -> {
            Tensor old = w.grad();
            w.setGrad(null);
            loss(w, x).backward();
            if (old != null) {
                w.setGrad(w.grad().matmul(old).tanh().add(old.t()));
            }
        });
    }

    /** Two leaves that share one gradient keep sharing one. */
    @Test
    void sharedByTwoLeaves() {
        for (int lengths : new int[] {1, 3}) {
            Tensor v = numbers(1, 6, 6).requiresGrad_();
            Tensor w = numbers(2, 6, 6).requiresGrad_();
            Captured c =
                    Captured.of((Tensor x) -> {
                        v.setGrad(null);
                        w.setGrad(null);
                        loss(v, x).add(loss(w, x)).backward();
                        v.setGrad(v.grad().add(w.grad()));
                        w.setGrad(v.grad());
                        return x;
                    });
            for (int i = 0; i < 8 * lengths; i++) {
                Tensor x = numbers(i, 2 + i % lengths, 6);
                c.call(x);
                assertThat(w.grad().sharesStorageWith(v.grad())).isTrue();
                Tensor a = v.detach().clone().requiresGrad_();
                Tensor b = w.detach().clone().requiresGrad_();
                loss(a, x).add(loss(b, x)).backward();
                assertThat(v.grad().equal(a.grad().add(b.grad()))).as("call %d", i).isTrue();
            }
            assertThat(c.eagerReason()).isNull();
        }
    }

    @Test
    void gradientPassedAsAnArgument() {
        Tensor w = numbers(1, 4, 4).requiresGrad_();
        Captured c =
                Captured.of((Tensor x) -> {
                    w.setGrad(null);
                    w.matmul(x).tanh().sum().backward();
                    return x.sum();
                });
        Tensor right = numbers(2, 4, 4);
        Tensor x = right.clone();
        for (int i = 0; i < 8; i++) {
            assertThat(c.call(x).item()).isEqualTo(right.sum().item());
            Tensor v = w.detach().clone().requiresGrad_();
            v.matmul(right).tanh().sum().backward();
            assertThat(w.grad().equal(v.grad())).as("call %d", i).isTrue();
            x = w.grad();
            right = v.grad();
        }
        assertThat(c.eagerReason()).isNull();
    }

    @Test
    void returnedAsAResult() {
        Tensor w = numbers(1, 4, 4).requiresGrad_();
        Captured c =
                Captured.of((Tensor x) -> {
                    w.setGrad(null);
                    x.matmul(w).square().sum().backward();
                    return w.grad();
                });
        var results = new ArrayList<Tensor>();
        var copies = new ArrayList<Tensor>();
        for (int i = 0; i < 8; i++) {
            results.add(c.call(numbers(i, 3, 4)));
            copies.add(results.getLast().clone());
        }
        for (int i = 0; i < 8; i++) {
            assertThat(results.get(i).equal(copies.get(i))).as("result %d", i).isTrue();
        }
        assertThat(c.eagerReason()).isNull();
    }

    @Test
    void memoryIsSharedByAllShapes() {
        Tensor w = Tensors.zeros(1000, 500).requiresGrad_();
        long bytes = w.numel() * 4;
        Captured c =
                Captured.of((Tensor x) -> {
                    w.setGrad(null);
                    Tensor loss = x.matmul(w).square().sum();
                    loss.backward();
                    return loss;
                });
        long after = 0;
        for (int n = 1; n <= 12; n++) {
            for (int i = 0; i < 5; i++) {
                c.call(Tensors.ones(n, 1000));
            }
            if (n == 2) {
                after = Fathom.memory().inUse();
            }
        }
        assertThat(Fathom.memory().inUse() - after).isLessThan(2 * bytes);
        assertThat(c.eagerReason()).isNull();
    }
}
