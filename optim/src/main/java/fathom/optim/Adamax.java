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
 * Adamax (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015, section 7): Adam with the greatest
 * gradient, as it fades, in place of the second moment. PyTorch's default learning rate is 0.002.
 */
public final class Adamax extends FusedOptimizer {
    private static final String GREATEST = "exp_inf";

    /** Hyper-parameters of {@link Adamax}. */
    public static final class Settings extends MomentOptions<Settings> {
        Settings() {}

        @Override
        protected Settings self() {
            return this;
        }
    }

    /** Adamax with PyTorch's defaults. */
    public Adamax(Collection<Tensor> parameters, double lr) {
        this(parameters, lr, o -> {});
    }

    /** Adamax with options. */
    public Adamax(Collection<Tensor> parameters, double lr, Consumer<Settings> options) {
        this(one(parameters), lr, options);
    }

    /** Adamax on groups of parameters. */
    public Adamax(List<ParameterGroup> groups, double lr) {
        this(groups, lr, o -> {});
    }

    /** Adamax on groups of parameters, with options. */
    public Adamax(List<ParameterGroup> groups, double lr, Consumer<Settings> options) {
        super(groups, configured(new Settings(), lr, options));
    }

    @Override
    protected Object form(ParameterGroup group) {
        return "";
    }

    @Override
    protected List<String> stateNames(ParameterGroup group) {
        return List.of(Moments.FIRST, GREATEST);
    }

    @Override
    protected double scalar(String name, ParameterGroup group, double[] numbers) {
        return Moments.scalar(name, group, numbers[0]);
    }

    @Override
    protected Expr update(UpdateRule.Builder b, ParameterGroup group) {
        Expr first = Moments.first(b);
        Expr size = add(UpdateRule.abs(b.gradient()), b.scalar("eps"));
        Expr greatest = b.set(GREATEST, UpdateRule.max(mul(b.scalar("beta2"), b.state(GREATEST)), size));
        return sub(b.parameter(), mul(b.scalar("stepSize"), div(first, greatest)));
    }
}
