package fathom.optim;

import static fathom.testkit.TensorAssert.assertThat;

import fathom.Tensor;
import fathom.testkit.Golden;
import fathom.testkit.GoldenCase;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Each rule goes, given PyTorch's gradients, where PyTorch's goes, over 100 steps. */
class TrajectoryTest {
    private static final Golden GOLDEN = Golden.load("golden/trajectories.safetensors");

    static Stream<GoldenCase> trajectories() {
        return GOLDEN.cases().stream().filter(c -> c.hasTensor("gradients0"));
    }

    @ParameterizedTest
    @MethodSource("trajectories")
    void followsPyTorch(GoldenCase c) {
        List<Tensor> parameters = List.of(c.in(0).requiresGrad_(), c.in(1).requiresGrad_());
        Optimizer optimizer = optimizer(c, parameters);
        Tensor[] gradients = {c.tensor("gradients0"), c.tensor("gradients1")};
        Tensor[] expected = {c.out(0), c.out(1)};
        int[] at = c.getInts("at");
        int next = 0;
        for (int step = 0; step < gradients[0].size(0); step++) {
            optimizer.zeroGrad();
            for (int i = 0; i < 2; i++) {
                parameters.get(i).setGrad(gradients[i].select(0, step));
            }
            optimizer.step();
            if (step == at[next]) {
                for (int i = 0; i < 2; i++) {
                    assertThat(parameters.get(i).detach())
                            .as("%s, parameter %d after step %d", c, i, step)
                            .isCloseTo(expected[i].select(0, next), 1e-5, c.name().endsWith("float64") ? 1e-9 : 1e-5);
                }
                next++;
            }
        }
        org.assertj.core.api.Assertions.assertThat(next).isEqualTo(at.length);
    }

    private static Optimizer optimizer(GoldenCase c, List<Tensor> p) {
        return switch (c.get("rule")) {
            case "SGD" ->
                    new SGD(
                            p,
                            c.getDouble("lr"),
                            common(
                                    c,
                                    o -> {
                                        given(c, "momentum", o::momentum);
                                        given(c, "dampening", o::dampening);
                                        o.nesterov(c.getBoolean("nesterov"));
                                    }));
            case "Adagrad" ->
                    new Adagrad(
                            p,
                            c.getDouble("lr"),
                            common(
                                    c,
                                    o -> {
                                        given(c, "lrDecay", o::lrDecay);
                                        given(c, "initialAccumulatorValue", o::initialAccumulatorValue);
                                        given(c, "eps", o::eps);
                                    }));
            case "Adadelta" ->
                    new Adadelta(
                            p,
                            c.getDouble("lr", 1),
                            common(
                                    c,
                                    o -> {
                                        given(c, "rho", o::rho);
                                        given(c, "eps", o::eps);
                                    }));
            case "RMSprop" ->
                    new RMSprop(
                            p,
                            c.getDouble("lr"),
                            common(
                                    c,
                                    o -> {
                                        given(c, "alpha", o::alpha);
                                        given(c, "eps", o::eps);
                                        given(c, "momentum", o::momentum);
                                        o.centered(c.getBoolean("centered"));
                                    }));
            case "Adam" ->
                    new Adam(p, c.getDouble("lr"), common(c, o -> moments(c, o).amsgrad(c.getBoolean("amsgrad"))));
            case "AdamW" ->
                    new AdamW(p, c.getDouble("lr"), common(c, o -> moments(c, o).amsgrad(c.getBoolean("amsgrad"))));
            case "NAdam" ->
                    new NAdam(
                            p,
                            c.getDouble("lr"),
                            common(
                                    c,
                                    o -> {
                                        moments(c, o);
                                        given(c, "momentumDecay", o::momentumDecay);
                                    }));
            case "Adamax" -> new Adamax(p, c.getDouble("lr"), common(c, o -> moments(c, o)));
            default -> throw new IllegalArgumentException(c.get("rule"));
        };
    }

    private static <O extends OptimizerOptions<O>> Consumer<O> common(GoldenCase c, Consumer<O> more) {
        return o -> {
            given(c, "weightDecay", o::weightDecay);
            o.maximize(c.getBoolean("maximize"));
            more.accept(o);
        };
    }

    private static <O extends MomentOptions<O>> O moments(GoldenCase c, O o) {
        if (c.has("betas")) {
            double[] betas = c.getDoubles("betas");
            o.betas(betas[0], betas[1]);
        }
        given(c, "eps", o::eps);
        return o;
    }

    private static void given(GoldenCase c, String name, Consumer<Double> option) {
        if (c.has(name)) {
            option.accept(c.getDouble(name));
        }
    }
}
