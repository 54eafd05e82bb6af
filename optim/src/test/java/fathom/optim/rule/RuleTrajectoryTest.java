package fathom.optim.rule;

import static fathom.testkit.TensorAssert.assertThat;

import fathom.DType;
import fathom.Tensor;
import fathom.optim.Optimizer;
import fathom.optim.OptimizerOptions;
import fathom.testkit.Golden;
import fathom.testkit.GoldenCase;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.DoubleConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each rule follows PyTorch 1.13's where that has it, and otherwise a reference in float64 after the paper, over 40
 * steps with gradients of very different sizes, some of them zero.
 */
class RuleTrajectoryTest {
    private static final Golden GOLDEN = Golden.load("golden/rules.safetensors");

    static Stream<GoldenCase> trajectories() {
        return GOLDEN.cases().stream().filter(c -> c.has("rule"));
    }

    @ParameterizedTest
    @MethodSource("trajectories")
    void followsTheReference(GoldenCase c) {
        // PyTorch 1.13 has the rate of ASGD in float32
        follow(c, DType.FLOAT64, c.get("rule").equals("ASGD") ? 1e-6 : 1e-9);
    }

    @ParameterizedTest
    @MethodSource("trajectories")
    void followsItInFloat32(GoldenCase c) {
        // a sign is chaotic where a moment is near 0, and orthogonalisation amplifies rounding
        follow(c, DType.FLOAT32, 2e-3);
    }

    private static void follow(GoldenCase c, DType type, double tolerance) {
        var parameters = new ArrayList<Tensor>();
        for (int i = 0; i < 3; i++) {
            parameters.add(c.in(i).to(type).clone().requiresGrad_());
        }
        Optimizer optimizer = optimizer(c, parameters);
        int[] at = c.getInts("at");
        int next = 0;
        for (int step = 0; step <= at[at.length - 1]; step++) {
            GoldenCase gradients = gradients(step);
            for (int i = 0; i < 3; i++) {
                parameters.get(i).setGrad(gradients.in(i).to(type));
            }
            optimizer.step();
            if (step == at[next]) {
                for (int i = 0; i < 3; i++) {
                    assertThat(parameters.get(i).detach().to(DType.FLOAT64))
                            .as("%s, parameter %d after step %d", c, i, step)
                            .isCloseTo(c.out(i).select(0, next), tolerance, tolerance);
                }
                next++;
            }
        }
    }

    static GoldenCase gradients(int step) {
        return GOLDEN.cases().stream().filter(c -> c.name().equals("gradients/" + step)).findFirst().orElseThrow();
    }

    private static Optimizer optimizer(GoldenCase c, List<Tensor> p) {
        double lr = c.getDouble("lr");
        return switch (c.get("rule")) {
            case "RAdam" ->
                    new RAdam(
                            p,
                            lr,
                            common(
                                    c,
                                    o -> {
                                        betas(c, o::betas);
                                        number(c, "eps", o::eps);
                                    }));
            case "ASGD" ->
                    new ASGD(
                            p,
                            lr,
                            common(
                                    c,
                                    o -> {
                                        number(c, "lambd", o::lambd);
                                        number(c, "alpha", o::alpha);
                                        number(c, "t0", o::t0);
                                    }));
            case "Rprop" ->
                    new Rprop(
                            p,
                            lr,
                            common(
                                    c,
                                    o -> {
                                        if (c.has("etas")) {
                                            o.etas(c.getDoubles("etas")[0], c.getDoubles("etas")[1]);
                                            o.stepSizes(c.getDoubles("stepSizes")[0], c.getDoubles("stepSizes")[1]);
                                        }
                                    }));
            case "Yogi" ->
                    new Yogi(
                            p,
                            lr,
                            common(
                                    c,
                                    o -> {
                                        betas(c, o::betas);
                                        number(c, "eps", o::eps);
                                        number(c, "initialAccumulatorValue", o::initialAccumulatorValue);
                                    }));
            case "Lion" -> new Lion(p, lr, common(c, o -> betas(c, o::betas)));
            case "LAMB" ->
                    new LAMB(
                            p,
                            lr,
                            common(
                                    c,
                                    o -> {
                                        betas(c, o::betas);
                                        number(c, "eps", o::eps);
                                        o.adaptive(!c.has("adaptive")).biasCorrection(!c.has("biasCorrection"));
                                    }));
            case "Adafactor" ->
                    new Adafactor(
                            p,
                            lr,
                            common(
                                    c,
                                    o -> {
                                        // the reference is in float64, whatever the type here
                                        o.eps(0x1p-52, 1e-3);
                                        if (c.has("eps")) {
                                            o.eps(c.getDoubles("eps")[0], c.getDoubles("eps")[1]);
                                        }
                                        number(c, "beta2Decay", o::beta2Decay);
                                        number(c, "d", o::d);
                                        o.factored(!c.has("factored"))
                                                .relativeStep(!c.has("relativeStep"))
                                                .scaleParameter(!c.has("scaleParameter"));
                                    }));
            case "Muon" ->
                    c.has("adamW")
                            ? new Muon(List.of(Muon.adamW(p)), lr)
                            : new Muon(
                                    p,
                                    lr,
                                    common(
                                            c,
                                            o -> {
                                                number(c, "momentum", o::momentum);
                                                o.nesterov(!c.has("nesterov")).matchRmsAdamW(c.has("matchRmsAdamW"));
                                                number(c, "nsSteps", steps -> o.nsSteps((int) steps));
                                            }));
            default -> throw new IllegalArgumentException(c.get("rule"));
        };
    }

    private interface Betas {
        Object set(double beta1, double beta2);
    }

    private static void betas(GoldenCase c, Betas set) {
        if (c.has("betas")) {
            set.set(c.getDoubles("betas")[0], c.getDoubles("betas")[1]);
        }
    }

    private static <O extends OptimizerOptions<O>> Consumer<O> common(GoldenCase c, Consumer<O> more) {
        return o -> {
            number(c, "weightDecay", o::weightDecay);
            more.accept(o);
        };
    }

    private static void number(GoldenCase c, String name, DoubleConsumer option) {
        if (c.has(name)) {
            option.accept(c.getDouble(name));
        }
    }
}
