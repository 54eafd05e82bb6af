package fathom.optim.rule;

import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Captured;
import fathom.DType;
import fathom.Shape;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Embedding;
import fathom.optim.FusedOptimizer;
import fathom.optim.LayerwiseOptimizer;
import fathom.optim.Optimizer;
import fathom.optim.Optimizers;
import fathom.optim.ParameterGroup;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the rules of this package have in common, and values by hand. */
class RulesTest {
    private static Supplier<Tensor> step(List<Tensor> p, Tensor x, Optimizer opt) {
        return () -> {
            opt.zeroGrad();
            Tensor loss = x.matmul(p.get(0)).add(p.get(1)).square().mean();
            loss.backward();
            opt.step();
            return loss.detach();
        };
    }

    private static List<Tensor> parameters(Tensor w, Tensor b, DType type) {
        return List.of(w.to(type).clone().requiresGrad_(), b.to(type).clone().requiresGrad_());
    }

    @ParameterizedTest
    @ValueSource(strings = {"radam", "asgd", "rprop", "yogi", "lion", "lamb", "adafactor", "muon"})
    void capturedStepsGiveTheBitsOfEagerOnes(String name) {
        Tensor x = Tensors.randn(16, 8);
        Tensor w = Tensors.randn(8, 4);
        Tensor b = Tensors.randn(4);
        List<Tensor> one = parameters(w, b, DType.FLOAT32);
        List<Tensor> two = parameters(w, b, DType.FLOAT32);
        Optimizer first = Optimizers.create(name, one, 0.01);
        Optimizer second = Optimizers.create(name, two, 0.01);
        var captured = Captured.of(step(one, x, first));
        Supplier<Tensor> eager = step(two, x, second);
        for (int i = 0; i < 14; i++) {
            if (i >= 8) { // at every step, as schedules of batches do
                first.setLr(0.01 / i);
                second.setLr(0.01 / i);
            }
            assertThat(captured.call().equal(eager.get())).as("loss of step %d", i).isTrue();
            for (int k = 0; k < 2; k++) {
                assertThat(one.get(k).detach().equal(two.get(k).detach())).as("step %d", i).isTrue();
            }
        }
        assertThat(captured.eagerReason()).isNull();
        assertThat(captured.plan()).as("one plan").isNotNull();
        assertThat(first.stateDict().numbers()).isEqualTo(second.stateDict().numbers());
    }

    @ParameterizedTest
    @ValueSource(strings = {"radam", "asgd", "rprop", "yogi", "lion", "lamb", "adafactor", "muon"})
    void narrowParametersKeepTheirStateInFloat32(String name) {
        Tensor p = Tensors.ones(DType.BFLOAT16, 3, 4).requiresGrad_();
        Tensor unused = Tensors.ones(2).requiresGrad_();
        Optimizer optimizer = Optimizers.create(name, List.of(p, unused), 0.125);
        for (int i = 0; i < 3; i++) {
            p.setGrad(Tensors.full(0.25, DType.BFLOAT16, 3, 4));
            optimizer.step();
        }
        assertThat(p.dtype()).isEqualTo(DType.BFLOAT16);
        assertThat(p.detach().to(DType.FLOAT32).max().item()).isLessThan(1);
        assertThat(unused.toDoubleArray()).containsExactly(1, 1);
        assertThat(optimizer.stateDict().tensors())
                .isNotEmpty()
                .allSatisfy((key, t) -> {
                    assertThat(key).startsWith("state.0.");
                    assertThat(t.dtype()).isEqualTo(DType.FLOAT32);
                });
    }

    @ParameterizedTest
    @ValueSource(strings = {"radam", "asgd", "rprop", "yogi", "lion", "lamb", "adafactor", "muon"})
    void zeroGradientsAndEmptyParametersGiveNumbers(String name) {
        Tensor p = Tensors.ones(2, 3).requiresGrad_();
        Tensor empty = Tensors.zeros(0, 3).requiresGrad_();
        Tensor zero = Tensors.zeros(3).requiresGrad_();
        Optimizer optimizer = Optimizers.create(name, List.of(p, empty, zero), 0.125);
        for (int i = 0; i < 2; i++) {
            for (Tensor t : List.of(p, empty, zero)) {
                t.setGrad(Tensors.zerosLike(t));
            }
            optimizer.step();
        }
        assertThat(p.detach().sum().item()).isFinite().isPositive();
        assertThat(zero.toDoubleArray()).containsExactly(0, 0, 0);
        optimizer.stateDict().tensors().values().forEach(t -> assertThat(t.isfinite().all().itemBoolean()).isTrue());
    }

    @ParameterizedTest
    @ValueSource(strings = {"radam", "lion", "lamb", "adafactor", "muon"})
    void maximizesOnRequest(String name) {
        Tensor p = Tensors.ones(2, 2).requiresGrad_();
        Optimizer optimizer =
                switch (name) {
                    case "radam" -> new RAdam(List.of(p), 0.01, o -> o.maximize(true));
                    case "lion" -> new Lion(List.of(p), 0.01, o -> o.maximize(true));
                    case "lamb" -> new LAMB(List.of(p), 0.01, o -> o.maximize(true));
                    case "adafactor" -> new Adafactor(List.of(p), 0.01, o -> o.maximize(true));
                    default -> new Muon(List.of(p), 0.01, o -> o.maximize(true));
                };
        p.setGrad(Tensors.ones(2, 2));
        optimizer.step();
        assertThat(p.detach().sum().item()).isGreaterThan(4);
    }

    @Test
    void lionByHand() {
        Tensor p = Tensors.tensor(1.0, -2, 0.5).requiresGrad_();
        var lion = new Lion(List.of(p), 0.125, o -> o.weightDecay(0.5).betas(0.5, 0.75));
        p.setGrad(Tensors.tensor(3.0, -0.1, 0));
        lion.step();
        // (1 - lr * decay) p - lr * sign: 0.9375 - 0.125, -1.875 + 0.125, 0.46875
        assertThat(p.detach()).isCloseTo(Tensors.tensor(0.8125, -1.75, 0.46875), 1e-7, 1e-7);
        assertThat(lion.stateDict().tensors().get("state.0.exp_avg"))
                .isCloseTo(Tensors.tensor(0.75, -0.025, 0), 1e-6, 1e-7);
    }

    @Test
    void lambByHand() {
        Tensor p = Tensors.tensor(3.0, 4).requiresGrad_();
        var lamb = new LAMB(List.of(p), 0.1, o -> o.eps(0));
        p.setGrad(Tensors.tensor(2.0, -7));
        lamb.step();
        // Adam's first step is the sign, of norm sqrt(2); the parameter's norm is 5
        double step = 0.1 * 5 / Math.sqrt(2);
        assertThat(p.detach()).isCloseTo(Tensors.tensor(3 - step, 4 + step), 1e-6, 1e-6);
    }

    @Test
    void adafactorKeepsRowsAndColumns() {
        Tensor p = Tensors.ones(3, 5).requiresGrad_();
        Tensor kernel = Tensors.ones(2, 3, 4, 5).requiresGrad_();
        Tensor bias = Tensors.ones(5).requiresGrad_();
        var optimizer = new Adafactor(List.of(p, kernel, bias), 0.01);
        for (Tensor t : List.of(p, kernel, bias)) {
            t.setGrad(Tensors.onesLike(t));
        }
        optimizer.step();
        Map<String, Tensor> state = optimizer.stateDict().tensors();
        assertThat(state.get("state.0.row_var").shape()).isEqualTo(Shape.of(3, 1));
        assertThat(state.get("state.0.col_var").shape()).isEqualTo(Shape.of(1, 5));
        assertThat(state.get("state.1.row_var").shape()).isEqualTo(Shape.of(2, 3, 4, 1));
        assertThat(state.get("state.2.variance").shape()).isEqualTo(Shape.of(5));
        // relative step: the bound 0.01 times the parameter's size 1, along a direction of size 1
        assertThat(p.detach()).isCloseTo(Tensors.full(0.99, DType.FLOAT32, 3, 5), 1e-6, 1e-6);
        var other = new Adafactor(List.of(p, kernel, bias), 0.01, o -> o.factored(false));
        // the state says that it is factored, and it goes on so
        other.loadStateDict(optimizer.stateDict());
        assertThat(other.groups().getFirst().get("factored")).isEqualTo(1);
        var smaller = new Adafactor(List.of(Tensors.ones(4, 5).requiresGrad_(), kernel, bias), 0.01);
        assertThatThrownBy(() -> smaller.loadStateDict(optimizer.stateDict()))
                .hasMessageContaining(
                        "state.0.row_var has shape [3, 1], expected [4, 1] for a parameter of shape [4, 5]");
    }

    @Test
    void newtonSchulzMakesSingularValuesAboutOne() {
        Tensors.manualSeed(2);
        for (long[] shape : new long[][] {{6, 6}, {3, 8}, {9, 4}}) {
            Tensor x = Tensors.randn(shape);
            Tensor y = Muon.orthogonalized(x, 3.4445, -4.7750, 2.0315, 10, 1e-7);
            assertThat(y.shape()).isEqualTo(x.shape());
            Tensor s = y.svd().s();
            assertThat(s.min().item()).isGreaterThan(0.6);
            assertThat(s.max().item()).isLessThan(1.3);
        }
        // the classical coefficients converge: x (x'x)^(-1/2)
        Tensor x = Tensors.tensor(new double[] {2, 0, 0, 0.5}, DType.FLOAT64).reshape(2, 2);
        Tensor y = Muon.orthogonalized(x, 15.0 / 8, -10.0 / 8, 3.0 / 8, 20, 0);
        assertThat(y).isCloseTo(Tensors.eye(2).to(DType.FLOAT64), 1e-9, 1e-9);
    }

    @Test
    void rowsOfTablesAreRefused() {
        for (String name : List.of("lion", "lamb", "muon")) {
            var table = new Embedding(5, 2, o -> o.sparse(true));
            Optimizer optimizer = Optimizers.create(name, table.parameters(), 0.1);
            table.forward(Tensors.tensor(new long[] {1, 3})).sum().backward();
            assertThatThrownBy(() -> optimizer.step())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("SparseAdam");
        }
    }

    @Test
    void refusesHyperparametersThatMeanNothing() {
        List<Tensor> p = List.of(Tensors.ones(1).requiresGrad_());
        assertThatThrownBy(() -> new RAdam(p, 0.1, o -> o.betas(0.9, 1)))
                .hasMessageContaining("beta2")
                .hasMessageContaining("1.0");
        assertThatThrownBy(() -> new ASGD(p, 0.1, o -> o.lambd(-3)))
                .hasMessageContaining("lambd: must not be negative, is -3");
        assertThatThrownBy(() -> new Rprop(p, 0.1, o -> o.etas(1.5, 0.5))).hasMessageContaining("got 1.5 and 0.5");
        assertThatThrownBy(() -> new Rprop(p, 0.1, o -> o.stepSizes(2, 1))).hasMessageContaining("got 2.0 and 1.0");
        assertThatThrownBy(() -> new Yogi(p, 0.1, o -> o.initialAccumulatorValue(-1))).hasMessageContaining("-1");
        assertThatThrownBy(() -> new Lion(p, -0.1)).hasMessageContaining("-0.1");
        assertThatThrownBy(() -> new Lion(p, 0.1, o -> o.weightDecay(-2))).hasMessageContaining("-2");
        assertThatThrownBy(() -> new LAMB(p, 0.1, o -> o.eps(-1))).hasMessageContaining("eps");
        assertThatThrownBy(() -> new Adafactor(p, 0.1, o -> o.beta2Decay(0.5))).hasMessageContaining("is 0.5");
        assertThatThrownBy(() -> new Adafactor(p, 0.1, o -> o.d(0.5))).hasMessageContaining("at least 1, is 0.5");
        assertThatThrownBy(() -> new Muon(p, 0.1, o -> o.nsSteps(100))).hasMessageContaining("from 1 to 99, is 100");
        assertThatThrownBy(() -> new Muon(p, 0.1, o -> o.momentum(1))).hasMessageContaining("momentum");
        assertThatThrownBy(() -> new Muon(List.of(ParameterGroup.of(p).set("adam", 1)), 0.1))
                .hasMessageContaining("no hyper-parameter adam");
    }

    /** The example of {@link LayerwiseOptimizer}: a rule of the user's. */
    private static final class NormalizedDescent extends LayerwiseOptimizer {
        NormalizedDescent(Collection<Tensor> parameters, double lr) {
            super(singleGroup(parameters), new FusedOptimizer.Options().lr(lr));
        }

        @Override
        protected Map<String, Shape> state(Tensor p, ParameterGroup group) {
            return Map.of();
        }

        @Override
        protected Tensor update(Update u) {
            return u.parameter().sub(u.gradient().div(u.gradient().square().sum().sqrt()).mul(u.scalar("lr")));
        }
    }

    @Test
    void aRuleOfTheUsersOwn() {
        Tensor p = Tensors.tensor(1.0, 1).requiresGrad_();
        var optimizer = new NormalizedDescent(List.of(p), 0.5);
        p.setGrad(Tensors.tensor(3.0, -4));
        optimizer.step();
        assertThat(p.detach()).isCloseTo(Tensors.tensor(0.7, 1.4), 1e-6, 1e-6);
        assertThat(optimizer.stateDict().numbers()).containsEntry("state.0.step", 1.0);
    }
}
