package fathom.optim;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.div;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.sub;

import fathom.Tensor;
import fathom.ir.Expr;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;

/**
 * Adam for tables of which only some rows are looked up in a step ("lazy" Adam): the moments of the other rows, and the
 * rows themselves, stay as they are. For an {@code Embedding} with {@code sparse(true)}. As in PyTorch, the bias
 * corrections count all steps of the table, and the term for numerical stability is added before they are applied.
 *
 * {@snippet :
 * var words = new Embedding(50_000, 100, o -> o.sparse(true));
 * var opt = new SparseAdam(words.parameters(), 0.002);
 * }
 */
public final class SparseAdam extends FusedOptimizer {
    /** Hyper-parameters of {@link SparseAdam}. */
    public static final class Options extends MomentOptions<Options> {
        Options() {}

        @Override
        protected Options self() {
            return this;
        }
    }

    /** SparseAdam with PyTorch's defaults. */
    public SparseAdam(Collection<Tensor> parameters, double lr) {
        this(parameters, lr, o -> {});
    }

    /** SparseAdam with options. */
    public SparseAdam(Collection<Tensor> parameters, double lr, Consumer<Options> options) {
        this(singleGroup(parameters), lr, options);
    }

    /** SparseAdam on groups of parameters. */
    public SparseAdam(List<ParameterGroup> groups, double lr) {
        this(groups, lr, o -> {});
    }

    /** SparseAdam on groups of parameters, with options. */
    public SparseAdam(List<ParameterGroup> groups, double lr, Consumer<Options> options) {
        super(groups, configured(new Options(), lr, options));
    }

    @Override
    protected boolean takesRows(ParameterGroup group) {
        return true;
    }

    @Override
    protected List<String> stateNames(ParameterGroup group) {
        return Moments.stateNames(false);
    }

    @Override
    protected double scalar(String name, ParameterGroup group, double[] numbers) {
        return name.equals("correctedStepSize")
                ? Moments.scalar("stepSize", group, numbers[0]) * Moments.scalar("rootCorrection2", group, numbers[0])
                : Moments.scalar(name, group, numbers[0]);
    }

    @Override
    protected Expr update(UpdateRule.Builder b, ParameterGroup group) {
        Expr first = Moments.first(b);
        Expr second = Moments.second(b);
        Expr denominator = add(UpdateRule.sqrt(second), b.scalar("eps"));
        return sub(b.parameter(), mul(b.scalar("correctedStepSize"), div(first, denominator)));
    }
}
