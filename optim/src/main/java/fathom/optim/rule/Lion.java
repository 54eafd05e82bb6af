package fathom.optim.rule;

import fathom.Tensor;
import fathom.ir.Expr;
import fathom.optim.FusedOptimizer;
import fathom.optim.OptimizerOptions;
import fathom.optim.ParameterGroup;
import fathom.optim.UpdateRule;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * Lion (Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023, algorithm 2): each element moves by the
 * learning rate in the direction of an interpolated momentum's sign. It keeps half the state of Adam. Its rate is
 * usually 3 to 10 times smaller than Adam's, and its weight decay, which is decoupled, as many times larger; the
 * paper's defaults are a rate of 1e-4 and no decay.
 */
public final class Lion extends FusedOptimizer {
    private static final String MOMENTUM = "exp_avg";

    /** Hyper-parameters of {@link Lion}. */
    public static final class Options extends OptimizerOptions<Options> {
        Options() {
            set("beta1", 0.9);
            set("beta2", 0.99);
            fraction("beta1", "beta2");
        }

        @Override
        protected Options self() {
            return this;
        }

        /**
         * The weights of the momentum in the direction of a step, and in the momentum itself. Default: 0.9 and 0.99.
         */
        public Options betas(double beta1, double beta2) {
            set("beta1", beta1);
            return set("beta2", beta2);
        }

        /**
         * The decoupled weight decay: each step multiplies the parameter by {@code 1 - lr * weightDecay}. Default: 0.
         */
        @Override
        public Options weightDecay(double weightDecay) {
            return super.weightDecay(weightDecay);
        }
    }

    /** Lion with the default hyper-parameters. */
    public Lion(Collection<Tensor> parameters, double lr) {
        this(parameters, lr, o -> {});
    }

    /** Lion with options. */
    public Lion(Collection<Tensor> parameters, double lr, Consumer<Options> options) {
        this(singleGroup(parameters), lr, options);
    }

    /** Lion on groups of parameters. */
    public Lion(List<ParameterGroup> groups, double lr) {
        this(groups, lr, o -> {});
    }

    /** Lion on groups of parameters, with options. */
    public Lion(List<ParameterGroup> groups, double lr, Consumer<Options> options) {
        super(groups, configured(new Options(), lr, options));
    }

    @Override
    protected List<String> stateNames(ParameterGroup group) {
        return List.of(MOMENTUM);
    }

    @Override
    protected boolean decaysGradient() {
        return false;
    }

    @Override
    protected double scalar(String name, ParameterGroup group, double[] numbers) {
        return name.equals("shrink") ? 1 - group.lr() * group.get("weightDecay") : super.scalar(name, group, numbers);
    }

    @Override
    protected Expr update(UpdateRule.Builder b, ParameterGroup group) {
        Expr g = b.gradient();
        Expr old = b.state(MOMENTUM);
        Expr direction = b.scalar("beta1").mul(old).add(b.scalar("1-beta1").mul(g)).sign();
        b.average(MOMENTUM, "beta2", g);
        return b.parameter().mul(b.scalar("shrink")).sub(b.scalar("lr").mul(direction));
    }
}
