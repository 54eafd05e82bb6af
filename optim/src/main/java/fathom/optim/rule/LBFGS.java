package fathom.optim.rule;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.optim.Optimizer;
import fathom.optim.OptimizerOptions;
import fathom.optim.OptimizerState;
import fathom.optim.ParameterGroup;
import fathom.primitive.indexing.SparseGradients;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * L-BFGS (Nocedal and Wright, "Numerical Optimization", 2nd edition, algorithms 7.4 and 7.5), a quasi-Newton method,
 * with the semantics of PyTorch's: for losses that are the same function in all steps, not for minibatches. Each step
 * makes up to {@code maxIter} iterations and evaluates the closure for each of them:
 *
 * {@snippet :
 * var opt = new LBFGS(net.parameters(), 1, o -> o.strongWolfe(true));
 * for (int i = 0; i < 10; i++) {
 *     opt.step(() -> {
 *         opt.zeroGrad();
 *         var loss = mseLoss(net.forward(x), y);
 *         loss.backward();
 *         return loss;
 *     });
 * }
 * }
 *
 * <p>All parameters are one vector, so there is one group. It decides by values, so a step that contains it is not
 * {@linkplain fathom.Captured captured}. The state takes {@code historySize * 2} times the memory of the parameters.
 */
public final class LBFGS extends Optimizer {
    /** The curvature along a step below which the step is not remembered. */
    private static final double MIN_CURVATURE = 1e-10;

    private static final String PREFIX = "state.0.";

    /** Hyper-parameters of {@link LBFGS}. */
    public static final class Options extends OptimizerOptions<Options> {
        Options() {
            set("maxIter", 20);
            set("maxEval", 0);
            set("toleranceGrad", 1e-7);
            set("toleranceChange", 1e-9);
            set("historySize", 100);
            set("strongWolfe", 0);
            range("maxIter", x -> x >= 1, "be at least 1");
            range("maxEval", x -> x >= 0, "not be negative (0 stands for 1.25 times maxIter)");
            range("historySize", x -> x >= 1, "be at least 1");
            notNegative("toleranceGrad", "toleranceChange");
        }

        @Override
        protected Options self() {
            return this;
        }

        /** The maximum number of iterations per step. Default: 20. */
        public Options maxIter(int iterations) {
            return set("maxIter", iterations);
        }

        /** The number of evaluations per step after which no iteration is begun. Default: 1.25 times maxIter. */
        public Options maxEval(int evaluations) {
            if (evaluations < 1) {
                throw new IllegalArgumentException("maxEval: must be at least 1, is " + evaluations);
            }
            return set("maxEval", evaluations);
        }

        /** The largest component of the gradient at which a step ends. Default: 1e-7. */
        public Options toleranceGrad(double tolerance) {
            return set("toleranceGrad", tolerance);
        }

        /** The change of the loss, or of the parameters, at which a step ends. Default: 1e-9. */
        public Options toleranceChange(double tolerance) {
            return set("toleranceChange", tolerance);
        }

        /** The number of past iterations that approximate the Hessian. Default: 100. */
        public Options historySize(int size) {
            return set("historySize", size);
        }

        /** Whether the length of each iteration is searched for, instead of being the learning rate. Default: no. */
        public Options strongWolfe(boolean search) {
            return set("strongWolfe", search ? 1 : 0);
        }
    }

    /** What is remembered of an iteration: the change of the gradient, the step, and the inverse of their product. */
    private record Pair(Tensor change, Tensor step, double inverse) {}

    /** The state: what the next iteration needs of the last one. */
    private static final class State {
        private final List<Pair> history = new ArrayList<>();
        private long iterations;
        private long evaluations;
        private double scale = 1;
        private double length;
        private double loss;
        private @Nullable Tensor direction;
        private @Nullable Tensor gradient;
    }

    private transient State state = new State();

    /** L-BFGS with PyTorch's defaults; its learning rate is 1. */
    public LBFGS(Collection<Tensor> parameters, double lr) {
        this(parameters, lr, o -> {});
    }

    /** L-BFGS with options. */
    public LBFGS(Collection<Tensor> parameters, double lr, Consumer<Options> options) {
        super(singleGroup(parameters), configured(new Options(), lr, options));
    }

    @Override
    protected void check(ParameterGroup group) {
        super.check(group);
        if (group.get("weightDecay") != 0 || group.get("maximize") != 0) {
            throw new IllegalArgumentException(
                    "LBFGS: weightDecay is %s and maximize %s, expected 0; make them part of the closure's loss"
                            .formatted(group.get("weightDecay"), group.get("maximize")));
        }
    }

    /**
     * Not possible: all parameters are one vector.
     *
     * @throws UnsupportedOperationException always
     */
    @Override
    public void addGroup(ParameterGroup group) {
        throw new UnsupportedOperationException("LBFGS: there is only one group of parameters");
    }

    /** {@return true} */
    @Override
    public boolean needsClosure() {
        return true;
    }

    /**
     * Not possible without a closure.
     *
     * @throws IllegalStateException always
     */
    @Override
    public void step() {
        throw new IllegalStateException("LBFGS: a step evaluates the loss several times; call step(closure)");
    }

    /**
     * Makes up to {@code maxIter} iterations.
     *
     * @param closure resets the gradients, computes the loss and calls its {@code backward}
     * @return the loss before the step
     */
    @Override
    public Tensor step(Supplier<Tensor> closure) {
        ParameterGroup group = groups().getFirst();
        double lr = group.lr();
        int maxIter = (int) group.get("maxIter");
        long maxEval = group.get("maxEval") == 0 ? maxIter * 5L / 4 : (long) group.get("maxEval");
        double toleranceGrad = group.get("toleranceGrad");
        double toleranceChange = group.get("toleranceChange");
        Tensor first = closure.get();
        try (var _ = Autograd.noGrad()) {
            double loss = first.item();
            Tensor gradient = flatGradient();
            State s = state;
            int evaluations = 1;
            s.evaluations++;
            if (largest(gradient) <= toleranceGrad) {
                return first;
            }
            for (int i = 1; i <= maxIter; i++) {
                Tensor d = direction(gradient, (int) group.get("historySize"));
                s.iterations++;
                s.direction = d;
                s.gradient = gradient;
                double before = loss;
                s.loss = loss;
                s.length = (s.iterations == 1 ? Math.min(1, 1 / gradient.abs().sum().item()) : 1) * lr;
                double slope = gradient.dot(d).item();
                if (slope > -toleranceChange) {
                    break;
                }
                int used = 0;
                if (group.get("strongWolfe") != 0) {
                    List<Tensor> origin = parameters().stream().map(p -> p.detach().clone()).toList();
                    StrongWolfe.Found found =
                            StrongWolfe.search(
                                    step -> evaluate(closure, origin, step, d),
                                    new StrongWolfe.Point(0, loss, gradient, slope),
                                    s.length,
                                    toleranceChange,
                                    largest(d));
                    s.length = found.point().step();
                    loss = found.point().loss();
                    gradient = found.point().gradient();
                    used = found.evaluations();
                    move(s.length, d);
                } else {
                    move(s.length, d);
                    if (i != maxIter) {
                        loss = evaluated(closure);
                        gradient = flatGradient();
                        used = 1;
                    }
                }
                evaluations += used;
                s.evaluations += used;
                if (evaluations >= maxEval
                        || largest(gradient) <= toleranceGrad
                        || largest(d) * Math.abs(s.length) <= toleranceChange
                        || Math.abs(loss - before) < toleranceChange) {
                    break;
                }
            }
            keep(s);
        }
        return first;
    }

    /** {@return the direction of the next iteration; remembers the last one} */
    private Tensor direction(Tensor gradient, int historySize) {
        State s = state;
        if (s.iterations == 0) {
            return gradient.neg();
        }
        Tensor change = gradient.sub(Objects.requireNonNull(s.gradient));
        Tensor step = Objects.requireNonNull(s.direction).mul(s.length);
        double product = change.dot(step).item();
        if (product > MIN_CURVATURE) {
            if (s.history.size() == historySize) {
                s.history.removeFirst();
            }
            s.history.add(new Pair(change, step, 1 / product));
            s.scale = product / change.dot(change).item();
        }
        int n = s.history.size();
        var weights = new double[n];
        Tensor q = gradient.neg();
        for (int i = n - 1; i >= 0; i--) {
            Pair pair = s.history.get(i);
            weights[i] = pair.step.dot(q).item() * pair.inverse;
            q = q.sub(pair.change.mul(weights[i]));
        }
        Tensor d = q.mul(s.scale);
        for (int i = 0; i < n; i++) {
            Pair pair = s.history.get(i);
            double back = pair.change.dot(d).item() * pair.inverse;
            d = d.add(pair.step.mul(weights[i] - back));
        }
        return d;
    }

    private StrongWolfe.Point evaluate(Supplier<Tensor> closure, List<Tensor> origin, double step, Tensor d) {
        move(step, d);
        double loss = evaluated(closure);
        Tensor gradient = flatGradient();
        List<Tensor> parameters = parameters();
        for (int i = 0; i < origin.size(); i++) {
            parameters.get(i).detach().copy_(origin.get(i));
        }
        return new StrongWolfe.Point(step, loss, gradient, gradient.dot(d).item());
    }

    private static double evaluated(Supplier<Tensor> closure) {
        try (var _ = Autograd.enableGrad()) {
            return closure.get().item();
        }
    }

    private List<Tensor> parameters() {
        return groups().getFirst().parameters();
    }

    private DType type() {
        return parameters().stream().anyMatch(p -> p.dtype() == DType.FLOAT64) ? DType.FLOAT64 : DType.FLOAT32;
    }

    /** {@return the gradients of all parameters as one vector, zeros where there is none} */
    private Tensor flatGradient() {
        DType type = type();
        var parts = new ArrayList<Tensor>();
        for (Tensor p : parameters()) {
            if (!SparseGradients.of(p).isEmpty()) {
                throw new IllegalStateException(
                        "LBFGS: the parameter of shape %s has gradients of single rows; make its Embedding without sparse(true)"
                                .formatted(p.shape()));
            }
            Tensor g = p.grad();
            parts.add(g == null ? p.detach().newZeros(type, p.numel()) : g.detach().to(type).reshape(p.numel()));
        }
        return parts.size() == 1 ? parts.getFirst().clone() : Tensors.cat(parts, 0);
    }

    private void move(double length, Tensor direction) {
        long from = 0;
        for (Tensor p : parameters()) {
            Tensor part = direction.narrow(0, from, p.numel()).reshape(p.shape().dims());
            p.detach().copy_(p.detach().to(type()).add(part.mul(length)));
            from += p.numel();
        }
    }

    private static double largest(Tensor x) {
        return x.numel() == 0 ? 0 : x.abs().max().item();
    }

    // ---- state ----------------------------------------------------------------------------------------------------

    /** Keeps the state's tensors beyond the scope of the step. */
    private static void keep(State s) {
        s.direction = kept(s.direction);
        s.gradient = kept(s.gradient);
        s.history.replaceAll(pair -> new Pair(pair.change.keep(), pair.step.keep(), pair.inverse));
    }

    private static @Nullable Tensor kept(@Nullable Tensor t) {
        return t == null ? null : t.keep();
    }

    @Override
    public OptimizerState stateDict() {
        var tensors = new LinkedHashMap<String, Tensor>();
        var numbers = new LinkedHashMap<>(hyperparameters());
        State s = state;
        if (s.evaluations > 0) {
            numbers.put(PREFIX + "func_evals", (double) s.evaluations);
            numbers.put(PREFIX + "n_iter", (double) s.iterations);
        }
        if (s.direction != null && s.gradient != null) {
            numbers.put(PREFIX + "t", s.length);
            numbers.put(PREFIX + "H_diag", s.scale);
            numbers.put(PREFIX + "prev_loss", s.loss);
            tensors.put(PREFIX + "d", s.direction.clone().keep());
            tensors.put(PREFIX + "prev_flat_grad", s.gradient.clone().keep());
            for (int i = 0; i < s.history.size(); i++) {
                Pair pair = s.history.get(i);
                tensors.put(key("old_dirs", i), pair.change.clone().keep());
                tensors.put(key("old_stps", i), pair.step.clone().keep());
                numbers.put(key("ro", i), pair.inverse);
            }
        }
        return new OptimizerState(tensors, numbers);
    }

    private static String key(String name, int i) {
        return String.format(Locale.ROOT, "%s%s.%d", PREFIX, name, i);
    }

    @Override
    public void loadStateDict(OptimizerState from) {
        State s = read(from);
        loadHyperparameters(from);
        state = s;
    }

    private State read(OptimizerState from) {
        var s = new State();
        var problems = new ArrayList<String>();
        Map<String, Double> numbers = from.numbers();
        s.iterations = (long) (double) numbers.getOrDefault(PREFIX + "n_iter", 0.0);
        s.evaluations = (long) (double) numbers.getOrDefault(PREFIX + "func_evals", 0.0);
        if (from.tensors().containsKey(PREFIX + "d")) {
            s.length = number(numbers, PREFIX + "t", problems);
            s.scale = number(numbers, PREFIX + "H_diag", problems);
            s.loss = number(numbers, PREFIX + "prev_loss", problems);
            s.direction = vector(from, PREFIX + "d", problems);
            s.gradient = vector(from, PREFIX + "prev_flat_grad", problems);
            for (int i = 0; from.tensors().containsKey(key("old_dirs", i)); i++) {
                Tensor change = vector(from, key("old_dirs", i), problems);
                Tensor step = vector(from, key("old_stps", i), problems);
                double inverse = number(numbers, key("ro", i), problems);
                if (change != null && step != null) {
                    s.history.add(new Pair(change, step, inverse));
                }
            }
        } else if (!from.tensors().isEmpty() || s.iterations > 0) {
            problems.add(PREFIX + "d is missing");
        }
        if (!problems.isEmpty()) {
            throw new IllegalArgumentException("LBFGS: the state does not fit: " + String.join("; ", problems));
        }
        return s;
    }

    private static double number(Map<String, Double> numbers, String key, List<String> problems) {
        Double value = numbers.get(key);
        if (value == null || !Double.isFinite(value)) {
            problems.add(key + (value == null ? " is missing" : " is " + value));
            return 0;
        }
        return value;
    }

    private @Nullable Tensor vector(OptimizerState from, String key, List<String> problems) {
        Tensor t = from.tensors().get(key);
        long expected = parameters().stream().mapToLong(Tensor::numel).sum();
        if (t == null) {
            problems.add(key + " is missing");
            return null;
        }
        if (t.dim() != 1 || t.numel() != expected) {
            problems.add(
                    String.format(
                            Locale.ROOT, "%s has shape %s, the parameters have %d elements", key, t.shape(), expected));
            return null;
        }
        return t.detach().to(parameters().getFirst().device()).to(type()).clone().keep();
    }
}
