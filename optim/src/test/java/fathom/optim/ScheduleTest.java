package fathom.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Tensors;
import fathom.testkit.Golden;
import fathom.testkit.GoldenCase;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The schedules' rates are PyTorch's, over 100 epochs, and go on after an interruption. */
class ScheduleTest {
    private static final Golden GOLDEN = Golden.load("golden/schedules.safetensors");

    static Stream<GoldenCase> schedules() {
        return GOLDEN.cases().stream();
    }

    private static SGD sgd(double lr) {
        return new SGD(List.of(Tensors.zeros(1).requiresGrad_()), lr, o -> o.momentum(0.9));
    }

    @ParameterizedTest
    @MethodSource("schedules")
    void ratesArePyTorchs(GoldenCase c) {
        var optimizer = sgd(c.getDouble("lr"));
        LRScheduler schedule = schedule(c, optimizer);
        double[] rates = c.out(0).toDoubleArray();
        double[] momenta = c.hasTensor("momentum") ? c.tensor("momentum").toDoubleArray() : null;
        double[] metric = c.hasTensor("metric") ? c.tensor("metric").toDoubleArray() : new double[rates.length];
        for (int i = 0; i < rates.length; i++) {
            assertThat(optimizer.lr()).as("epoch %d", i).isCloseTo(rates[i], within(1e-9));
            assertThat(schedule.lastLr()).containsExactly(optimizer.lr());
            if (momenta != null) {
                assertThat(optimizer.groups().getFirst().get("momentum")).isCloseTo(momenta[i], within(1e-9));
            }
            schedule.step(metric[i]);
        }
    }

    /** What is done to resume, in the order of the name: load the optimiser, make the schedule, load the schedule. */
    enum Order {
        MAKE_OPTIMIZER_LOAD,
        OPTIMIZER_MAKE_LOAD,
        MAKE_LOAD_OPTIMIZER,
        OPTIMIZER_MAKE_LOAD_OPTIMIZER,
        MAKE_LOAD
    }

    @ParameterizedTest
    @MethodSource("schedules")
    void goesOnAfterAnInterruptionInWhateverOrderStatesAreLoaded(GoldenCase c) {
        double[] metric = c.hasTensor("metric") ? c.tensor("metric").toDoubleArray() : new double[100];
        for (int stop : new int[] {0, 3, 8, 37, 71}) {
            var whole = sgd(c.getDouble("lr"));
            LRScheduler uninterrupted = schedule(c, whole);
            for (int i = 0; i < stop; i++) {
                uninterrupted.step(metric[i]);
            }
            Map<String, String> saved = OptimizerState.toText(uninterrupted.stateDict());
            OptimizerState optimizerState = whole.stateDict();
            var hyperparameters = Map.copyOf(whole.groups().getFirst().values());
            var rates = new ArrayList<Double>();
            for (int i = stop; i < 100; i++) {
                uninterrupted.step(metric[i]);
                rates.add(whole.lr());
            }
            for (Order order : Order.values()) {
                var resumed = sgd(c.getDouble("lr"));
                LRScheduler schedule = null;
                for (String act : order.name().split("_")) {
                    switch (act) {
                        case "MAKE" -> schedule = schedule(c, resumed);
                        case "OPTIMIZER" -> resumed.loadStateDict(optimizerState);
                        default -> Objects.requireNonNull(schedule).loadStateDict(OptimizerState.fromText(saved));
                    }
                }
                assertThat(resumed.groups().getFirst().values()).as("%s", order).isEqualTo(hyperparameters);
                for (int i = stop; i < 100; i++) {
                    Objects.requireNonNull(schedule).step(metric[i]);
                    assertThat(resumed.lr()).as("%s, epoch %d", order, i).isEqualTo(rates.get(i - stop));
                    assertThat(schedule.lastEpoch()).isEqualTo(i + 1);
                }
            }
        }
    }

    @Test
    void aScheduleThatIsMadeAfterTheOptimizerWasLoadedFindsTheRatesOfItsState() {
        Map<Double, Function<Optimizer, LRScheduler>> expected =
                Map.of(
                        0.35, o -> new LinearLR(o, 0.25, 1, 10),
                        0.4, o -> new ConstantLR(o, 0.8, 10),
                        0.56, o -> new SequentialLR(o, List.of(new LinearLR(o, 0.25, 1, 5), new StepLR(o, 2, 0.7)), 5));
        double[] base = {0.35 / 0.55, 0.5, 0.8};
        int[] steps = {4, 3, 7};
        int i = 0;
        for (double rate : new double[] {0.35, 0.4, 0.56}) {
            var make = Objects.requireNonNull(expected.get(rate));
            var first = sgd(base[i]);
            LRScheduler schedule = make.apply(first);
            for (int s = 0; s < steps[i]; s++) {
                schedule.step();
            }
            assertThat(first.lr()).isCloseTo(rate, within(1e-12));
            var second = sgd(base[i]);
            second.loadStateDict(first.stateDict());
            make.apply(second).loadStateDict(schedule.stateDict());
            assertThat(second.lr()).isEqualTo(first.lr());
            i++;
        }
    }

    @Test
    void severalSchedulesOfOneOptimizerAreLoadedInAnyOrder() {
        var whole = sgd(0.8);
        var first = new ExponentialLR(whole, 0.9);
        var second = new ConstantLR(whole, 0.5, 6);
        for (int i = 0; i < 4; i++) {
            first.step();
            second.step();
        }
        whole.setLr(0.3); // by hand, after the schedules
        for (boolean isFirstLoadedFirst : new boolean[] {true, false}) {
            var resumed = sgd(0.8);
            resumed.loadStateDict(whole.stateDict());
            List<LRScheduler> made = List.of(new ExponentialLR(resumed, 0.9), new ConstantLR(resumed, 0.5, 6));
            List<LRScheduler> from = List.of(first, second);
            for (int i : isFirstLoadedFirst ? new int[] {0, 1} : new int[] {1, 0}) {
                made.get(i).loadStateDict(from.get(i).stateDict());
            }
            assertThat(resumed.lr()).isEqualTo(0.3);
            for (int i = 0; i < 4; i++) {
                made.forEach(LRScheduler::step);
            }
            assertThat(resumed.lr()).isEqualTo(((0.3 * 0.9) * 0.9 * (1 / 0.5)) * 0.9 * 0.9);
        }
    }

    @Test
    void aStateThatCannotBeIsRefusedAndChangesNothing() {
        var o = sgd(0.8);
        var chain = new ChainedScheduler(List.of(new ExponentialLR(o, 0.9), new StepLR(o, 2, 0.5)));
        chain.step();
        Map<String, Double> before = chain.stateDict();
        String[] names = {"lastEpoch", "lastEpoch", "lastEpoch", "base.0", "lr.0", "1:lastLr.0", "1:lastEpoch"};
        double[] values = {-3, 1.5, Double.NaN, Double.POSITIVE_INFINITY, Double.NaN, Double.NEGATIVE_INFINITY, 1e300};
        for (int i = 0; i < names.length; i++) {
            var lie = new java.util.LinkedHashMap<>(before);
            lie.put("0:lr.0", 0.1);
            lie.put(names[i], values[i]);
            assertThatThrownBy(() -> chain.loadStateDict(lie))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(names[i].substring(names[i].indexOf(':') + 1));
            assertThat(chain.stateDict()).as(names[i]).isEqualTo(before);
        }
    }

    private static LRScheduler schedule(GoldenCase c, Optimizer o) {
        return switch (c.get("schedule")) {
            case "StepLR" -> new StepLR(o, c.getInt("stepSize"), c.getDouble("gamma"));
            case "MultiStepLR" -> new MultiStepLR(o, c.getInts("milestones"), c.getDouble("gamma"));
            case "ExponentialLR" -> new ExponentialLR(o, c.getDouble("gamma"));
            case "CosineAnnealingLR" -> new CosineAnnealingLR(o, c.getInt("tMax"), c.getDouble("etaMin"));
            case "CosineAnnealingWarmRestarts" ->
                    new CosineAnnealingWarmRestarts(o, c.getInt("t0"), c.getInt("tMult"), c.getDouble("etaMin"));
            case "LinearLR" ->
                    new LinearLR(o, c.getDouble("startFactor"), c.getDouble("endFactor"), c.getInt("totalIters"));
            case "ConstantLR" -> new ConstantLR(o, c.getDouble("factor"), c.getInt("totalIters"));
            case "PolynomialLR" -> new PolynomialLR(o, c.getInt("totalIters"), c.getDouble("power"));
            case "OneCycleLR" ->
                    new OneCycleLR(
                            o,
                            c.getDouble("maxLr"),
                            c.getInt("totalSteps"),
                            s ->
                                    s.pctStart(c.getDouble("pctStart"))
                                            .anneal(
                                                    c.get("annealStrategy").equals("cos")
                                                            ? OneCycleLR.Anneal.COSINE
                                                            : OneCycleLR.Anneal.LINEAR)
                                            .divFactor(c.getDouble("divFactor"))
                                            .finalDivFactor(c.getDouble("finalDivFactor"))
                                            .threePhase(c.getBoolean("threePhase")));
            case "LambdaLR" -> new LambdaLR(o, epoch -> 1.0 / (1 + epoch));
            case "MultiplicativeLR" -> new MultiplicativeLR(o, epoch -> 1 - 1.0 / (3 + epoch));
            case "CyclicLR" -> new CyclicLR(o, c.getDouble("baseLr"), c.getDouble("maxLr"), s -> cycles(c, s));
            case "SequentialLR" -> sequence(c, o);
            case "ChainedScheduler" -> new ChainedScheduler(chain(c, o));
            case "ReduceLROnPlateau" ->
                    new ReduceLROnPlateau(
                            o,
                            s ->
                                    s.mode(
                                                    c.get("mode").equals("min")
                                                            ? ReduceLROnPlateau.Mode.MIN
                                                            : ReduceLROnPlateau.Mode.MAX)
                                            .factor(c.getDouble("factor"))
                                            .patience(c.getInt("patience"))
                                            .threshold(
                                                    c.getDouble("threshold"),
                                                    c.get("thresholdMode").equals("rel")
                                                            ? ReduceLROnPlateau.ThresholdMode.RELATIVE
                                                            : ReduceLROnPlateau.ThresholdMode.ABSOLUTE)
                                            .cooldown(c.getInt("cooldown"))
                                            .minLr(c.getDouble("minLr")));
            default -> throw new IllegalArgumentException(c.get("schedule"));
        };
    }

    private static void cycles(GoldenCase c, CyclicLR.Options s) {
        s.stepSizeUp(c.getInt("stepSizeUp"));
        if (c.has("stepSizeDown")) {
            s.stepSizeDown(c.getInt("stepSizeDown"));
        }
        if (c.has("momenta")) {
            s.momenta(c.getDoubles("momenta")[0], c.getDoubles("momenta")[1]);
        }
        if (c.get("mode").equals("SCALE")) {
            s.scalePerStep(i -> 1 / (1 + i)).cycleMomentum(false);
        } else {
            s.mode(CyclicLR.Mode.valueOf(c.get("mode"))).gamma(c.getDouble("gamma"));
        }
    }

    private static List<? extends LRScheduler> chain(GoldenCase c, Optimizer o) {
        return switch (c.get("parts")) {
            case "constant" -> List.of(new ConstantLR(o, 0.1, 20), new ExponentialLR(o, 0.95));
            case "multiplicative" ->
                    List.of(new MultiplicativeLR(o, epoch -> 1 - 1.0 / (3 + epoch)), new ConstantLR(o, 0.5, 8));
            default ->
                    List.of(
                            new SequentialLR(o, List.of(new LinearLR(o, 0.5, 1, 6), new CosineAnnealingLR(o, 94)), 6),
                            new StepLR(o, 25, 0.5));
        };
    }

    private static LRScheduler sequence(GoldenCase c, Optimizer o) {
        List<LRScheduler> parts =
                switch (c.get("parts")) {
                    case "warmup" -> List.of(new LinearLR(o, 0.1, 1, 10), new CosineAnnealingLR(o, 90));
                    case "cyclic" ->
                            List.of(
                                    new MultiplicativeLR(o, epoch -> 1 - 1.0 / (3 + epoch)),
                                    new CyclicLR(o, 0.01, 0.2, s -> s.stepSizeUp(7).cycleMomentum(false)));
                    default -> List.of(new ConstantLR(o, 0.1, 8), new ExponentialLR(o, 0.9), new StepLR(o, 5, 0.5));
                };
        return new SequentialLR(o, parts, c.getInts("milestones"));
    }

    @ParameterizedTest
    @MethodSource("schedules")
    void goesOnFromAnotherRateInProportion(GoldenCase c) {
        // these go to a fixed rate, or stop at one
        boolean isBounded = c.has("etaMin") && c.getDouble("etaMin") != 0 || c.has("minLr");
        double[] metric = c.hasTensor("metric") ? c.tensor("metric").toDoubleArray() : new double[100];
        var whole = sgd(c.getDouble("lr"));
        var other = sgd(c.getDouble("lr"));
        LRScheduler uninterrupted = schedule(c, whole);
        LRScheduler changed = schedule(c, other);
        for (int i = 0; i < 40; i++) {
            uninterrupted.step(metric[i]);
            changed.step(metric[i]);
        }
        changed.setLr(0.25 * other.lr());
        assertThat(other.lr()).isEqualTo(0.25 * whole.lr());
        assertThat(changed.lastLr()).containsExactly(other.lr());
        var resumed = sgd(c.getDouble("lr"));
        LRScheduler loaded = schedule(c, resumed);
        loaded.loadStateDict(changed.stateDict());
        for (int i = 40; i < 100; i++) {
            uninterrupted.step(metric[i]);
            changed.step(metric[i]);
            loaded.step(metric[i]);
            assertThat(resumed.lr()).isEqualTo(other.lr());
            if (!isBounded) {
                assertThat(other.lr()).as("epoch %d", i).isCloseTo(0.25 * whole.lr(), within(1e-12));
            }
        }
    }

    @Test
    void severalSchedulesMultiply() {
        var optimizer = sgd(1);
        List<LRScheduler> both = List.of(new ExponentialLR(optimizer, 0.5), new StepLR(optimizer, 2, 0.1));
        var rates = new ArrayList<Double>();
        for (int i = 0; i < 4; i++) {
            rates.add(optimizer.lr());
            both.forEach(LRScheduler::step);
        }
        assertThat(rates).containsExactly(1.0, 0.5, 0.25 * 0.1, 0.125 * 0.1);
    }

    @Test
    void eachGroupFromItsOwnRate() {
        var optimizer =
                new SGD(
                        List.of(
                                ParameterGroup.of(List.of(Tensors.zeros(1))).lr(0.3),
                                ParameterGroup.of(List.of(Tensors.zeros(1)))),
                        0.1);
        var schedule = new LambdaLR(optimizer, List.of(e -> 1, e -> e));
        schedule.step();
        schedule.step();
        assertThat(schedule.lastLr()).containsExactly(0.3, 0.2);
        double[] greatest = {1, 10};
        var cycle = new OneCycleLR(optimizer, greatest, 11, o -> o.pctStart(2.0 / 11).divFactor(4));
        assertThat(cycle.lastLr()).containsExactly(0.25, 2.5);
        cycle.step();
        assertThat(cycle.lastLr().get(0)).isCloseTo(1, within(1e-12));
        assertThat(cycle.lastLr().get(1)).isCloseTo(10, within(1e-12));
    }

    @Test
    void printsItsPositionAndRates() {
        var schedule = new StepLR(sgd(0.5), 2, 0.5);
        assertThat(schedule).hasToString("StepLR(lastEpoch=0, lastLr=[0.5])");
        schedule.step();
        schedule.step();
        assertThat(schedule).hasToString("StepLR(lastEpoch=2, lastLr=[0.25])");
    }

    @Test
    void refusesWhatMeansNothing() {
        var o = sgd(0.1);
        Function<Runnable, Throwable> thrown = r -> org.assertj.core.api.Assertions.catchThrowable(r::run);
        assertThat(thrown.apply(() -> new StepLR(o, 0))).hasMessageContaining("stepSize");
        assertThat(thrown.apply(() -> new LinearLR(o, 0, 1, 5))).hasMessageContaining("startFactor");
        assertThat(thrown.apply(() -> new SequentialLR(o, List.of(new StepLR(o, 1)), 5)))
                .hasMessageContaining("1 schedule needs 0 milestones, got 1");
        assertThat(thrown.apply(() -> new SequentialLR(o, List.of(new StepLR(o, 1), new StepLR(o, 2)), 5, 6)))
                .hasMessageContaining("2 schedules need 1 milestone, got 2");
        assertThat(thrown.apply(() -> new ReduceLROnPlateau(o).step())).isInstanceOf(IllegalStateException.class);
        assertThat(thrown.apply(() -> new LambdaLR(o, List.of()))).hasMessageContaining("0 functions for 1 group");
        assertThat(thrown.apply(() -> new MultiplicativeLR(o, List.of()))).hasMessageContaining("0 functions for 1");
        assertThat(thrown.apply(() -> new CyclicLR(sgd(1), 0.1, 1, s -> s.stepSizeUp(0))))
                .hasMessageContaining("stepSizeUp: must be at least 1, is 0");
        assertThatThrownBy(() -> new StepLR(o, 3).loadStateDict(Map.of()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("lastEpoch");
        var cycled = sgd(0.1);
        var cycle = new OneCycleLR(cycled, 1, 3);
        cycle.step();
        cycle.step();
        cycle.step(); // after the last of three updates
        assertThat(cycled.lr()).isCloseTo(0.4626371026669753, within(1e-12)); // PyTorch's
        assertThatThrownBy(cycle::step).isInstanceOf(IllegalStateException.class).hasMessageContaining("3 steps");
        var adagrad = new Adagrad(List.of(Tensors.zeros(1)), 0.1);
        assertThatThrownBy(() -> new OneCycleLR(adagrad, 1, 3)).hasMessageContaining("cycleMomentum(false)");
        assertThatThrownBy(() -> new CyclicLR(adagrad, 0.1, 1)).hasMessageContaining("cycleMomentum(false)");
    }
}
