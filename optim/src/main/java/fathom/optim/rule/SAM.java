package fathom.optim.rule;

import fathom.Autograd;
import fathom.Captured;
import fathom.DType;
import fathom.Tensor;
import fathom.optim.Optimizer;
import fathom.optim.OptimizerState;
import fathom.optim.ParameterGroup;
import fathom.primitive.Ops;
import fathom.primitive.indexing.SparseGradients;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Sharpness-aware minimisation (Foret et al., "Sharpness-Aware Minimization for Efficiently Improving Generalization",
 * 2021, algorithm 1): another optimiser's step with the gradient at the point of the largest loss nearby, which is
 * {@code rho} away along the gradient. Each step evaluates the loss twice:
 *
 * {@snippet :
 * var opt = new SAM(new SGD(net.parameters(), 0.1, o -> o.momentum(0.9)), 0.05);
 * var loss = opt.step(() -> {
 *     opt.zeroGrad();
 *     var l = crossEntropy(net.forward(x), y);
 *     l.backward();
 *     return l;
 * });
 * }
 *
 * <p>Groups, state and hyper-parameters are the other optimiser's. The adaptive form (Kwon et al., "ASAM", 2021)
 * measures the distance relative to the size of each parameter.
 */
public final class SAM extends Optimizer {
    /** Keeps the perturbation finite where all gradients are 0. */
    private static final double TINY = 1e-12;

    private final Optimizer base;
    private final double rho;
    private final boolean adaptive;

    /** The parameters before the perturbation; only those that were moved have an entry that counts. */
    private final transient IdentityHashMap<Tensor, Tensor> before = new IdentityHashMap<>();

    /** Sharpness-aware steps of an optimiser; the paper's {@code rho} is 0.05. */
    public SAM(Optimizer base, double rho) {
        this(base, rho, false);
    }

    /**
     * Sharpness-aware steps of an optimiser.
     *
     * @param base the optimiser whose steps are made
     * @param rho the distance, at least 0
     * @param adaptive whether the distance is relative to the size of each parameter
     */
    public SAM(Optimizer base, double rho, boolean adaptive) {
        super(base.groups().stream().map(SAM::sharing).toList(), Map.copyOf(base.groups().getFirst().values()));
        if (!(rho >= 0) || Double.isInfinite(rho)) {
            throw new IllegalArgumentException("SAM: rho must be a finite number of at least 0, is " + rho);
        }
        this.base = base;
        this.rho = rho;
        this.adaptive = adaptive;
    }

    private static ParameterGroup sharing(ParameterGroup group) {
        return ParameterGroup.sharing(group.parameters(), group).lrScale(group.lrScale());
    }

    /** {@return the optimiser whose steps are made} */
    public Optimizer base() {
        return base;
    }

    @Override
    public void addGroup(ParameterGroup group) {
        base.addGroup(group);
        super.addGroup(sharing(group));
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
        throw new IllegalStateException(
                "SAM: a step evaluates the loss twice; call step(closure), or firstStep, the second backward, and secondStep");
    }

    /**
     * Performs one update.
     *
     * @param closure resets the gradients, computes the loss and calls its {@code backward}; called twice
     * @return the loss before the step
     */
    @Override
    public Tensor step(Supplier<Tensor> closure) {
        Tensor loss = closure.get();
        firstStep();
        var _ = closure.get();
        secondStep();
        return loss;
    }

    /** Moves the parameters by {@code rho} along their gradients. */
    public void firstStep() {
        try (var _ = Autograd.noGrad()) {
            Tensor sum = null;
            for (ParameterGroup group : groups()) {
                for (Tensor p : group.parameters()) {
                    Tensor g = gradient(p);
                    if (g != null) {
                        Tensor square = (adaptive ? g.mul(computed(p)) : g).square().sum().to(DType.FLOAT64);
                        sum = sum == null ? square : sum.add(square.to(sum.device()));
                    } else {
                        before.remove(p);
                    }
                }
            }
            if (sum == null) {
                return;
            }
            Tensor scale = Captured.scalar(() -> rho).to(sum.device()).div(sum.sqrt().add(TINY));
            for (ParameterGroup group : groups()) {
                for (Tensor p : group.parameters()) {
                    Tensor g = gradient(p);
                    if (g != null) {
                        saved(p).copy_(p.detach());
                        Tensor from = computed(p);
                        Tensor moved = g.mul(scale.to(p.device()));
                        p.detach().copy_(from.add(adaptive ? moved.mul(from.square()) : moved));
                    }
                }
            }
        }
    }

    /** Moves the parameters back and makes the optimiser's step with the gradients computed meanwhile. */
    public void secondStep() {
        try (var _ = Autograd.noGrad()) {
            for (ParameterGroup group : groups()) {
                for (Tensor p : group.parameters()) {
                    Tensor old = before.get(p);
                    if (old != null) {
                        p.detach().copy_(old);
                    }
                }
            }
        }
        base.step();
    }

    private Tensor saved(Tensor p) {
        Tensor old = before.get(p);
        if (old == null || old.dtype() != p.dtype() || old.device() != p.device()) {
            old = p.detach().clone().keep();
            before.put(p, old);
        }
        return old;
    }

    private static @Nullable Tensor gradient(Tensor p) {
        if (!SparseGradients.of(p).isEmpty()) {
            throw new IllegalStateException(
                    "SAM: the parameter of shape %s has gradients of single rows; make its Embedding without sparse(true)"
                            .formatted(p.shape()));
        }
        Tensor g = Ops.gradient(p);
        return g == null ? null : g.detach().to(type(p));
    }

    private static Tensor computed(Tensor p) {
        return p.detach().to(type(p));
    }

    private static DType type(Tensor p) {
        return p.dtype() == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
    }

    @Override
    public OptimizerState stateDict() {
        return base.stateDict();
    }

    @Override
    public void loadStateDict(OptimizerState state) {
        base.loadStateDict(state);
    }

    @Override
    protected List<Object> guard() {
        return List.of(rho, adaptive);
    }

    @Override
    public String toString() {
        return "SAM (rho: %s%s) of %s".formatted(rho, adaptive ? ", adaptive" : "", base);
    }
}
