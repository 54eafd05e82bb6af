package fathom.optim;

import static fathom.ir.Exprs.mul;

import fathom.Tensor;
import fathom.ir.Expr;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * Adam with decoupled weight decay (Loshchilov and Hutter, "Decoupled Weight Decay Regularization", 2019): each step
 * first shrinks the parameter by {@code lr * weightDecay} of itself. The decay is 0.01 unless set otherwise.
 */
public final class AdamW extends FusedOptimizer {

    /** Hyper-parameters of {@link AdamW}. */
    public static final class Options extends MomentOptions<Options> {
        Options() {
            set("weightDecay", 0.01);
            set("amsgrad", 0);
        }

        @Override
        protected Options self() {
            return this;
        }

        /** Whether to divide by the greatest second moment so far rather than by the current one. Default: no. */
        public Options amsgrad(boolean amsgrad) {
            return set("amsgrad", amsgrad ? 1 : 0);
        }
    }

    /** AdamW with PyTorch's defaults. */
    public AdamW(Collection<Tensor> parameters, double lr) {
        this(parameters, lr, o -> {});
    }

    /** AdamW with options. */
    public AdamW(Collection<Tensor> parameters, double lr, Consumer<Options> options) {
        this(singleGroup(parameters), lr, options);
    }

    /** AdamW on groups of parameters. */
    public AdamW(List<ParameterGroup> groups, double lr) {
        this(groups, lr, o -> {});
    }

    /** AdamW on groups of parameters, with options. */
    public AdamW(List<ParameterGroup> groups, double lr, Consumer<Options> options) {
        super(groups, configured(new Options(), lr, options));
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
