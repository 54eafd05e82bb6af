package fathom.optim;

import fathom.Autograd;
import fathom.Captured;
import fathom.DType;
import fathom.Shape;
import fathom.Tensor;
import fathom.primitive.Ops;
import fathom.primitive.indexing.SparseGradients;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.DoubleUnaryOperator;

/**
 * An optimiser whose update of a parameter depends on the parameter as a whole: on its norm, on means of its rows, on
 * products of matrices. It is written with tensor operations; rules that treat each element by itself are a {@link
 * FusedOptimizer}. Descent along the gradient's direction, for example:
 *
 * {@snippet :
 * final class NormalizedDescent extends LayerwiseOptimizer {
 *     NormalizedDescent(Collection<Tensor> parameters, double lr) {
 *         super(List.of(ParameterGroup.of(parameters)), new FusedOptimizer.Options().lr(lr));
 *     }
 *
 *     @Override
 *     protected Map<String, Shape> state(Tensor p, ParameterGroup group) {
 *         return Map.of();
 *     }
 *
 *     @Override
 *     protected Tensor update(Update u) {
 *         return u.parameter().sub(u.gradient().div(u.gradient().square().sum().sqrt()).mul(u.scalar("lr")));
 *     }
 * }
 * }
 *
 * <p>All computation and state is in float32, or in float64 for float64 parameters. Steps can be {@linkplain Captured
 * captured}: hyper-parameters are read through {@link Update#scalar} and {@link Update#is}, and a new value of a scalar
 * does not make a new plan. Of a parameter that is divided among processes ({@code FullyShardedDataParallel}), a rule
 * sees the piece of its own process; a {@code ZeroRedundancyOptimizer} leaves parameters whole.
 */
public abstract class LayerwiseOptimizer extends Optimizer {
    private final ParameterStates states = new ParameterStates(this, new Layout());

    /** An optimiser of the given groups; {@code options} are the defaults of their hyper-parameters. */
    protected LayerwiseOptimizer(Collection<ParameterGroup> groups, OptimizerOptions<?> options) {
        super(groups, options);
    }

    /** {@return the shapes of the state tensors of a parameter by name, in the order in which they are saved} */
    protected abstract Map<String, Shape> state(Tensor p, ParameterGroup group);

    /** {@return the parameter's new value; writes the new state into its tensors} Runs without recording gradients. */
    protected abstract Tensor update(Update u);

    /** The update of one parameter in one step. */
    public static final class Update {
        private final ParameterGroup group;
        private final ParameterStates.State state;
        private final DType type;
        private final Tensor parameter;
        private final Tensor gradient;

        /** Whether the step count is still to be advanced, by the first scalar of this step. */
        private boolean isNew = true;

        private Update(Tensor p, Tensor gradient, ParameterGroup group, ParameterStates.State state) {
            this.group = group;
            this.state = state;
            this.type = p.dtype();
            DType computed = UpdateRule.computed(type);
            this.parameter = p.detach().to(computed);
            Tensor g = gradient.detach().to(computed);
            this.gradient = isSet(group, "maximize") ? g.neg() : g;
        }

        /** {@return the type of the parameter, which may be narrower than that of the computation} */
        public DType type() {
            return type;
        }

        /** {@return the parameter before the step, in the type of the computation; not to be written} */
        public Tensor parameter() {
            return parameter;
        }

        /** {@return the gradient in the type of the computation, negated if the optimiser maximises} */
        public Tensor gradient() {
            return gradient;
        }

        /** {@return a state tensor, which is written in place; zeros before the first step} */
        public Tensor state(String name) {
            return state.tensor(name);
        }

        /** {@return whether a hyper-parameter is not 0; a captured step is recorded anew when that changes} */
        public boolean is(String name) {
            return isSet(group, name);
        }

        private static boolean isSet(ParameterGroup group, String name) {
            boolean now = group.is(name);
            if (Ops.isTracing()) {
                Ops.guard(() -> group.is(name) == now, "whether the hyper-parameter %s is 0".formatted(name));
            }
            return now;
        }

        /** {@return a hyper-parameter of this step; a captured step is recorded anew when it changes} */
        public double get(String name) {
            return group.get(name);
        }

        /** {@return a hyper-parameter as a scalar} */
        public Tensor scalar(String name) {
            return scalar((g, step) -> g.get(name));
        }

        /** {@return a function of the hyper-parameters and the step count, from 1, as a scalar} */
        public Tensor scalar(Scalar value) {
            boolean advances = isNew;
            isNew = false;
            double[] numbers = state.numbers();
            return Captured.scalar(() -> {
                if (advances) {
                    numbers[0]++;
                }
                return value.of(group, numbers[0]);
            });
        }

        /** {@return a function of the step count, from 1, as a scalar} */
        public Tensor ofStep(DoubleUnaryOperator value) {
            return scalar((g, step) -> value.applyAsDouble(step));
        }
    }

    /** A number that is computed anew at each step. */
    @FunctionalInterface
    public interface Scalar {
        /** {@return the number} */
        double of(ParameterGroup group, double step);
    }

    @Override
    public final void step() {
        if (Ops.isTracing()) {
            int loads = states.loads();
            Ops.guard(() -> states.loads() == loads, "the state of class " + getClass().getName());
        }
        try (var _ = Autograd.noGrad()) {
            for (ParameterGroup group : groups()) {
                for (Tensor p : group.parameters()) {
                    refuseRows(p);
                    Tensor g = Ops.gradient(p);
                    if (g != null) {
                        var u = new Update(p, g, group, states.of(p, group));
                        Tensor updated = update(u);
                        if (u.isNew) {
                            u.ofStep(step -> step); // so that steps are counted by rules without a scalar, too
                        }
                        p.detach().copy_(updated);
                    }
                }
            }
        }
    }

    private void refuseRows(Tensor p) {
        if (!SparseGradients.of(p).isEmpty()) {
            throw new IllegalStateException(
                    "%s: the parameter of shape %s has gradients of single rows, as an Embedding with sparse(true) makes them; SGD without momentum, Adagrad and SparseAdam take them"
                            .formatted(name(), p.shape()));
        }
    }

    private final class Layout implements ParameterStates.Layout {
        @Override
        public List<String> tensors(Tensor p, ParameterGroup group) {
            return List.copyOf(state(p, group).keySet());
        }

        @Override
        public Shape shape(String name, Tensor p, ParameterGroup group) {
            return Objects.requireNonNull(state(p, group).get(name), name);
        }

        @Override
        public double initial(String name, ParameterGroup group) {
            return 0;
        }

        @Override
        public Map<String, Double> numbers() {
            return Map.of("step", 0.0);
        }
    }

    @Override
    public final OptimizerState stateDict() {
        return states.save(hyperparameters());
    }

    @Override
    public final void loadStateDict(OptimizerState state) {
        states.load(state);
    }
}
