package fathom.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.Autograd;
import fathom.Captured;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** A plan is replayed only while the tensors that it uses are unchanged; changes of others have no effect. */
class StalePlansTest {
    private static final int CALLS = 24;

    private static Tensor numbers(int seed, long... shape) {
        return Tensors.withSeed(seed, () -> Tensors.randn(shape));
    }

    /** A step on some parameters, and something that changes them. */
    private record Case(UnaryOperator<Tensor> step, List<Tensor> parameters, IntConsumer change) {}

    /** All results and gradients of a case whose change comes before each call, captured or not. */
    private static List<float[]> run(Supplier<Case> make, boolean capture) {
        Case c = make.get();
        Captured captured = Captured.of(c.step);
        var seen = new ArrayList<float[]>();
        for (int i = 0; i < CALLS; i++) {
            c.change.accept(i);
            Tensor x = numbers(i, 4);
            seen.add((capture ? captured.call(x) : c.step.apply(x)).toFloatArray());
            for (Tensor p : c.parameters) {
                Tensor g = p.grad();
                seen.add(g == null ? new float[0] : g.toFloatArray());
                p.setGrad(null);
            }
        }
        if (capture) {
            assertThat(captured.eagerReason()).isNull();
            assertThat(captured.plan()).contains("kernels of");
        }
        return seen;
    }

    private static void same(Supplier<Case> make) {
        List<float[]> eager = run(make, false);
        List<float[]> captured = run(make, true);
        for (int i = 0; i < eager.size(); i++) {
            assertThat(captured.get(i)).as("number %d", i).isEqualTo(eager.get(i));
        }
    }

    private static Tensor step(Tensor x, Tensor... weights) {
        Tensor y = x;
        for (Tensor w : weights) {
            y = y.mul(w).tanh();
        }
        Tensor loss = y.square().sum();
        if (loss.requiresGrad()) {
            loss.backward();
        }
        return loss;
    }

    @Test
    void aParameterIsFrozenAndThawed() {
        same(() -> {
            Tensor v = numbers(1, 4).requiresGrad_();
            Tensor w = numbers(2, 4).requiresGrad_();
            return new Case(x -> step(x, v, w), List.of(v, w), i -> w.requiresGrad_(i / 8 != 1));
        });
    }

    @Test
    void aParametersMemoryIsReplaced() {
        same(() -> {
            Tensor w = numbers(1, 4).requiresGrad_();
            return new Case(
                    x -> step(x, w),
                    List.of(w),
                    i -> {
                        if (i == 9) {
                            w.setData(numbers(5, 4));
                        }
                    });
        });
    }

    @Test
    void memoryIsCopiedBothWays() {
        Tensor a = numbers(1, 4);
        Tensor b = numbers(2, 4);
        AtomicInteger runs = new AtomicInteger();
        Tensor w = Tensors.zeros(4);
        Captured c =
                Captured.of((Tensor x) -> {
                    runs.incrementAndGet();
                    return x.mul(w);
                });
        for (int i = 0; i < 30; i++) {
            w.setData(i % 2 == 0 ? a : b);
            Tensor x = numbers(i, 4);
            assertThat(c.call(x).equal(x.mul(w))).isTrue();
        }
        assertThat(runs).as("each memory has its plan").hasValue(6);
    }

    @Test
    void aBufferWhoseShapeIsReadChangesIt() {
        Tensor table = Tensors.ones(2);
        Captured c = Captured.of((Tensor x) -> x.mul(table.size(0)));
        for (int i = 0; i < CALLS; i++) {
            if (i == 12) {
                table.setData(Tensors.ones(5));
            }
            assertThat(c.call(Tensors.ones(3)).max().item()).isEqualTo(i < 12 ? 2 : 5);
        }
    }

    @Test
    void aHookIsAddedAndRemoved() {
        same(() -> {
            Tensor w = numbers(1, 4).requiresGrad_();
            var remove = new ArrayList<Runnable>();
            return new Case(
                    x -> step(x, w),
                    List.of(w),
                    i -> {
                        if (i == 8) {
                            remove.add(w.registerHook(g -> g.mul(10)));
                        } else if (i == 16) {
                            remove.getFirst().run();
                        }
                    });
        });
    }

    @Test
    void changesOfOtherTensorsHaveNoEffect() {
        Tensor w = numbers(1, 4).requiresGrad_();
        AtomicInteger runs = new AtomicInteger();
        Captured c =
                Captured.of((Tensor x) -> {
                    runs.incrementAndGet();
                    w.setGrad(null);
                    return step(x, w);
                });
        var others = new ArrayList<Tensor>();
        for (int i = 0; i < CALLS; i++) {
            Tensor other = Tensors.ones(3).keep().requiresGrad_();
            other.requiresGrad_(false);
            other.setData(Tensors.ones(DType.FLOAT64, 5));
            others.add(other.requiresGrad_());
            other.registerHook(g -> g);
            c.call(numbers(i, 4));
        }
        assertThat(runs).hasValue(3);
    }

    @Test
    void anArgumentThatIsAlsoATensorFromOutside() {
        Tensor table = numbers(1, 4);
        Captured c = Captured.of((Tensor x) -> x.mul(2).add(table));
        for (int i = 0; i < CALLS; i++) {
            Tensor x = i < 5 ? table : numbers(i, 4);
            assertThat(c.call(x).equal(x.mul(2).add(table))).as("call %d", i).isTrue();
        }
    }

    @Test
    void gradientsThatShareMemory() {
        Tensor v = numbers(1, 4).requiresGrad_();
        Tensor w = numbers(2, 4).requiresGrad_();
        Captured c = Captured.of((Tensor x) -> x.mul(v.grad()).add(w.grad()));
        for (int i = 0; i < CALLS; i++) {
            Tensor g = numbers(i, 4);
            v.setGrad(g);
            w.setGrad(i < 6 || i % 2 == 0 ? g : numbers(100 + i, 4));
            Tensor x = numbers(50 + i, 4);
            assertThat(c.call(x).equal(x.mul(v.grad()).add(w.grad()))).as("call %d", i).isTrue();
        }
    }

    @Test
    void changingATensorInTheStepEndsTheCapture() {
        Tensor w = Tensors.ones(4);
        Captured c =
                Captured.of((Tensor x) -> {
                    w.setData(x.mul(2));
                    return w.add(1);
                });
        for (int i = 0; i < 8; i++) {
            assertThat(c.call(Tensors.full(i, DType.FLOAT32, 4)).max().item()).isEqualTo(2 * i + 1);
        }
        assertThat(c.eagerReason()).contains("setData").contains("StalePlansTest.java");
    }

    @Test
    void tensorsCreatedInTheStepMayChange() {
        Captured c =
                Captured.of((Tensor x) -> {
                    Tensor at = x.detach().requiresGrad_();
                    at.registerHook(g -> g.mul(2));
                    return Autograd.grad(at.square().sum(), List.of(at)).getFirst().detach();
                });
        for (int i = 0; i < 8; i++) {
            Tensor x = numbers(i, 4);
            assertThat(c.call(x).equal(x.mul(2).mul(2))).isTrue();
        }
        assertThat(c.eagerReason()).isNull();
    }
}
