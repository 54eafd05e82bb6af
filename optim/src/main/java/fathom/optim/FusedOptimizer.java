package fathom.optim;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.neg;

import fathom.Autograd;
import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.Tensors;
import fathom.ir.Expr;
import fathom.primitive.Ops;
import fathom.primitive.indexing.SparseGradients;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An optimiser whose update rule is written as expressions and runs as one generated kernel over all parameters of a
 * group. Lion (Chen et al., 2023), for example:
 *
 * {@snippet :
 * final class Lion extends FusedOptimizer {
 *     Lion(Collection<Tensor> parameters, double lr) {
 *         super(singleGroup(parameters), new Options().lr(lr).number("beta1", 0.9).number("beta2", 0.99));
 *     }
 *
 *     @Override
 *     protected List<String> stateNames(ParameterGroup group) {
 *         return List.of("momentum");
 *     }
 *
 *     @Override
 *     protected Expr update(UpdateRule.Builder b, ParameterGroup group) {
 *         Expr g = b.gradient();
 *         Expr m = b.state("momentum");
 *         Expr direction = b.scalar("beta1").mul(m.sub(g)).add(g).sign();
 *         b.set("momentum", b.scalar("beta2").mul(m.sub(g)).add(g));
 *         return b.parameter().sub(b.scalar("lr").mul(direction));
 *     }
 * }
 * }
 *
 * <p>State is kept in float32, or in float64 for float64 parameters, so that small updates are not lost with 16-bit
 * parameters.
 */
public abstract class FusedOptimizer extends Optimizer {

    /** The key of the kernel that updates a parameter. */
    private record Variant(Object key, DType parameter, DType gradient) {}

    /** Parameters on one device that are updated with the same kernel and the same scalars. */
    private record Bucket(
            Variant variant,
            Device device,
            double[] numbers,
            List<ParameterStates.State> states,
            List<Tensor[]> inputs,
            List<Tensor[]> outputs) {}

    private final ParameterStates states = new ParameterStates(this, new Layout());
    private final Map<Variant, UpdateRule> rules = new HashMap<>();

    /** For tables with gradients of rows: zeros between steps. */
    private final IdentityHashMap<Tensor, Tensor> rowSums = new IdentityHashMap<>();

    /** An optimiser of the given groups; {@code options} are the defaults of their hyper-parameters. */
    protected FusedOptimizer(Collection<ParameterGroup> groups, OptimizerOptions<?> options) {
        super(groups, options);
    }

    /** Options of update rules without options of their own: numbers by name. */
    public static final class Options extends OptimizerOptions<Options> {
        @Override
        protected Options self() {
            return this;
        }

        /** The learning rate. */
        public Options lr(double lr) {
            return number("lr", lr);
        }

        /**
         * A hyper-parameter of the rule: it can be changed in a {@link ParameterGroup}, and the rule reads it as a
         * scalar.
         */
        public Options number(String name, double value) {
            return set(name, value);
        }
    }

    // ---- the definition of a rule -------------------------------------------------------------------------------

    /**
     * {@return a value with {@code equals} that decides which expressions {@link #update} builds for this group: one
     * kernel is generated per value; a constant unless overridden}
     */
    protected Object kernelKey(ParameterGroup group) {
        return "";
    }

    /** {@return the names of the state tensors in this group} */
    protected abstract List<String> stateNames(ParameterGroup group);

    /** {@return the initial value of a state tensor} */
    protected double initialState(String name, ParameterGroup group) {
        return 0;
    }

    /** {@return the names of the numbers kept per parameter, {@code step} first, with their initial values} */
    protected Map<String, Double> initialNumbers() {
        return Map.of("step", 0.0);
    }

    /** Advances the numbers of a parameter to its next step. */
    protected void advance(ParameterGroup group, double[] numbers) {
        numbers[0]++;
    }

    /** {@return the updated parameter; also sets the updated state through {@code b}} */
    protected abstract Expr update(UpdateRule.Builder b, ParameterGroup group);

    /**
     * {@return the value of scalar {@code name} in this step; by default the hyper-parameter of that name, and of
     * {@code 1-name} its difference from 1}
     */
    protected double scalar(String name, ParameterGroup group, double[] numbers) {
        return name.startsWith("1-") ? 1 - group.get(name.substring(2)) : group.get(name);
    }

    /** {@return whether weight decay is added to the gradient; false for rules that apply it otherwise} */
    protected boolean decaysGradient() {
        return true;
    }

    // ---- the step -------------------------------------------------------------------------------------------------

    @Override
    public final void step() {
        for (ParameterGroup group : groups()) {
            KernelKey key = kernelKeyOf(group);
            if (Ops.isTracing()) {
                int loads = states.loads();
                Ops.guard(
                        () -> states.loads() == loads && kernelKeyOf(group).equals(key),
                        "the form of the rule of class " + getClass().getName());
            }
            for (Bucket b : buckets(group, key)) {
                UpdateRule rule = rule(b.variant(), group);
                List<ParameterStates.State> states =
                        b.states(); // and not the gradients, which the plan would keep alive
                if (Ops.isTracing()) {
                    Ops.guard(() -> areAlike(states), "the step count of a parameter");
                }
                Ops.update(rule.kernel, () -> next(rule, group, states), b.inputs(), b.outputs());
            }
            for (Tensor p : group.parameters()) {
                List<SparseGradients.Rows> rows = SparseGradients.of(p);
                if (!rows.isEmpty()) {
                    updateRows(p, rows, group, key);
                }
            }
        }
    }

    /**
     * {@return whether the rule takes gradients of single rows of a table, which leave all other rows and their state
     * as they are; false unless overridden}
     */
    protected boolean takesRows(ParameterGroup group) {
        return false;
    }

    /** Updates the rows of a table that have a gradient by the rule's kernel. */
    private void updateRows(Tensor p, List<SparseGradients.Rows> rows, ParameterGroup group, KernelKey key) {
        if (!takesRows(group) || key.decay()) {
            throw new IllegalStateException(
                    "%s: the parameter of shape %s has gradients of single rows, as an Embedding with sparse(true) makes them; SGD without momentum, Adagrad and SparseAdam take them, without weight decay"
                            .formatted(name(), p.shape()));
        }
        try (var off = Autograd.noGrad()) {
            Tensor index = rows.getFirst().index();
            Tensor gradient = rows.getFirst().gradient();
            if (rows.size() > 1) {
                index = Tensors.cat(rows.stream().map(SparseGradients.Rows::index).toList(), 0);
                gradient = Tensors.cat(rows.stream().map(SparseGradients.Rows::gradient).toList(), 0);
            }
            if (index.numel() == 0) {
                return;
            }
            // A row may occur several times: its gradients are summed in a table of zeros and read again, so that each
            // occurrence makes the same new row. Shapes do not depend on values, so that the step can be captured.
            Tensor sums = rowSums.get(p);
            if (sums == null || sums.dtype() != gradient.dtype() || sums.device() != p.device()) {
                sums = Tensors.zerosLike(p, gradient.dtype()).keep();
                rowSums.put(p, sums);
            }
            sums.indexAdd_(0, index, gradient);
            Tensor summed = sums.indexSelect(0, index);
            sums.indexFill_(0, index, 0);
            List<String> names = stateNames(group);
            ParameterStates.State state = states.of(p, group);
            UpdateRule rule = rule(new Variant(key, p.dtype(), gradient.dtype()), group);
            var inputs = new Tensor[2 + names.size()];
            var outputs = new Tensor[1 + names.size()];
            inputs[0] = outputs[0] = p.indexSelect(0, index);
            inputs[1] = summed;
            for (int i = 0; i < names.size(); i++) {
                inputs[2 + i] = outputs[1 + i] = state.tensor(names.get(i)).indexSelect(0, index);
            }
            List<ParameterStates.State> states = List.of(state);
            Ops.update(
                    rule.kernel,
                    () -> next(rule, group, states),
                    List.<Tensor[]>of(inputs),
                    List.<Tensor[]>of(outputs));
            p.indexCopy_(0, index, outputs[0]);
            for (int i = 0; i < names.size(); i++) {
                state.tensor(names.get(i)).indexCopy_(0, index, outputs[1 + i]);
            }
        }
    }

    /**
     * {@return whether all parameters of a bucket still have the same numbers: one that was frozen meanwhile has a
     * lower step count}
     */
    private static boolean areAlike(List<ParameterStates.State> states) {
        double[] first = states.getFirst().numbers();
        for (int i = 1; i < states.size(); i++) {
            if (!Arrays.equals(states.get(i).numbers(), first)) {
                return false;
            }
        }
        return true;
    }

    /** Advances the parameters of a bucket by one step and returns the scalars of that step. */
    private Number[] next(UpdateRule rule, ParameterGroup group, List<ParameterStates.State> states) {
        double[] numbers = states.getFirst().numbers();
        advance(group, numbers);
        for (ParameterStates.State m : states) {
            System.arraycopy(numbers, 0, m.numbers(), 0, numbers.length);
        }
        var scalars = new Number[rule.scalars.size()];
        for (int i = 0; i < scalars.length; i++) {
            scalars[i] = scalar(rule.scalars.get(i), group, numbers);
        }
        return scalars;
    }

    /** {@return the buckets of a group; usually one, when all parameters have the same type and step count} */
    private List<Bucket> buckets(ParameterGroup group, KernelKey key) {
        var buckets = new ArrayList<Bucket>(1);
        List<String> names = stateNames(group);
        for (Tensor p : group.parameters()) {
            Tensor g = Ops.gradient(p);
            if (g == null) {
                continue;
            }
            ParameterStates.State m = states.of(p, group);
            Bucket b = find(buckets, p, g.dtype(), m.numbers());
            if (b == null) {
                var variant = new Variant(key, p.dtype(), g.dtype());
                b =
                        new Bucket(
                                variant,
                                p.device(),
                                m.numbers(),
                                new ArrayList<>(),
                                new ArrayList<>(),
                                new ArrayList<>());
                buckets.add(b);
            }
            b.states.add(m);
            int n = names.size();
            var inputs = new Tensor[2 + n];
            var outputs = new Tensor[1 + n];
            inputs[0] = outputs[0] = p;
            inputs[1] = g;
            for (int i = 0; i < n; i++) {
                inputs[2 + i] = outputs[1 + i] = m.tensor(names.get(i));
            }
            b.inputs.add(inputs);
            b.outputs.add(outputs);
        }
        return buckets;
    }

    private KernelKey kernelKeyOf(ParameterGroup group) {
        return new KernelKey(kernelKey(group), group.is("maximize"), decaysGradient() && group.is("weightDecay"));
    }

    private record KernelKey(Object own, boolean maximize, boolean decay) {}

    private static @Nullable Bucket find(List<Bucket> buckets, Tensor p, DType g, double[] numbers) {
        for (Bucket b : buckets) {
            if (b.variant.parameter == p.dtype()
                    && b.variant.gradient == g
                    && b.device == p.device()
                    && Arrays.equals(b.numbers, numbers)) {
                return b;
            }
        }
        return null;
    }

    /** The state of this rule: each tensor has the shape of its parameter. */
    private final class Layout implements ParameterStates.Layout {
        @Override
        public List<String> tensors(Tensor p, ParameterGroup group) {
            return stateNames(group);
        }

        @Override
        public double initial(String name, ParameterGroup group) {
            return initialState(name, group);
        }

        @Override
        public Map<String, Double> numbers() {
            return initialNumbers();
        }
    }

    private UpdateRule rule(Variant v, ParameterGroup group) {
        return rules.computeIfAbsent(
                v,
                key -> {
                    var b = new UpdateRule.Builder(v.parameter, v.gradient, stateNames(group));
                    if (group.is("maximize")) {
                        b.setGradient(neg(b.gradient()));
                    }
                    if (decaysGradient() && group.is("weightDecay")) {
                        b.setGradient(add(b.gradient(), mul(b.scalar("weightDecay"), b.parameter())));
                    }
                    return b.build(update(b, group));
                });
    }

    // ---- state ----------------------------------------------------------------------------------------------------

    @Override
    public final OptimizerState stateDict() {
        return states.save(hyperparameters());
    }

    @Override
    public final void loadStateDict(OptimizerState state) {
        states.load(state);
    }
}
