package fathom.optim;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.sub;

import fathom.Tensor;
import fathom.ir.Expr;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * Stochastic gradient descent, optionally with momentum (Polyak, 1964) or Nesterov momentum (Sutskever et al., 2013).
 *
 * {@snippet :
 * new SGD(net.parameters(), 0.05, o -> o.momentum(0.9).nesterov(true).weightDecay(1e-4));
 * }
 *
 * @see <a href="https://d2l.ai/chapter_optimization/momentum.html">Dive into Deep Learning, Momentum</a>
 */
public final class SGD extends FusedOptimizer {
    private static final String BUFFER = "momentum_buffer";

    /** Hyper-parameters of {@link SGD}. */
    public static final class Options extends OptimizerOptions<Options> {
        Options() {
            set("momentum", 0);
            set("dampening", 0);
            set("nesterov", 0);
            notNegative("momentum");
        }

        @Override
        protected Options self() {
            return this;
        }

        /** The momentum factor. Default: 0. */
        public Options momentum(double momentum) {
            return set("momentum", momentum);
        }

        /**
         * The dampening of the momentum: {@code 1 - dampening} times the gradient is added to the buffer. Default: 0.
         */
        public Options dampening(double dampening) {
            return set("dampening", dampening);
        }

        /** Whether to use Nesterov momentum. Default: no. */
        public Options nesterov(boolean nesterov) {
            return set("nesterov", nesterov ? 1 : 0);
        }
    }

    /** Plain stochastic gradient descent. */
    public SGD(Collection<Tensor> parameters, double lr) {
        this(parameters, lr, o -> {});
    }

    /** Stochastic gradient descent with options. */
    public SGD(Collection<Tensor> parameters, double lr, Consumer<Options> options) {
        this(singleGroup(parameters), lr, options);
    }

    /** Plain stochastic gradient descent on groups of parameters. */
    public SGD(List<ParameterGroup> groups, double lr) {
        this(groups, lr, o -> {});
    }

    /** Stochastic gradient descent on groups of parameters. */
    public SGD(List<ParameterGroup> groups, double lr, Consumer<Options> options) {
        super(groups, configured(new Options(), lr, options));
    }

    @Override
    protected void check(ParameterGroup g) {
        super.check(g);
        if (g.is("nesterov") && (g.get("momentum") <= 0 || g.get("dampening") != 0)) {
            throw new IllegalArgumentException(
                    "SGD: nesterov requires a momentum above 0 and no dampening, got momentum %s and dampening %s"
                            .formatted(g.get("momentum"), g.get("dampening")));
        }
    }

    private record KernelKey(boolean momentum, boolean nesterov) {}

    @Override
    protected Object kernelKey(ParameterGroup group) {
        return new KernelKey(group.is("momentum"), group.is("nesterov"));
    }

    @Override
    protected boolean takesRows(ParameterGroup group) {
        return !group.is("momentum");
    }

    @Override
    protected List<String> stateNames(ParameterGroup group) {
        return group.is("momentum") ? List.of(BUFFER) : List.of();
    }

    @Override
    protected double scalar(String name, ParameterGroup group, double[] numbers) {
        return switch (name) {
            // the first gradient initialises the buffer undampened
            case "1-dampening" -> numbers[0] == 1 ? 1 : 1 - group.get("dampening");
            default -> group.get(name);
        };
    }

    @Override
    protected Expr update(UpdateRule.Builder b, ParameterGroup group) {
        Expr g = b.gradient();
        if (group.is("momentum")) {
            Expr momentum = b.scalar("momentum");
            Expr buffer = b.set(BUFFER, add(mul(momentum, b.state(BUFFER)), mul(b.scalar("1-dampening"), g)));
            g = group.is("nesterov") ? add(g, mul(momentum, buffer)) : buffer;
        }
        return sub(b.parameter(), mul(b.scalar("lr"), g));
    }
}
