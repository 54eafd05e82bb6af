package fathom.optim.rule;

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
 * Muon (Jordan et al., "Muon: An optimizer for hidden layers in neural networks", 2024), with the semantics of
 * PyTorch's: the momentum of a matrix is orthogonalised by a Newton-Schulz iteration before it is applied, so that all
 * its singular values become about 1. Kernels of convolutions are matrices of a row per output channel. Parameters of
 * fewer than two dimensions, and groups with {@code adamW}, are updated by AdamW: embeddings and the last layer should
 * be.
 *
 * {@snippet :
 * new Muon(List.of(
 *         ParameterGroup.of(net.hidden.parameters()),
 *         Muon.adamW(net.head.parameters()).lr(3e-4)), 0.02);
 * }
 *
 * <p>Each step multiplies the parameter by {@code 1 - lr * weightDecay}; PyTorch's decay, the default, is 0.1, and its
 * learning rate 1e-3. The iteration runs in the type of the computation, float32 as a rule, where PyTorch's runs in
 * bfloat16.
 *
 * @see <a href="https://kellerjordan.github.io/posts/muon/">The authors' description</a>
 */
public final class Muon extends LayerwiseOptimizer {
    private static final String MOMENTUM = "momentum_buffer";
    private static final String FIRST = "exp_avg";
    private static final String SECOND = "exp_avg_sq";

    /** Hyper-parameters of {@link Muon}. */
    public static final class Options extends OptimizerOptions<Options> {
        Options() {
            weightDecay(0.1);
            set("momentum", 0.95);
            set("nesterov", 1);
            set("nsA", 3.4445);
            set("nsB", -4.7750);
            set("nsC", 2.0315);
            set("nsSteps", 5);
            set("eps", 1e-7);
            set("matchRmsAdamW", 0);
            set("adamW", 0);
            set("beta1", 0.9);
            set("beta2", 0.999);
            set("adamWEps", 1e-8);
            fraction("momentum", "beta1", "beta2");
            range("nsSteps", 1, 99);
            notNegative("eps", "adamWEps");
        }

        @Override
        protected Options self() {
            return this;
        }

        /** The momentum factor. Default: 0.95. */
        public Options momentum(double momentum) {
            return set("momentum", momentum);
        }

        /** Whether to use Nesterov momentum. Default: yes. */
        public Options nesterov(boolean nesterov) {
            return set("nesterov", nesterov ? 1 : 0);
        }

        /**
         * The coefficients of the iteration {@code a X + b (X X') X + c (X X')^2 X}. Default: 3.4445, -4.7750 and
         * 2.0315.
         */
        public Options nsCoefficients(double a, double b, double c) {
            set("nsA", a);
            set("nsB", b);
            return set("nsC", c);
        }

        /** The number of iterations, from 1 to 99. Default: 5. */
        public Options nsSteps(int steps) {
            return set("nsSteps", steps);
        }

        /** The smallest norm by which a momentum is divided before the iteration. Default: 1e-7. */
        public Options eps(double eps) {
            return set("eps", eps);
        }

        /**
         * Whether the step of an A x B matrix is scaled by {@code 0.2 sqrt(max(A, B))}, so that it is as large as one
         * of AdamW and all parameters can have the same learning rate (Liu et al., "Muon is Scalable for LLM Training",
         * 2025). Otherwise it is scaled by {@code sqrt(max(1, A / B))}. Default: no.
         */
        public Options matchRmsAdamW(boolean match) {
            return set("matchRmsAdamW", match ? 1 : 0);
        }

        /** The decay rates of AdamW's moments. Default: 0.9 and 0.999. */
        public Options betas(double beta1, double beta2) {
            set("beta1", beta1);
            return set("beta2", beta2);
        }
    }

    /** Muon with the default hyper-parameters. */
    public Muon(Collection<Tensor> parameters, double lr) {
        this(parameters, lr, o -> {});
    }

    /** Muon with options. */
    public Muon(Collection<Tensor> parameters, double lr, Consumer<Options> options) {
        this(singleGroup(parameters), lr, options);
    }

    /** Muon on groups of parameters. */
    public Muon(List<ParameterGroup> groups, double lr) {
        this(groups, lr, o -> {});
    }

    /** Muon on groups of parameters, with options. */
    public Muon(List<ParameterGroup> groups, double lr, Consumer<Options> options) {
        super(groups, configured(new Options(), lr, options));
    }

    /** {@return a group whose parameters are all updated by AdamW} */
    public static ParameterGroup adamW(Collection<Tensor> parameters) {
        return ParameterGroup.of(parameters).set("adamW", 1);
    }

    private static boolean isMatrix(Tensor p, ParameterGroup group) {
        return p.dim() >= 2 && p.numel() > 0 && group.get("adamW") == 0;
    }

    @Override
    protected Map<String, Shape> state(Tensor p, ParameterGroup group) {
        if (isMatrix(p, group)) {
            return Map.of(MOMENTUM, p.shape());
        }
        var shapes = new LinkedHashMap<String, Shape>();
        shapes.put(FIRST, p.shape());
        shapes.put(SECOND, p.shape());
        return shapes;
    }

    @Override
    protected Tensor update(Update u) {
        Tensor p = u.parameter().mul(u.scalar((o, step) -> 1 - o.lr() * o.get("weightDecay")));
        return p.dim() >= 2 && p.numel() > 0 && !u.is("adamW") ? ofMatrix(u, p) : ofOther(u, p);
    }

    private static Tensor ofMatrix(Update u, Tensor p) {
        Tensor g = u.gradient();
        Tensor buffer = u.state(MOMENTUM);
        Tensor momentum = u.scalar("momentum");
        buffer.lerp_(g, u.scalar((o, step) -> 1 - o.get("momentum")));
        Tensor moved = u.is("nesterov") ? g.lerp(buffer, momentum) : buffer;
        long rows = p.size(0);
        long columns = p.numel() / rows;
        double ratio =
                u.is("matchRmsAdamW")
                        ? 0.2 * Math.sqrt((double) Math.max(rows, columns))
                        : Math.sqrt(Math.max(1, (double) rows / columns));
        Tensor step =
                orthogonalized(
                        moved.reshape(rows, columns),
                        u.get("nsA"),
                        u.get("nsB"),
                        u.get("nsC"),
                        (int) u.get("nsSteps"),
                        u.get("eps"));
        return p.sub(step.reshape(p.shape().dims()).mul(u.scalar((o, t) -> o.lr() * ratio)));
    }

    /**
     * {@return a matrix with the singular vectors of {@code x} and singular values of about 1, by a quintic
     * Newton-Schulz iteration}
     */
    static Tensor orthogonalized(Tensor x, double a, double b, double c, int steps, double eps) {
        boolean isTall = x.size(0) > x.size(1);
        Tensor y = isTall ? x.t() : x;
        y = y.div(y.square().sum().sqrt().clampMin(eps));
        for (int i = 0; i < steps; i++) {
            Tensor gram = y.matmul(y.t());
            y = y.mul(a).add(gram.mul(b).add(gram.matmul(gram).mul(c)).matmul(y));
        }
        return isTall ? y.t() : y;
    }

    private static Tensor ofOther(Update u, Tensor p) {
        Tensor g = u.gradient();
        Tensor first = u.state(FIRST);
        Tensor second = u.state(SECOND);
        first.lerp_(g, u.scalar((o, step) -> 1 - o.get("beta1")));
        second.lerp_(g.square(), u.scalar((o, step) -> 1 - o.get("beta2")));
        Tensor root = second.sqrt().div(u.scalar((o, step) -> Math.sqrt(1 - Math.pow(o.get("beta2"), step))));
        Tensor size = u.scalar((o, step) -> o.lr() / (1 - Math.pow(o.get("beta1"), step)));
        return p.sub(first.div(root.add(u.scalar("adamWEps"))).mul(size));
    }
}
