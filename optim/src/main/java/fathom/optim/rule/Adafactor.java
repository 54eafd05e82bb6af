package fathom.optim.rule;

import fathom.DType;
import fathom.KeepDim;
import fathom.Shape;
import fathom.Tensor;
import fathom.optim.LayerwiseOptimizer;
import fathom.optim.OptimizerOptions;
import fathom.optim.ParameterGroup;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * Adafactor (Shazeer and Stern, "Adafactor: Adaptive Learning Rates with Sublinear Memory Cost", 2018), with the
 * semantics of PyTorch's: of a parameter's second moment only the means of its rows and columns are kept, the last two
 * dimensions; steps are relative to the size of the parameter and of bounded size. PyTorch's default learning rate is
 * 0.01, the upper bound of the relative step of the paper.
 */
public final class Adafactor extends LayerwiseOptimizer {
    private static final String ROWS = "row_var";
    private static final String COLUMNS = "col_var";
    private static final String ALL = "variance";

    /** Hyper-parameters of {@link Adafactor}. */
    public static final class Options extends OptimizerOptions<Options> {
        Options() {
            set("beta2Decay", -0.8);
            set("eps1", 0);
            set("eps2", 1e-3);
            set("d", 1);
            set("factored", 1);
            set("relativeStep", 1);
            set("scaleParameter", 1);
            range("beta2Decay", x -> x <= 0, "not be positive");
            notNegative("eps1", "eps2");
            range("d", x -> x >= 1, "be at least 1");
        }

        @Override
        protected Options self() {
            return this;
        }

        /** The power of the step count by which the weight of a new squared gradient falls. Default: -0.8. */
        public Options beta2Decay(double power) {
            return set("beta2Decay", power);
        }

        /**
         * The lower bounds of the root of the second moment, and of the size of a parameter to which its steps are
         * relative. Default: 0, which stands for the machine precision of the parameter's type, and 1e-3.
         */
        public Options eps(double eps1, double eps2) {
            set("eps1", eps1);
            return set("eps2", eps2);
        }

        /** The threshold, at least 1, of the root mean square of a step, before it is scaled. Default: 1. */
        public Options d(double threshold) {
            return set("d", threshold);
        }

        /**
         * The decoupled weight decay: each step multiplies the parameter by {@code 1 - lr * weightDecay}. Default: 0.
         */
        @Override
        public Options weightDecay(double weightDecay) {
            return super.weightDecay(weightDecay);
        }

        /** Whether the second moments of parameters of two and more dimensions are factored. Default: yes. */
        public Options factored(boolean factored) {
            return set("factored", factored ? 1 : 0);
        }

        /**
         * Whether the learning rate is only an upper bound, and the rate of step t is {@code 1 / sqrt(t)} where that is
         * less. Default: yes.
         */
        public Options relativeStep(boolean relative) {
            return set("relativeStep", relative ? 1 : 0);
        }

        /** Whether the rate is multiplied by the root mean square of the parameter. Default: yes. */
        public Options scaleParameter(boolean scale) {
            return set("scaleParameter", scale ? 1 : 0);
        }
    }

    /** Adafactor with the default hyper-parameters. */
    public Adafactor(Collection<Tensor> parameters, double lr) {
        this(parameters, lr, o -> {});
    }

    /** Adafactor with options. */
    public Adafactor(Collection<Tensor> parameters, double lr, Consumer<Options> options) {
        this(singleGroup(parameters), lr, options);
    }

    /** Adafactor on groups of parameters. */
    public Adafactor(List<ParameterGroup> groups, double lr) {
        this(groups, lr, o -> {});
    }

    /** Adafactor on groups of parameters, with options. */
    public Adafactor(List<ParameterGroup> groups, double lr, Consumer<Options> options) {
        super(groups, configured(new Options(), lr, options));
    }

    @Override
    protected Map<String, Shape> state(Tensor p, ParameterGroup group) {
        if (p.dim() < 2 || group.get("factored") == 0) {
            return Map.of(ALL, p.shape());
        }
        long[] rows = p.shape().dims();
        long[] columns = rows.clone();
        rows[rows.length - 1] = 1;
        columns[columns.length - 2] = 1;
        var shapes = new LinkedHashMap<String, Shape>();
        shapes.put(ROWS, Shape.of(rows));
        shapes.put(COLUMNS, Shape.of(columns));
        return shapes;
    }

    @Override
    protected Tensor update(Update u) {
        Tensor p = u.parameter();
        Tensor g = u.gradient();
        if (p.numel() == 0) {
            return p;
        }
        double eps1 = u.get("eps1") == 0 ? precision(u.type()) : u.get("eps1");
        Tensor weight = u.scalar((o, step) -> Math.pow(step, o.get("beta2Decay")));
        Tensor variance;
        if (p.dim() < 2 || !u.is("factored")) {
            variance = u.state(ALL);
            variance.lerp_(g.square(), weight);
        } else {
            Tensor square = g.square();
            Tensor rows = u.state(ROWS);
            rows.lerp_(square.mean(new int[] {-1}, KeepDim.KEEP_DIM), weight);
            Tensor columns = u.state(COLUMNS);
            columns.lerp_(square.mean(new int[] {-2}, KeepDim.KEEP_DIM), weight);
            variance = rows.mul(columns).div(rows.mean(new int[] {-2}, KeepDim.KEEP_DIM).clampMin(eps1));
        }
        Tensor step = g.mul(variance.clampMin(eps1 * eps1).rsqrt());
        Tensor excess = rms(step).div(u.scalar("d")).clampMin(1);
        Tensor rate = u.scalar((o, t) -> o.get("relativeStep") == 0 ? o.lr() : Math.min(o.lr(), 1 / Math.sqrt(t)));
        if (u.is("scaleParameter")) {
            rate = rate.mul(rms(p).clampMin(u.get("eps2")));
        }
        if (u.is("weightDecay")) {
            p = p.mul(u.scalar((o, t) -> 1 - o.lr() * o.get("weightDecay")));
        }
        return p.sub(step.mul(rate.div(excess)));
    }

    private static Tensor rms(Tensor x) {
        return x.square().mean().sqrt();
    }

    /** {@return the distance from 1 to the next number} */
    private static double precision(DType type) {
        return switch (type) {
            case FLOAT64 -> 0x1p-52;
            case FLOAT16 -> 0x1p-10;
            case BFLOAT16 -> 0x1p-7;
            default -> 0x1p-23;
        };
    }
}
