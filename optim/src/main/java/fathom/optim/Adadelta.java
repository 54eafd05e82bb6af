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
 * Adadelta (Zeiler, "ADADELTA: An Adaptive Learning Rate Method", 2012): scales gradients by the ratio of the root mean
 * squares of past updates and past gradients. PyTorch's default learning rate is 1.
 *
 * @see <a href="https://d2l.ai/chapter_optimization/adadelta.html">Dive into Deep Learning, Adadelta</a>
 */
public final class Adadelta extends FusedOptimizer {
    private static final String SQUARES = "square_avg";
    private static final String STEPS = "acc_delta";

    /** Hyper-parameters of {@link Adadelta}. */
    public static final class Options extends OptimizerOptions<Options> {
        Options() {
            set("rho", 0.9);
            set("eps", 1e-6);
            range("rho", 0, 1);
            notNegative("eps");
        }

        @Override
        protected Options self() {
            return this;
        }

        /** The decay rate of the running averages. Default: 0.9. */
        public Options rho(double rho) {
            return set("rho", rho);
        }

        /** The term added under the square roots for numerical stability. Default: 1e-6. */
        public Options eps(double eps) {
            return set("eps", eps);
        }
    }

    /** Adadelta with PyTorch's defaults. */
    public Adadelta(Collection<Tensor> parameters, double lr) {
        this(parameters, lr, o -> {});
    }

    /** Adadelta with options. */
    public Adadelta(Collection<Tensor> parameters, double lr, Consumer<Options> options) {
        this(singleGroup(parameters), lr, options);
    }

    /** Adadelta on groups of parameters. */
    public Adadelta(List<ParameterGroup> groups, double lr) {
        this(groups, lr, o -> {});
    }

    /** Adadelta on groups of parameters, with options. */
    public Adadelta(List<ParameterGroup> groups, double lr, Consumer<Options> options) {
        super(groups, configured(new Options(), lr, options));
    }

    @Override
    protected List<String> stateNames(ParameterGroup group) {
        return List.of(SQUARES, STEPS);
    }

    @Override
    protected double scalar(String name, ParameterGroup group, double[] numbers) {
        return name.equals("1-rho") ? 1 - group.get("rho") : group.get(name);
    }

    @Override
    protected Expr update(UpdateRule.Builder b, ParameterGroup group) {
        Expr g = b.gradient();
        Expr squares = b.set(SQUARES, mean(b, b.state(SQUARES), g));
        Expr eps = b.scalar("eps");
        Expr delta = mul(div(sqrt(add(b.state(STEPS), eps)), sqrt(add(squares, eps))), g);
        b.set(STEPS, mean(b, b.state(STEPS), delta));
        return sub(b.parameter(), mul(b.scalar("lr"), delta));
    }

    private static Expr mean(UpdateRule.Builder b, Expr before, Expr x) {
        return add(mul(b.scalar("rho"), before), mul(mul(b.scalar("1-rho"), x), x));
    }
}
