package fathom.optim.rule;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Captured;
import fathom.DType;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.optim.Adam;
import fathom.optim.ExponentialLR;
import fathom.optim.Optimizer;
import fathom.optim.OptimizerState;
import fathom.optim.ParameterGroup;
import fathom.optim.SGD;
import fathom.testkit.Golden;
import fathom.testkit.GoldenCase;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Rules that evaluate the loss themselves: L-BFGS as PyTorch's, SAM as its paper's. */
class ClosureTest {
    private static final Golden GOLDEN = Golden.load("golden/rules.safetensors");

    static Stream<GoldenCase> lbfgs() {
        return GOLDEN.cases().stream().filter(c -> c.name().startsWith("LBFGS"));
    }

    static Stream<GoldenCase> sam() {
        return GOLDEN.cases().stream().filter(c -> c.name().startsWith("SAM"));
    }

    @Test
    void samPrintsItsOwnHyperparametersAndTheOptimizers() {
        var sam = new SAM(new SGD(List.of(Tensors.zeros(1)), 0.1), 0.05, true);
        assertThat(sam.toString()).startsWith("SAM (rho: 0.05, adaptive) of SGD (").contains("lr: 0.1");
        assertThat(sam.needsClosure()).isTrue();
        assertThat(sam.base().needsClosure()).isFalse();
    }

    private static Tensor rosenbrock(Tensor x) {
        long n = x.numel() - 1;
        Tensor head = x.narrow(0, 0, n);
        Tensor tail = x.narrow(0, 1, n);
        return tail.sub(head.square()).square().mul(100).add(head.rsub(1).square()).sum();
    }

    private static Supplier<Tensor> closure(Optimizer o, Supplier<Tensor> loss) {
        return () -> {
            o.zeroGrad();
            Tensor l = loss.get();
            l.backward();
            return l;
        };
    }

    private static LBFGS lbfgs(GoldenCase c, List<Tensor> p) {
        return new LBFGS(
                p,
                c.getDouble("lr"),
                o -> {
                    if (c.has("maxIter")) {
                        o.maxIter(c.getInt("maxIter"));
                    }
                    if (c.has("maxEval")) {
                        o.maxEval(c.getInt("maxEval"));
                    }
                    if (c.has("historySize")) {
                        o.historySize(c.getInt("historySize"));
                    }
                    o.strongWolfe(c.getBoolean("strongWolfe"));
                });
    }

    @ParameterizedTest
    @MethodSource("lbfgs")
    void lbfgsGoesWherePyTorchsGoesWithAsManyEvaluations(GoldenCase c) {
        Tensor x = c.in(0).clone().requiresGrad_();
        Tensor y = c.in(1).clone().requiresGrad_();
        var optimizer = lbfgs(c, List.of(x, y));
        var evaluations = new int[1];
        Supplier<Tensor> closure =
                closure(
                        optimizer,
                        () -> {
                            evaluations[0]++;
                            return rosenbrock(x)
                                    .add(y.reshape(2).sub(x.narrow(0, 0, 2)).pow(4).sum())
                                    .add(y.cosh().sum());
                        });
        for (int step = 0; step < 4; step++) {
            double loss;
            try (var _ = Scope.open()) {
                loss = optimizer.step(closure).item();
            }
            assertThat(loss).as("loss of step %d", step).isCloseTo(c.out(0).select(0, step).item(), within(1e-6));
            assertThat(Tensors.cat(List.of(x.detach(), y.detach().reshape(2)), 0))
                    .as("after step %d", step)
                    .isCloseTo(c.out(1).select(0, step), 1e-6, 1e-7);
            assertThat((double) evaluations[0]).isEqualTo(c.out(2).select(0, step).item());
        }
    }

    @Test
    void lbfgsResumesToTheSameBits() {
        Tensor whole = Tensors.tensor(-1.2, 1, 0.5).requiresGrad_();
        var uninterrupted = new LBFGS(List.of(whole), 0.5, o -> o.maxIter(3).historySize(2).strongWolfe(true));
        Supplier<Tensor> closure = closure(uninterrupted, () -> rosenbrock(whole));
        for (int i = 0; i < 3; i++) {
            uninterrupted.step(closure);
        }
        Tensor again = whole.detach().clone().requiresGrad_();
        OptimizerState saved = uninterrupted.stateDict();
        var resumed = new LBFGS(List.of(again), 7);
        resumed.loadStateDict(OptimizerState.of(saved.tensors(), saved.metadata()));
        for (int i = 0; i < 4; i++) {
            uninterrupted.step(closure);
            resumed.step(closure(resumed, () -> rosenbrock(again)));
            assertThat(again.toByteArray()).isEqualTo(whole.toByteArray());
        }
        assertThat(resumed.stateDict().numbers()).isEqualTo(uninterrupted.stateDict().numbers());
        var other = new LBFGS(List.of(Tensors.zeros(5).requiresGrad_()), 1);
        assertThatThrownBy(() -> other.loadStateDict(saved))
                .hasMessageContaining("state.0.d has shape [3], the parameters have 5 elements");
        assertThat(other.lr()).isEqualTo(1);
        assertThatThrownBy(() -> resumed.loadStateDict(new OptimizerState(Map.of(), saved.numbers())))
                .hasMessageContaining("state.0.d is missing");
    }

    @Test
    void lbfgsStopsAtTheMinimumAndTakesMissingGradientsAsZero() {
        Tensor x = Tensors.tensor(2.0, -1).requiresGrad_();
        Tensor unused = Tensors.ones(3).requiresGrad_();
        Tensor narrow = Tensors.ones(DType.BFLOAT16, 2).requiresGrad_();
        var optimizer = new LBFGS(List.of(x, unused, narrow), 1, o -> o.strongWolfe(true));
        var count = new int[1];
        Supplier<Tensor> closure =
                closure(
                        optimizer,
                        () -> {
                            count[0]++;
                            return x.square().sum().add(narrow.to(DType.FLOAT32).square().sum());
                        });
        for (int i = 0; i < 3; i++) {
            optimizer.step(closure);
        }
        assertThat(x.detach()).isCloseTo(Tensors.zeros(2), 0, 1e-5);
        assertThat(unused.toDoubleArray()).containsExactly(1, 1, 1);
        assertThat(narrow.dtype()).isEqualTo(DType.BFLOAT16);
        assertThat(narrow.detach().abs().max().item()).isLessThan(0.01);
        int before = count[0];
        Tensor still = Tensors.zeros(2).requiresGrad_();
        var done = new LBFGS(List.of(still), 1);
        assertThat(done.step(closure(done, () -> still.square().sum())).item()).isZero();
        assertThat(count[0]).isEqualTo(before);
        assertThat(still.toDoubleArray()).containsExactly(0, 0);
    }

    @Test
    void lbfgsRefusesWhatItCannotDo() {
        Tensor x = Tensors.ones(1).requiresGrad_();
        var optimizer = new LBFGS(List.of(x), 1);
        assertThatThrownBy(() -> optimizer.step()).hasMessageContaining("call step(closure)");
        assertThatThrownBy(() -> optimizer.addGroup(ParameterGroup.of(List.of(Tensors.ones(1)))))
                .hasMessageContaining("one group");
        assertThatThrownBy(() -> new LBFGS(List.of(x), 1, o -> o.weightDecay(0.1))).hasMessageContaining("0.1");
        assertThatThrownBy(() -> new LBFGS(List.of(x), 1, o -> o.maxIter(0))).hasMessageContaining("maxIter");
        assertThatThrownBy(() -> new LBFGS(List.of(x), -1)).hasMessageContaining("-1");
        assertThatThrownBy(() -> new LBFGS(List.of(x), 1, o -> o.toleranceGrad(-2))).hasMessageContaining("-2");
    }

    @ParameterizedTest
    @MethodSource("sam")
    void samFollowsItsPaper(GoldenCase c) {
        Tensor x = c.in(0).clone().requiresGrad_();
        Tensor y = c.in(1).clone().requiresGrad_();
        var optimizer =
                new SAM(
                        new SGD(List.of(x, y), 2e-4, o -> o.momentum(0.9)),
                        c.getDouble("rho"),
                        c.getBoolean("adaptive"));
        Supplier<Tensor> closure = closure(optimizer, () -> rosenbrock(x).add(y.pow(4).sum()).add(y.prod()));
        for (int step = 0; step < 10; step++) {
            optimizer.step(closure);
            assertThat(Tensors.cat(List.of(x.detach(), y.detach()), 0))
                    .as("after step %d", step)
                    .isCloseTo(c.out(0).select(0, step), 1e-9, 1e-9);
        }
    }

    @Test
    void samCapturedGivesTheBitsOfEager() {
        Tensor x = Tensors.randn(16, 8);
        Tensor w = Tensors.randn(8, 4).requiresGrad_();
        Tensor v = w.detach().clone().requiresGrad_();
        var one = new SAM(new Adam(List.of(w), 0.01), 0.05);
        var two = new SAM(new Adam(List.of(v), 0.01), 0.05);
        var captured = Captured.of(() -> one.step(closure(one, () -> x.matmul(w).square().mean())).detach());
        for (int i = 0; i < 12; i++) {
            if (i == 8) {
                one.setLr(0.001);
                two.setLr(0.001);
            }
            Tensor loss = two.step(closure(two, () -> x.matmul(v).square().mean())).detach();
            assertThat(captured.call().equal(loss)).as("loss of step %d", i).isTrue();
            assertThat(w.detach().equal(v.detach())).as("step %d", i).isTrue();
        }
        assertThat(captured.eagerReason()).isNull();
    }

    @Test
    void samSharesGroupsAndStateWithItsOptimizer() {
        Tensor a = Tensors.tensor(1.0, 2).requiresGrad_();
        Tensor b = Tensors.tensor(3.0).requiresGrad_();
        Tensor unused = Tensors.ones(2).requiresGrad_();
        var base =
                new SGD(
                        List.of(ParameterGroup.of(List.of(a, unused)), ParameterGroup.of(List.of(b)).lrScale(10)),
                        0.1,
                        o -> o.momentum(0.9));
        var sam = new SAM(base, 0.05);
        sam.setLr(0.2);
        assertThat(base.groups()).extracting(ParameterGroup::lr).containsExactly(0.2, 2.0);
        new ExponentialLR(sam, 0.5).step();
        assertThat(base.groups()).extracting(ParameterGroup::lr).containsExactly(0.1, 1.0);
        sam.step(closure(sam, () -> a.square().sum().add(b.square().sum()).mul(0.01)));
        assertThat(unused.toDoubleArray()).containsExactly(1, 1);
        assertThat(sam.stateDict().tensors())
                .containsOnlyKeys(base.stateDict().tensors().keySet().toArray(String[]::new));
        // without a gradient anywhere nothing moves
        sam.zeroGrad();
        double before = a.detach().sum().item();
        sam.firstStep();
        sam.secondStep();
        assertThat(a.detach().sum().item()).isEqualTo(before);
        // zero gradients: the point is kept, and momentum goes on
        a.setGrad(Tensors.zeros(2));
        sam.firstStep();
        assertThat(a.detach().sum().item()).isEqualTo(before);
        assertThatThrownBy(() -> sam.step()).hasMessageContaining("step(closure)");
        assertThatThrownBy(() -> new SAM(base, -0.5)).hasMessageContaining("-0.5");
    }

    @Test
    void otherRulesTakeAClosureToo() {
        Tensor x = Tensors.tensor(1.0, -2).requiresGrad_();
        var sgd = new SGD(List.of(x), 0.25);
        double loss = sgd.step(closure(sgd, () -> x.square().sum())).item();
        assertThat(loss).isEqualTo(5);
        assertThat(x.toDoubleArray()).containsExactly(0.5, -1);
    }
}
