package fathom.optim;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.div;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.sub;
import static fathom.optim.UpdateRule.sqrt;

import fathom.Tensor;
import fathom.ir.Expr;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * RMSprop (Tieleman and Hinton, 2012): divides by the square root of a running average of squared gradients; optionally
 * with momentum and centred (Graves, 2013). PyTorch's default learning rate is 0.01.
 *
 * @see <a href="https://d2l.ai/chapter_optimization/rmsprop.html">Dive into Deep Learning, RMSProp</a>
 */
public final class RMSprop extends FusedOptimizer {
    private static final String SQUARES = "square_avg";
    private static final String BUFFER = "momentum_buffer";
    private static final String MEAN = "grad_avg";

    /** Hyper-parameters of {@link RMSprop}. */
    public static final class Options extends OptimizerOptions<Options> {
        Options() {
            set("alpha", 0.99);
            set("eps", 1e-8);
            set("momentum", 0);
            set("centered", 0);
            range("alpha", 0, 1);
            notNegative("eps", "momentum");
        }

        @Override
        protected Options self() {
            return this;
        }

        /**
         * The decay rate of the running averages, from 0 to 1. (PyTorch accepts more, with which averages become
         * negative and parameters NaN.) Default: 0.99.
         */
        public Options alpha(double alpha) {
            return set("alpha", alpha);
        }

        /** The term added to the denominator for numerical stability. Default: 1e-8. */
        public Options eps(double eps) {
            return set("eps", eps);
        }

        /** The momentum factor. Default: 0. */
        public Options momentum(double momentum) {
            return set("momentum", momentum);
        }

        /**
         * Whether to normalise by an estimate of the gradient's variance rather than its second moment. Default: no.
         */
        public Options centered(boolean centered) {
            return set("centered", centered ? 1 : 0);
        }
    }

    /** RMSprop with PyTorch's defaults. */
    public RMSprop(Collection<Tensor> parameters, double lr) {
        this(parameters, lr, o -> {});
    }

    /** RMSprop with options. */
    public RMSprop(Collection<Tensor> parameters, double lr, Consumer<Options> options) {
        this(singleGroup(parameters), lr, options);
    }

    /** RMSprop on groups of parameters. */
    public RMSprop(List<ParameterGroup> groups, double lr) {
        this(groups, lr, o -> {});
    }

    /** RMSprop on groups of parameters, with options. */
    public RMSprop(List<ParameterGroup> groups, double lr, Consumer<Options> options) {
        super(groups, configured(new Options(), lr, options));
    }

    private record KernelKey(boolean momentum, boolean centered) {}

    @Override
    protected Object kernelKey(ParameterGroup group) {
        return new KernelKey(group.is("momentum"), group.is("centered"));
    }

    @Override
    protected List<String> stateNames(ParameterGroup group) {
        var names = new ArrayList<>(List.of(SQUARES));
        if (group.is("momentum")) {
            names.add(BUFFER);
        }
        if (group.is("centered")) {
            names.add(MEAN);
        }
        return names;
    }

    @Override
    protected double scalar(String name, ParameterGroup group, double[] numbers) {
        return name.equals("1-alpha") ? 1 - group.get("alpha") : group.get(name);
    }

    @Override
    protected Expr update(UpdateRule.Builder b, ParameterGroup group) {
        Expr g = b.gradient();
        Expr alpha = b.scalar("alpha");
        Expr oneMinusAlpha = b.scalar("1-alpha");
        Expr squares = b.set(SQUARES, add(mul(alpha, b.state(SQUARES)), mul(mul(oneMinusAlpha, g), g)));
        if (group.is("centered")) {
            Expr mean = b.set(MEAN, add(mul(alpha, b.state(MEAN)), mul(oneMinusAlpha, g)));
            squares = sub(squares, mul(mean, mean));
        }
        Expr direction = div(g, add(sqrt(squares), b.scalar("eps")));
        if (group.is("momentum")) {
            direction = b.set(BUFFER, add(mul(b.scalar("momentum"), b.state(BUFFER)), direction));
        }
        return sub(b.parameter(), mul(b.scalar("lr"), direction));
    }
}
