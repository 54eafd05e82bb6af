package fathom.optim;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.div;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.sub;

import fathom.Tensor;
import fathom.ir.Expr;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * Adamax (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, section 7): the variant of Adam with an
 * exponentially weighted infinity norm of the gradients in place of the second moment. PyTorch's default learning rate
 * is 0.002.
 */
public final class Adamax extends FusedOptimizer {
    private static final String NORM = "exp_inf";

    /** Hyper-parameters of {@link Adamax}. */
    public static final class Options extends MomentOptions<Options> {
        Options() {}

        @Override
        protected Options self() {
            return this;
        }
    }

    /** Adamax with PyTorch's defaults. */
    public Adamax(Collection<Tensor> parameters, double lr) {
        this(parameters, lr, o -> {});
    }

    /** Adamax with options. */
    public Adamax(Collection<Tensor> parameters, double lr, Consumer<Options> options) {
        this(singleGroup(parameters), lr, options);
    }

    /** Adamax on groups of parameters. */
    public Adamax(List<ParameterGroup> groups, double lr) {
        this(groups, lr, o -> {});
    }

    /** Adamax on groups of parameters, with options. */
    public Adamax(List<ParameterGroup> groups, double lr, Consumer<Options> options) {
        super(groups, configured(new Options(), lr, options));
    }

    @Override
    protected List<String> stateNames(ParameterGroup group) {
        return List.of(Moments.FIRST, NORM);
    }

    @Override
    protected double scalar(String name, ParameterGroup group, double[] numbers) {
        return Moments.scalar(name, group, numbers[0]);
    }

    @Override
    protected Expr update(UpdateRule.Builder b, ParameterGroup group) {
        Expr first = Moments.first(b);
        Expr size = add(UpdateRule.abs(b.gradient()), b.scalar("eps"));
        Expr norm = b.set(NORM, UpdateRule.max(mul(b.scalar("beta2"), b.state(NORM)), size));
        return sub(b.parameter(), mul(b.scalar("stepSize"), div(first, norm)));
    }
}
