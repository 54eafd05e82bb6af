package fathom.optim.rule;

import fathom.Tensor;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Exprs;
import fathom.optim.FusedOptimizer;
import fathom.optim.MomentOptions;
import fathom.optim.ParameterGroup;
import fathom.optim.UpdateRule;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * Rectified Adam (Liu et al., "On the Variance of the Adaptive Learning Rate and Beyond", 2020): in the first steps,
 * while the second moment is an average of too few gradients, the step is that of momentum; later it is Adam's, scaled
 * by the variance of the adaptive rate. As in PyTorch, the term for stability is added before the bias correction.
 */
public final class RAdam extends FusedOptimizer {
    private static final String FIRST = "exp_avg";
    private static final String SECOND = "exp_avg_sq";

    /** Hyper-parameters of {@link RAdam}. */
    public static final class Options extends MomentOptions<Options> {
        Options() {}

        @Override
        protected Options self() {
            return this;
        }
    }

    /** RAdam with the default hyper-parameters. */
    public RAdam(Collection<Tensor> parameters, double lr) {
        this(parameters, lr, o -> {});
    }

    /** RAdam with options. */
    public RAdam(Collection<Tensor> parameters, double lr, Consumer<Options> options) {
        this(singleGroup(parameters), lr, options);
    }

    /** RAdam on groups of parameters. */
    public RAdam(List<ParameterGroup> groups, double lr) {
        this(groups, lr, o -> {});
    }

    /** RAdam on groups of parameters, with options. */
    public RAdam(List<ParameterGroup> groups, double lr, Consumer<Options> options) {
        super(groups, configured(new Options(), lr, options));
    }

    @Override
    protected List<String> stateNames(ParameterGroup group) {
        return List.of(FIRST, SECOND);
    }

    /** The length of the average beyond which the variance of the adaptive rate is tractable. */
    private static final double TRACTABLE = 5;

    /** {@return the rectification of the step's variance, 0 where the step is not adaptive} */
    private static double rectification(double beta2, double step) {
        double longest = 2 / (1 - beta2) - 1;
        double power = Math.pow(beta2, step);
        double length = longest - 2 * step * power / (1 - power);
        return length > TRACTABLE
                ? Math.sqrt((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length))
                : 0;
    }

    @Override
    protected double scalar(String name, ParameterGroup group, double[] numbers) {
        double step = numbers[0];
        return switch (name) {
            case "rectification" -> rectification(group.get("beta2"), step);
            case "plainStep" -> group.lr() / (1 - Math.pow(group.get("beta1"), step));
            case "adaptiveStep" ->
                    group.lr()
                            / (1 - Math.pow(group.get("beta1"), step))
                            * Math.sqrt(1 - Math.pow(group.get("beta2"), step))
                            * rectification(group.get("beta2"), step);
            default -> super.scalar(name, group, numbers);
        };
    }

    @Override
    protected Expr update(UpdateRule.Builder b, ParameterGroup group) {
        Expr g = b.gradient();
        Expr first = b.average(FIRST, "beta1", g);
        Expr second = b.average(SECOND, "beta2", g.mul(g));
        Expr adaptive = b.scalar("adaptiveStep").mul(first.div(UpdateRule.sqrt(second).add(b.scalar("eps"))));
        Expr plain = b.scalar("plainStep").mul(first);
        Expr isAdaptive = Exprs.binary(BinaryOp.GT, b.scalar("rectification"), Exprs.constant(first.type(), 0));
        return b.parameter().sub(Exprs.select(isAdaptive, adaptive, plain));
    }
}
