package fathom.optim;

import static fathom.ir.Exprs.mul;

import fathom.Tensor;
import fathom.ir.Expr;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019): each step
 * first multiplies the parameter by {@code 1 - lr * weightDecay}. The default weight decay is 0.01.
 */
public final class AdamW extends FusedOptimizer {
    /** AdamW with PyTorch's defaults. */
    public AdamW(Collection<Tensor> parameters, double lr) {
        this(parameters, lr, o -> {});
    }

    /** AdamW with options. */
    public AdamW(Collection<Tensor> parameters, double lr, Consumer<Adam.Options> options) {
        this(singleGroup(parameters), lr, options);
    }

    /** AdamW on groups of parameters. */
    public AdamW(List<ParameterGroup> groups, double lr) {
        this(groups, lr, o -> {});
    }

    /** AdamW on groups of parameters, with options. */
    public AdamW(List<ParameterGroup> groups, double lr, Consumer<Adam.Options> options) {
        super(groups, configured(new Adam.Options(0.01), lr, options));
    }

    @Override
    protected Object kernelKey(ParameterGroup group) {
        return group.is("amsgrad");
    }

    @Override
    protected List<String> stateNames(ParameterGroup group) {
        return Moments.stateNames(group.is("amsgrad"));
    }

    @Override
    protected boolean decaysGradient() {
        return false;
    }

    @Override
    protected double scalar(String name, ParameterGroup group, double[] numbers) {
        return name.equals("shrink")
                ? 1 - group.lr() * group.get("weightDecay")
                : Moments.scalar(name, group, numbers[0]);
    }

    @Override
    protected Expr update(UpdateRule.Builder b, ParameterGroup group) {
        return Moments.adam(b, mul(b.parameter(), b.scalar("shrink")), group.is("amsgrad"));
    }
}
