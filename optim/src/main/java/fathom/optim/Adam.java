package fathom.optim;

import fathom.Tensor;
import fathom.ir.Expr;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * Adam (Kingma and Ba, "Adam: A Method for Stochastic Optimization", 2015), optionally with AMSGrad (Reddi et al.,
 * 2018). Weight decay is added to the gradient; {@link AdamW} applies it to the parameter.
 *
 * @see <a href="https://d2l.ai/chapter_optimization/adam.html">Dive into Deep Learning, Adam</a>
 */
public final class Adam extends FusedOptimizer {

    /** Hyper-parameters of {@link Adam} and {@link AdamW}, which differ in the default weight decay. */
    public static final class Options extends MomentOptions<Options> {
        Options(double weightDecay) {
            set("weightDecay", weightDecay);
            set("amsgrad", 0);
        }

        @Override
        protected Options self() {
            return this;
        }

        /** Whether to use AMSGrad: the maximum of the second moments so far instead of the current one. Default: no. */
        public Options amsgrad(boolean amsgrad) {
            return set("amsgrad", amsgrad ? 1 : 0);
        }
    }

    /** Adam with PyTorch's defaults. */
    public Adam(Collection<Tensor> parameters, double lr) {
        this(parameters, lr, o -> {});
    }

    /** Adam with options. */
    public Adam(Collection<Tensor> parameters, double lr, Consumer<Options> options) {
        this(singleGroup(parameters), lr, options);
    }

    /** Adam on groups of parameters. */
    public Adam(List<ParameterGroup> groups, double lr) {
        this(groups, lr, o -> {});
    }

    /** Adam on groups of parameters, with options. */
    public Adam(List<ParameterGroup> groups, double lr, Consumer<Options> options) {
        super(groups, configured(new Options(0), lr, options));
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
    protected double scalar(String name, ParameterGroup group, double[] numbers) {
        return Moments.scalar(name, group, numbers[0]);
    }

    @Override
    protected Expr update(UpdateRule.Builder b, ParameterGroup group) {
        return Moments.adam(b, b.parameter(), group.is("amsgrad"));
    }
}
