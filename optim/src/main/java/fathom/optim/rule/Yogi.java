package fathom.optim.rule;

import fathom.Tensor;
import fathom.ir.Expr;
import fathom.optim.FusedOptimizer;
import fathom.optim.MomentOptions;
import fathom.optim.ParameterGroup;
import fathom.optim.UpdateRule;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * Yogi (Zaheer et al., "Adaptive Methods for Nonconvex Optimization", 2018, algorithm 2): Adam whose second moment
 * changes by at most the size of the squared gradient, so that a few small gradients do not raise the rate abruptly.
 * The moments' biases are corrected as in Adam. The paper's rate is 0.01.
 *
 * @see <a href="https://d2l.ai/chapter_optimization/adam.html">Dive into Deep Learning, Adam, section Yogi</a>
 */
public final class Yogi extends FusedOptimizer {
    private static final String FIRST = "exp_avg";
    private static final String SECOND = "exp_avg_sq";

    /** Hyper-parameters of {@link Yogi}; the default term for stability is the paper's, 1e-3. */
    public static final class Options extends MomentOptions<Options> {
        Options() {
            eps(1e-3);
            set("initialAccumulatorValue", 1e-6);
            notNegative("initialAccumulatorValue");
        }

        @Override
        protected Options self() {
            return this;
        }

        /** The initial value of the second moment. Default: 1e-6; the course has 0. */
        public Options initialAccumulatorValue(double value) {
            return set("initialAccumulatorValue", value);
        }
    }

    /** Yogi with the default hyper-parameters. */
    public Yogi(Collection<Tensor> parameters, double lr) {
        this(parameters, lr, o -> {});
    }

    /** Yogi with options. */
    public Yogi(Collection<Tensor> parameters, double lr, Consumer<Options> options) {
        this(singleGroup(parameters), lr, options);
    }

    /** Yogi on groups of parameters. */
    public Yogi(List<ParameterGroup> groups, double lr) {
        this(groups, lr, o -> {});
    }

    /** Yogi on groups of parameters, with options. */
    public Yogi(List<ParameterGroup> groups, double lr, Consumer<Options> options) {
        super(groups, configured(new Options(), lr, options));
    }

    @Override
    protected List<String> stateNames(ParameterGroup group) {
        return List.of(FIRST, SECOND);
    }

    @Override
    protected double initialState(String name, ParameterGroup group) {
        return name.equals(SECOND) ? group.get("initialAccumulatorValue") : 0;
    }

    @Override
    protected double scalar(String name, ParameterGroup group, double[] numbers) {
        return switch (name) {
            case "stepSize" -> group.lr() / (1 - Math.pow(group.get("beta1"), numbers[0]));
            case "rootCorrection2" -> Math.sqrt(1 - Math.pow(group.get("beta2"), numbers[0]));
            default -> super.scalar(name, group, numbers);
        };
    }

    @Override
    protected Expr update(UpdateRule.Builder b, ParameterGroup group) {
        Expr g = b.gradient();
        Expr first = b.average(FIRST, "beta1", g);
        Expr square = g.mul(g);
        Expr old = b.state(SECOND);
        Expr second = b.set(SECOND, old.sub(b.scalar("1-beta2").mul(old.sub(square).sign()).mul(square)));
        Expr denominator = UpdateRule.sqrt(second).div(b.scalar("rootCorrection2")).add(b.scalar("eps"));
        return b.parameter().sub(b.scalar("stepSize").mul(first.div(denominator)));
    }
}
