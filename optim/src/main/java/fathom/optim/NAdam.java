package fathom.optim;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.div;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.sub;
import static fathom.optim.UpdateRule.sqrt;

import fathom.Tensor;
import fathom.ir.Expr;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * NAdam (Dozat, "Incorporating Nesterov Momentum into Adam", 2016): Adam with Nesterov momentum, whose coefficient
 * grows over the steps. PyTorch's default learning rate is 0.002.
 */
public final class NAdam extends FusedOptimizer {
    /** Hyper-parameters of {@link NAdam}. */
    public static final class Options extends MomentOptions<Options> {
        Options() {
            set("momentumDecay", 0.004);
            notNegative("momentumDecay");
        }

        @Override
        protected Options self() {
            return this;
        }

        /**
         * The decay rate of the momentum schedule: the greater, the faster the momentum approaches beta1. Default:
         * 0.004.
         */
        public Options momentumDecay(double momentumDecay) {
            return set("momentumDecay", momentumDecay);
        }
    }

    /** NAdam with PyTorch's defaults. */
    public NAdam(Collection<Tensor> parameters, double lr) {
        this(parameters, lr, o -> {});
    }

    /** NAdam with options. */
    public NAdam(Collection<Tensor> parameters, double lr, Consumer<Options> options) {
        this(singleGroup(parameters), lr, options);
    }

    /** NAdam on groups of parameters. */
    public NAdam(List<ParameterGroup> groups, double lr) {
        this(groups, lr, o -> {});
    }

    /** NAdam on groups of parameters, with options. */
    public NAdam(List<ParameterGroup> groups, double lr, Consumer<Options> options) {
        super(groups, configured(new Options(), lr, options));
    }

    @Override
    protected List<String> stateNames(ParameterGroup group) {
        return List.of(Moments.FIRST, Moments.SECOND);
    }

    @Override
    protected Map<String, Double> initialNumbers() {
        var numbers = new LinkedHashMap<String, Double>();
        numbers.put("step", 0.0);
        numbers.put("mu_product", 1.0); // the product of the momenta of all steps
        return numbers;
    }

    @Override
    protected void advance(ParameterGroup group, double[] numbers) {
        numbers[0]++;
        numbers[1] *= momentum(group, numbers[0]);
    }

    private static double momentum(ParameterGroup group, double step) {
        return group.get("beta1") * (1 - 0.5 * Math.pow(0.96, step * group.get("momentumDecay")));
    }

    @Override
    protected double scalar(String name, ParameterGroup group, double[] numbers) {
        double step = numbers[0];
        return switch (name) {
            case "gradientStep" -> group.lr() * (1 - momentum(group, step)) / (1 - numbers[1]);
            case "momentumStep" -> {
                double next = momentum(group, step + 1);
                yield group.lr() * next / (1 - numbers[1] * next);
            }
            default -> Moments.scalar(name, group, step);
        };
    }

    @Override
    protected Expr update(UpdateRule.Builder b, ParameterGroup group) {
        Expr first = Moments.first(b);
        Expr denominator = add(sqrt(div(Moments.second(b), b.scalar("correction2"))), b.scalar("eps"));
        Expr p = sub(b.parameter(), mul(b.scalar("gradientStep"), div(b.gradient(), denominator)));
        return sub(p, mul(b.scalar("momentumStep"), div(first, denominator)));
    }
}
