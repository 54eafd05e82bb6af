package fathom.optim.rule;

import fathom.Tensor;
import fathom.ir.Expr;
import fathom.optim.FusedOptimizer;
import fathom.optim.OptimizerOptions;
import fathom.optim.ParameterGroup;
import fathom.optim.UpdateRule;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Averaged stochastic gradient descent (Polyak and Juditsky, "Acceleration of Stochastic Approximation by Averaging",
 * 1992), with the semantics of PyTorch's: the parameter decays by {@code lambd}, the rate falls with the steps, and
 * from step {@code t0} on the state {@code ax} is the average of the parameter. PyTorch's default learning rate is
 * 0.01.
 */
public final class ASGD extends FusedOptimizer {
    private static final String AVERAGE = "ax";

    /** Hyper-parameters of {@link ASGD}. */
    public static final class Options extends OptimizerOptions<Options> {
        Options() {
            set("lambd", 1e-4);
            set("alpha", 0.75);
            set("t0", 1e6);
            notNegative("lambd", "alpha", "t0");
        }

        @Override
        protected Options self() {
            return this;
        }

        /** The decay of the parameter, which also makes the rate fall. Default: 1e-4. */
        public Options lambd(double lambd) {
            return set("lambd", lambd);
        }

        /** The power with which the rate falls. Default: 0.75. */
        public Options alpha(double alpha) {
            return set("alpha", alpha);
        }

        /** The step at which averaging starts. Default: 1e6. */
        public Options t0(double t0) {
            return set("t0", t0);
        }
    }

    /** The rate and the weight of the average in the step that is computed: those that the previous step has set. */
    private transient double eta;

    private transient double mu;

    /** ASGD with the default hyper-parameters. */
    public ASGD(Collection<Tensor> parameters, double lr) {
        this(parameters, lr, o -> {});
    }

    /** ASGD with options. */
    public ASGD(Collection<Tensor> parameters, double lr, Consumer<Options> options) {
        this(singleGroup(parameters), lr, options);
    }

    /** ASGD on groups of parameters. */
    public ASGD(List<ParameterGroup> groups, double lr) {
        this(groups, lr, o -> {});
    }

    /** ASGD on groups of parameters, with options. */
    public ASGD(List<ParameterGroup> groups, double lr, Consumer<Options> options) {
        super(groups, configured(new Options(), lr, options));
    }

    @Override
    protected List<String> stateNames(ParameterGroup group) {
        return List.of(AVERAGE);
    }

    @Override
    protected Map<String, Double> initialNumbers() {
        var numbers = new LinkedHashMap<String, Double>();
        numbers.put("step", 0.0);
        numbers.put("eta", 0.0); // the learning rate, once the first step reads it
        numbers.put("mu", 1.0);
        return numbers;
    }

    @Override
    protected void advance(ParameterGroup group, double[] numbers) {
        double lr = group.lr();
        eta = numbers[0] == 0 ? lr : numbers[1];
        mu = numbers[2];
        numbers[0]++;
        numbers[1] = lr / Math.pow(1 + group.get("lambd") * lr * numbers[0], group.get("alpha"));
        numbers[2] = 1 / Math.max(1, numbers[0] - group.get("t0"));
    }

    @Override
    protected double scalar(String name, ParameterGroup group, double[] numbers) {
        return switch (name) {
            case "eta" -> eta;
            case "mu" -> mu;
            case "shrink" -> 1 - group.get("lambd") * eta;
            default -> super.scalar(name, group, numbers);
        };
    }

    @Override
    protected Expr update(UpdateRule.Builder b, ParameterGroup group) {
        Expr p = b.parameter().mul(b.scalar("shrink")).sub(b.scalar("eta").mul(b.gradient()));
        Expr average = b.state(AVERAGE);
        b.set(AVERAGE, average.add(p.sub(average).mul(b.scalar("mu"))));
        return p;
    }
}
