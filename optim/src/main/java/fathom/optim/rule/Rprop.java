package fathom.optim.rule;

import fathom.Tensor;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Exprs;
import fathom.optim.FusedOptimizer;
import fathom.optim.OptimizerOptions;
import fathom.optim.ParameterGroup;
import fathom.optim.UpdateRule;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * Resilient backpropagation (Riedmiller and Braun, "A Direct Adaptive Method for Faster Backpropagation Learning: The
 * RPROP Algorithm", 1993), for gradients of all examples: each element has a step size of its own, which grows while
 * the gradient keeps its sign and shrinks when that changes. The learning rate is the initial step size; PyTorch's
 * default is 0.01.
 */
public final class Rprop extends FusedOptimizer {
    private static final String PREVIOUS = "prev";
    private static final String SIZE = "step_size";

    /** Hyper-parameters of {@link Rprop}. */
    public static final class Options extends OptimizerOptions<Options> {
        Options() {
            set("etaMinus", 0.5);
            set("etaPlus", 1.2);
            set("stepSizeMin", 1e-6);
            set("stepSizeMax", 50);
            range("etaMinus", x -> x > 0 && x < 1, "be above 0 and less than 1");
            range("etaPlus", x -> x > 1, "be above 1");
            notNegative("stepSizeMin", "stepSizeMax");
        }

        @Override
        protected Options self() {
            return this;
        }

        /** The factors by which a step size shrinks and grows. Default: 0.5 and 1.2. */
        public Options etas(double minus, double plus) {
            if (!(minus > 0 && minus < 1 && plus > 1)) {
                throw new IllegalArgumentException(
                        "etas: expected a factor in (0, 1) and one above 1, got %s and %s".formatted(minus, plus));
            }
            set("etaMinus", minus);
            return set("etaPlus", plus);
        }

        /** The smallest and the largest step size. Default: 1e-6 and 50. */
        public Options stepSizes(double min, double max) {
            if (!(min >= 0 && min <= max)) {
                throw new IllegalArgumentException(
                        "stepSizes: expected a minimum of at least 0 and no greater maximum, got %s and %s"
                                .formatted(min, max));
            }
            set("stepSizeMin", min);
            return set("stepSizeMax", max);
        }
    }

    /** Rprop with the default hyper-parameters. */
    public Rprop(Collection<Tensor> parameters, double lr) {
        this(parameters, lr, o -> {});
    }

    /** Rprop with options. */
    public Rprop(Collection<Tensor> parameters, double lr, Consumer<Options> options) {
        this(singleGroup(parameters), lr, options);
    }

    /** Rprop on groups of parameters. */
    public Rprop(List<ParameterGroup> groups, double lr) {
        this(groups, lr, o -> {});
    }

    /** Rprop on groups of parameters, with options. */
    public Rprop(List<ParameterGroup> groups, double lr, Consumer<Options> options) {
        super(groups, configured(new Options(), lr, options));
    }

    @Override
    protected List<String> stateNames(ParameterGroup group) {
        return List.of(PREVIOUS, SIZE);
    }

    @Override
    protected double initialState(String name, ParameterGroup group) {
        return name.equals(SIZE) ? group.lr() : 0;
    }

    @Override
    protected Expr update(UpdateRule.Builder b, ParameterGroup group) {
        Expr g = b.gradient();
        Expr zero = Exprs.constant(g.type(), 0);
        Expr agreement = g.mul(b.state(PREVIOUS));
        Expr turned = Exprs.binary(BinaryOp.LT, agreement, zero);
        Expr factor =
                Exprs.select(
                        Exprs.binary(BinaryOp.GT, agreement, zero),
                        b.scalar("etaPlus"),
                        Exprs.select(turned, b.scalar("etaMinus"), Exprs.constant(g.type(), 1)));
        Expr scaled = b.state(SIZE).mul(factor);
        Expr size =
                b.set(
                        SIZE,
                        Exprs.binary(
                                BinaryOp.MIN,
                                Exprs.binary(BinaryOp.MAX, scaled, b.scalar("stepSizeMin")),
                                b.scalar("stepSizeMax")));
        // where the sign has changed, this step goes nowhere, and the next one starts afresh
        Expr used = b.set(PREVIOUS, Exprs.select(turned, zero, g));
        return b.parameter().sub(used.sign().mul(size));
    }
}
