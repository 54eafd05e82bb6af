package fathom.optim;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.div;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.sub;
import static fathom.optim.UpdateRule.sqrt;

import fathom.Tensor;
import fathom.ir.Expr;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * Adagrad (Duchi et al., "Adaptive Subgradient Methods", 2011): divides by the square root of the sum of all past
 * squared gradients.
 *
 * @see <a href="https://d2l.ai/chapter_optimization/adagrad.html">Dive into Deep Learning, Adagrad</a>
 */
public final class Adagrad extends FusedOptimizer {
    private static final String SUM = "sum";

    /** Hyper-parameters of {@link Adagrad}. */
    public static final class Options extends OptimizerOptions<Options> {
        Options() {
            set("lrDecay", 0);
            set("initialAccumulatorValue", 0);
            set("eps", 1e-10);
            notNegative("lrDecay", "initialAccumulatorValue", "eps");
        }

        @Override
        protected Options self() {
            return this;
        }

        /** The learning rate of step t, from 0, is divided by {@code 1 + t * lrDecay}. Default: 0. */
        public Options lrDecay(double lrDecay) {
            return set("lrDecay", lrDecay);
        }

        /** The initial value of the sum of squares. Default: 0. */
        public Options initialAccumulatorValue(double value) {
            return set("initialAccumulatorValue", value);
        }

        /** The term added to the denominator for numerical stability. Default: 1e-10. */
        public Options eps(double eps) {
            return set("eps", eps);
        }
    }

    /** Adagrad with PyTorch's defaults. */
    public Adagrad(Collection<Tensor> parameters, double lr) {
        this(parameters, lr, o -> {});
    }

    /** Adagrad with options. */
    public Adagrad(Collection<Tensor> parameters, double lr, Consumer<Options> options) {
        this(singleGroup(parameters), lr, options);
    }

    /** Adagrad on groups of parameters. */
    public Adagrad(List<ParameterGroup> groups, double lr) {
        this(groups, lr, o -> {});
    }

    /** Adagrad on groups of parameters, with options. */
    public Adagrad(List<ParameterGroup> groups, double lr, Consumer<Options> options) {
        super(groups, configured(new Options(), lr, options));
    }

    @Override
    protected boolean takesRows(ParameterGroup group) {
        return true;
    }

    @Override
    protected List<String> stateNames(ParameterGroup group) {
        return List.of(SUM);
    }

    @Override
    protected double initialState(String name, ParameterGroup group) {
        return group.get("initialAccumulatorValue");
    }

    @Override
    protected double scalar(String name, ParameterGroup group, double[] numbers) {
        return name.equals("decayedLr") ? group.lr() / (1 + (numbers[0] - 1) * group.get("lrDecay")) : group.get(name);
    }

    @Override
    protected Expr update(UpdateRule.Builder b, ParameterGroup group) {
        Expr g = b.gradient();
        Expr sum = b.set(SUM, add(b.state(SUM), mul(g, g)));
        return sub(b.parameter(), mul(b.scalar("decayedLr"), div(g, add(sqrt(sum), b.scalar("eps")))));
    }
}
