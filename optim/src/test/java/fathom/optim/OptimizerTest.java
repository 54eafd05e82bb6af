package fathom.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Autograd;
import fathom.DType;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.optim.rule.ASGD;
import fathom.optim.rule.Adafactor;
import fathom.optim.rule.LAMB;
import fathom.optim.rule.Lion;
import fathom.optim.rule.Muon;
import fathom.optim.rule.RAdam;
import fathom.optim.rule.Rprop;
import fathom.optim.rule.Yogi;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What all optimisers have in common: groups, gradients that are not there, state that is saved and restored. */
class OptimizerTest {
    private record Rule(String name, Function<List<Tensor>, Optimizer> make) {
        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Rule> rules() {
        return Stream.of(
                new Rule("SGD", p -> new SGD(p, 0.1)),
                new Rule("SGD with momentum", p -> new SGD(p, 0.1, o -> o.momentum(0.9).dampening(0.2))),
                new Rule("Nesterov", p -> new SGD(p, 0.1, o -> o.momentum(0.9).nesterov(true))),
                new Rule("Adagrad", p -> new Adagrad(p, 0.1, o -> o.lrDecay(0.1).initialAccumulatorValue(0.1))),
                new Rule("Adadelta", p -> new Adadelta(p, 1)),
                new Rule("RMSprop", p -> new RMSprop(p, 0.1, o -> o.momentum(0.9).centered(true))),
                new Rule("Adam", p -> new Adam(p, 0.1)),
                new Rule("AMSGrad", p -> new Adam(p, 0.1, o -> o.amsgrad(true).weightDecay(0.1))),
                new Rule("AdamW", p -> new AdamW(p, 0.1)),
                new Rule("NAdam", p -> new NAdam(p, 0.1)),
                new Rule("Adamax", p -> new Adamax(p, 0.1)),
                new Rule("RAdam", p -> new RAdam(p, 0.1, o -> o.betas(0.8, 0.7))),
                new Rule("ASGD", p -> new ASGD(p, 0.1, o -> o.t0(2).lambd(0.01))),
                new Rule("Rprop", p -> new Rprop(p, 0.1)),
                new Rule("Yogi", p -> new Yogi(p, 0.1)),
                new Rule("Lion", p -> new Lion(p, 0.02, o -> o.weightDecay(0.1))),
                new Rule("LAMB", p -> new LAMB(p, 0.02, o -> o.weightDecay(0.1))),
                new Rule("Adafactor", p -> new Adafactor(p, 0.1)),
                new Rule("Adafactor, not factored", p -> new Adafactor(p, 0.1, o -> o.factored(false))),
                new Rule("Muon", p -> new Muon(p, 0.02)),
                new Rule("Muon by groups", p -> new Muon(byShape(p), 0.02, o -> o.nesterov(false))));
    }

    /** The first parameter by itself; all others in a group of AdamW. */
    private static List<ParameterGroup> byShape(List<Tensor> p) {
        List<ParameterGroup> first = List.of(ParameterGroup.of(p.subList(0, 1)));
        return p.size() == 1 ? first : List.of(first.getFirst(), Muon.adamW(p.subList(1, p.size())).lr(0.1));
    }

    private static List<Tensor> parameters() {
        Tensors.manualSeed(1);
        return List.of(
                Tensors.randn(3, 4).requiresGrad_(),
                Tensors.randn(DType.FLOAT64, 5).requiresGrad_(),
                Tensors.randn(2, 2).requiresGrad_());
    }

    /** Steps with gradients that depend on the step; the last parameter has one only from step 3 on. */
    private static void steps(Optimizer optimizer, List<Tensor> parameters, int from, int to) {
        for (int step = from; step < to; step++) {
            optimizer.zeroGrad();
            for (int i = 0; i < (step < 3 ? 2 : 3); i++) {
                Tensor p = parameters.get(i);
                p.setGrad(p.detach().mul(0.3).add(Math.sin(step + i)));
            }
            optimizer.step();
        }
    }

    @ParameterizedTest
    @MethodSource("rules")
    void resumesToTheSameBits(Rule rule) {
        List<Tensor> whole = parameters();
        steps(rule.make.apply(whole), whole, 0, 12);

        List<Tensor> parameters = parameters();
        Optimizer first = rule.make.apply(parameters);
        steps(first, parameters, 0, 7);
        OptimizerState saved = first.stateDict();
        steps(first, parameters, 7, 9); // what was saved is a copy and stays

        List<Tensor> again = parameters();
        steps(rule.make.apply(again), again, 0, 7);
        Optimizer resumed = rule.make.apply(again);
        resumed.setLr(123);
        resumed.loadStateDict(OptimizerState.of(saved.tensors(), saved.metadata()));
        steps(resumed, again, 7, 12);
        for (int i = 0; i < 3; i++) {
            assertThat(again.get(i).toByteArray()).as("parameter %d", i).isEqualTo(whole.get(i).toByteArray());
        }
    }

    @ParameterizedTest
    @MethodSource("rules")
    void goesDownhill(Rule rule) {
        Tensor p = Tensors.tensor(3.0, -2.0).requiresGrad_();
        Optimizer optimizer = rule.make.apply(List.of(p));
        double before = p.detach().pow(2).sum().item();
        for (int i = 0; i < 50; i++) {
            optimizer.zeroGrad();
            p.pow(2).sum().backward();
            optimizer.step();
        }
        assertThat(p.detach().pow(2).sum().item()).isLessThan(before);
    }

    @ParameterizedTest
    @MethodSource("rules")
    void stateOutlivesTheScopeOfTheStep(Rule rule) {
        Tensor p = Tensors.ones(400).requiresGrad_();
        Optimizer optimizer = rule.make.apply(List.of(p));
        for (int i = 0; i < 3; i++) {
            try (var scope = Scope.open()) {
                optimizer.zeroGrad();
                p.pow(2).sum().backward();
                optimizer.step();
            }
        }
        OptimizerState saved;
        try (var scope = Scope.open()) {
            saved = optimizer.stateDict();
        }
        saved.tensors().values().forEach(t -> assertThat(t.sum().item()).isFinite());
        try (var scope = Scope.open()) {
            optimizer.loadStateDict(saved);
        }
        optimizer.step();
        assertThat(p.detach().sum().item()).isFinite();
    }

    @Test
    void oneStepOfPlainDescent() {
        Tensor p = Tensors.tensor(1.0, 2).requiresGrad_();
        var optimizer = new SGD(List.of(p), 0.5);
        p.mul(Tensors.tensor(2.0, -4)).sum().backward();
        int version = p.version();
        optimizer.step();
        assertThat(p.toDoubleArray()).containsExactly(0, 4);
        assertThat(p.version()).isGreaterThan(version);
        assertThat(p.requiresGrad()).isTrue();
        assertThat(p.isLeaf()).isTrue();
    }

    @Test
    void parametersWithoutGradientStay() {
        Tensor used = Tensors.ones(2).requiresGrad_();
        Tensor unused = Tensors.ones(2).requiresGrad_();
        var optimizer = new Adam(List.of(used, unused), 0.1, o -> o.weightDecay(0.5));
        used.sum().backward();
        optimizer.step();
        assertThat(unused.toDoubleArray()).containsExactly(1, 1);
        assertThat(used.toDoubleArray()).doesNotContain(1);
        assertThat(optimizer.stateDict().tensors()).containsOnlyKeys("state.0.exp_avg", "state.0.exp_avg_sq");
    }

    /** Rounding has gradient 0, which is not none: the parameter still decays. */
    @Test
    void roundedParametersDecay() {
        Tensor p = Tensors.full(3.25, DType.FLOAT32, 2).requiresGrad_();
        p.round().sum().backward();
        new SGD(List.of(p), 0.5, o -> o.weightDecay(1)).step();
        assertThat(p.toDoubleArray()).containsExactly(1.625, 1.625);
    }

    @Test
    void gradientsOfOtherLayoutsAndTypes() {
        Tensor p = Tensors.zeros(2, 3).requiresGrad_();
        Tensor q = Tensors.zeros(2, 3).requiresGrad_();
        Tensor g = Tensors.arange(6, DType.FLOAT32).reshape(3, 2).t();
        p.setGrad(g);
        q.setGrad(g.to(DType.FLOAT64));
        new SGD(List.of(p, q), 1, o -> o.momentum(0.5)).step();
        assertThat(p.toDoubleArray()).containsExactly(0, -2, -4, -1, -3, -5);
        assertThat(q.toDoubleArray()).containsExactly(p.toDoubleArray());
    }

    @Test
    void narrowParametersKeepTheirStateInFloat32() {
        Tensor p = Tensors.ones(DType.BFLOAT16, 3).requiresGrad_();
        p.setGrad(Tensors.full(0.25, DType.BFLOAT16, 3));
        var optimizer = new Adam(List.of(p), 0.5);
        optimizer.step();
        assertThat(p.dtype()).isEqualTo(DType.BFLOAT16);
        assertThat(p.toDoubleArray()).containsExactly(0.5, 0.5, 0.5);
        assertThat(optimizer.stateDict().tensors().get("state.0.exp_avg").dtype()).isEqualTo(DType.FLOAT32);
    }

    @Test
    void stateFollowsParametersToAnotherType() {
        Tensor p = Tensors.zeros(2).requiresGrad_();
        var optimizer = new SGD(List.of(p), 1, o -> o.momentum(0.5));
        p.setGrad(Tensors.tensor(1.0, 2));
        optimizer.step();
        p.setGrad(null);
        p.setData(p.detach().to(DType.FLOAT64));
        p.setGrad(Tensors.zeros(DType.FLOAT64, 2));
        optimizer.step();
        assertThat(p.toDoubleArray()).containsExactly(-1.5, -3);
    }

    @Test
    void zeroGradForgetsOrFills() {
        Tensor p = Tensors.ones(2).requiresGrad_();
        var optimizer = new SGD(List.of(p), 0.1);
        p.sum().backward();
        optimizer.zeroGrad(false);
        assertThat(p.grad().toDoubleArray()).containsExactly(0, 0);
        p.sum().backward();
        assertThat(p.grad().toDoubleArray()).containsExactly(1, 1);
        optimizer.zeroGrad();
        assertThat(p.grad()).isNull();
    }

    @Test
    void groupsHaveHyperparametersOfTheirOwn() {
        Tensor a = Tensors.ones(1).requiresGrad_();
        Tensor b = Tensors.ones(1).requiresGrad_();
        Tensor c = Tensors.ones(1).requiresGrad_();
        var optimizer =
                new SGD(
                        List.of(ParameterGroup.of(List.of(a)).lr(0.5), ParameterGroup.of(List.of(b)).weightDecay(2)),
                        0.25,
                        o -> o.weightDecay(1));
        optimizer.addGroup(ParameterGroup.of(List.of(c)).set("maximize", 1).weightDecay(0));
        List.of(a, b, c).forEach(p -> p.setGrad(Tensors.ones(1)));
        optimizer.step();
        assertThat(a.item()).isEqualTo(1 - 0.5 * 2);
        assertThat(b.item()).isEqualTo(1 - 0.25 * 3);
        assertThat(c.item()).isEqualTo(1 + 0.25);
        assertThat(optimizer.groups().get(1).get("weightDecay")).isEqualTo(2);
        optimizer.setLr(0.125);
        assertThat(optimizer.groups()).extracting(ParameterGroup::lr).containsOnly(0.125);
        assertThat(optimizer.lr()).isEqualTo(0.125);
        assertThat(optimizer.toString()).contains("SGD (", "Parameter Group 2", "weightDecay: 2.0");
    }

    @Test
    void hyperparametersMayChangeOnTheWay() {
        Tensor p = Tensors.zeros(1).requiresGrad_();
        var optimizer = new SGD(List.of(p), 1);
        p.setGrad(Tensors.ones(1));
        optimizer.step();
        optimizer.groups().getFirst().set("momentum", 0.5);
        optimizer.step();
        optimizer.step();
        assertThat(p.item()).isEqualTo(-1 - 1 - 1.5);
        optimizer.groups().getFirst().set("momentum", 0);
        optimizer.step();
        assertThat(p.item()).isEqualTo(-1 - 1 - 1.5 - 1);
        // the state of RMSprop's mean keeps its place when that of the momentum comes in before it
        Tensor q = Tensors.zeros(1).requiresGrad_();
        Tensor r = Tensors.zeros(1).requiresGrad_();
        var later = new RMSprop(List.of(q), 1, o -> o.centered(true));
        var always = new RMSprop(List.of(r), 1, o -> o.centered(true).momentum(0.5));
        for (Tensor t : List.of(q, r)) {
            t.setGrad(Tensors.ones(1));
        }
        later.step();
        always.step();
        later.groups().getFirst().set("momentum", 0.5);
        OptimizerState saved = later.stateDict();
        assertThat(saved.tensors().get("state.0.grad_avg").item())
                .isEqualTo(always.stateDict().tensors().get("state.0.grad_avg").item());
        later.loadStateDict(saved);
        later.step();
        assertThat(later.stateDict().tensors().get("state.0.momentum_buffer").item()).isPositive();
    }

    @Test
    void updatesAreNotRecorded() {
        Tensor p = Tensors.ones(1).requiresGrad_();
        p.setGrad(Tensors.ones(1));
        assertThat(Autograd.isGradEnabled()).isTrue();
        new Adam(List.of(p), 0.1).step();
        assertThat(p.isLeaf()).isTrue();
    }

    @Test
    void refusesParametersAndOptionsThatMeanNothing() {
        Tensor p = Tensors.ones(1).requiresGrad_();
        assertThatThrownBy(() -> new SGD(List.<Tensor>of(), 0.1)).hasMessageContaining("no parameters");
        assertThatThrownBy(() -> new SGD(List.of(p, p), 0.1)).hasMessageContaining("given twice");
        assertThatThrownBy(() -> new SGD(List.of(p.mul(2)), 0.1)).hasMessageContaining("only leaves");
        assertThatThrownBy(() -> new SGD(List.of(Tensors.arange(2)), 0.1)).hasMessageContaining("floating");
        assertThatThrownBy(() -> new SGD(List.of(p), -1)).hasMessageContaining("learning rate");
        assertThatThrownBy(() -> new SGD(List.of(p), Double.NaN)).hasMessageContaining("learning rate");
        assertThatThrownBy(() -> new SGD(List.of(p), 0.1, o -> o.nesterov(true))).hasMessageContaining("nesterov");
        assertThatThrownBy(() -> new Adam(List.of(p), 0.1, o -> o.betas(0.9, 1))).hasMessageContaining("beta2");
        assertThatThrownBy(() -> new RMSprop(List.of(p), 0.1, o -> o.alpha(1.5)))
                .hasMessage("alpha: must be from 0 to 1, is 1.5");
        assertThatThrownBy(() -> new Adadelta(List.of(p), 0.1, o -> o.rho(-0.1)))
                .hasMessage("rho: must be from 0 to 1, is -0.1");
        assertThatThrownBy(() -> new Adam(List.of(p), 0.1, o -> o.eps(Double.NaN)))
                .hasMessage("eps: must not be negative, is NaN");
        // groups of parameters, and states, have the same ranges as options
        for (var wrong : Map.of("momentum", -1.0, "alpha", 2.0, "eps", -1e-8, "weightDecay", -0.1).entrySet()) {
            var group = ParameterGroup.of(List.of(p)).set(wrong.getKey(), wrong.getValue());
            assertThatThrownBy(() -> new RMSprop(List.of(group), 0.1))
                    .hasMessageContaining("RMSprop: %s: must ".formatted(wrong.getKey()))
                    .hasMessageEndingWith(", is " + wrong.getValue());
            var opt = new RMSprop(List.of(p), 0.1);
            var numbers = new java.util.HashMap<>(opt.stateDict().numbers());
            numbers.put("group.0." + wrong.getKey(), wrong.getValue());
            assertThatThrownBy(() -> opt.loadStateDict(new OptimizerState(Map.of(), numbers)))
                    .hasMessageContaining("RMSprop: %s: must ".formatted(wrong.getKey()));
        }
        assertThatThrownBy(() -> new SGD(List.of(ParameterGroup.of(List.of(p)).set("momentm", 1)), 0.1))
                .hasMessageContaining("no hyper-parameter momentm")
                .hasMessageContaining("momentum");
    }

    @Test
    void refusesStatesThatDoNotFitAndStaysAsItWas() {
        Tensor p = Tensors.ones(3).requiresGrad_();
        p.setGrad(Tensors.ones(3));
        var adam = new Adam(List.of(p), 0.1);
        adam.step();
        OptimizerState good = adam.stateDict();

        Tensor other = Tensors.ones(4).requiresGrad_();
        var misshapen = new Adam(List.of(other), 0.7);
        assertThatThrownBy(() -> misshapen.loadStateDict(good))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("state.0.exp_avg has shape [3], the parameter [4]");
        assertThat(misshapen.lr()).isEqualTo(0.7);
        assertThatThrownBy(() -> new SGD(List.of(p), 0.1).loadStateDict(good)).hasMessageContaining("another rule");
        assertThatThrownBy(() -> adam.loadStateDict(new OptimizerState(Map.of(), good.numbers())))
                .hasMessageContaining("state.0.exp_avg is missing");
        assertThatThrownBy(() -> OptimizerState.fromText(Map.of("group.0.lr", "fast")))
                .hasMessageContaining("group.0.lr is no number: 'fast'");
        OptimizerState after = adam.stateDict();
        assertThat(after.numbers()).isEqualTo(good.numbers());
        good.tensors()
                .forEach((name, t) -> assertThat(after.tensors().get(name).toByteArray()).isEqualTo(t.toByteArray()));
    }
}
