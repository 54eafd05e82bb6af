package fathom.primitive.neural;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.primitive.Computed;
import fathom.primitive.Ops;
import fathom.primitive.Spec;
import fathom.primitive.Tape;
import fathom.primitive.indexing.Slices;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Fused attention, which holds scores in tiles only (Dao et al., 2022): {@code softmax(query key^T * scale + mask)
 * value}, and the log-sum-exp of each query's scores, from which backward recomputes the weights.
 *
 * <p>Inputs: queries {@code [B..., L, E]}, keys {@code [B..., S, E]}, values {@code [B..., S, Ev]}, all of one floating
 * type and of equal batch dimensions (expanded where they are shared); with {@code masked} a mask {@code [B..., L, S]},
 * possibly expanded: bool (true takes part) or floating (added); with {@code drops} a contiguous bool {@code [B..., L,
 * S]}, true for the weights kept by dropout. No dimension is empty.
 *
 * <p>Outputs: {@code [B..., L, Ev]}, with its dimensions in the queries' memory order, and {@code [B..., L]} in
 * float32: the log-sum-exp of the scores, or infinity for a query that sees no key, whose output is zero.
 *
 * @param scale the factor of the scores
 * @param causal whether query i attends to keys 0 to i + shift only
 * @param masked whether there is a mask; excludes {@code causal}
 * @param drops whether weights are dropped
 * @param factor the factor of the weights that are kept, 1 without {@code drops}
 * @param shift the number of keys before the first query's own one, if causal; else 0. Backends of devices other than
 *     the CPU get 0 only
 * @see <a href="https://arxiv.org/abs/2307.08691">Dao, FlashAttention-2: Faster Attention with Better Parallelism and
 *     Work Partitioning</a>
 */
public record Attention(double scale, boolean causal, boolean masked, boolean drops, double factor, long shift)
        implements Computed {
    /** Validates the shift. */
    public Attention {
        if (shift < 0) {
            throw new IllegalArgumentException("attention: the shift of a causal mask must not be negative");
        }
    }

    /** Attention whose causal mask, if there is one, begins with the first key. */
    public Attention(double scale, boolean causal, boolean masked, boolean drops, double factor) {
        this(scale, causal, masked, drops, factor, 0);
    }

    @Override
    public Spec[] infer(Spec... in) {
        long[] q = in[0].shape();
        int r = q.length;
        long[] v = in[2].shape();
        long[] scores = q.clone();
        scores[r - 1] = v[r - 2];
        long[] k = q.clone();
        k[r - 2] = v[r - 2];
        boolean fits = Arrays.equals(k, in[1].shape()) && Arrays.equals(v, 0, r - 2, q, 0, r - 2);
        for (int i = 3; i < in.length; i++) {
            fits &= Arrays.equals(scores, in[i].shape());
        }
        if (!fits) {
            throw new IllegalArgumentException(
                    "attention: shapes do not fit: %s"
                            .formatted(Arrays.stream(in).map(s -> Arrays.toString(s.shape())).toList()));
        }
        long[] y = q.clone();
        y[r - 1] = v[r - 1];
        return new Spec[] {like(in[0].strides(), in[0].dtype(), y), Spec.of(DType.FLOAT32, Arrays.copyOf(q, r - 1))};
    }

    /**
     * {@return the spec of a dense result whose last dimension is innermost and whose others are ordered by the given
     * strides: heads split from rows are merged back into rows without a copy}
     */
    static Spec like(long[] steps, DType type, long[] shape) {
        int outer = shape.length - 1;
        var order = new Integer[outer];
        Arrays.setAll(order, d -> d);
        Arrays.sort(order, (a, b) -> Long.compare(steps[b], steps[a]));
        var strides = new long[shape.length];
        strides[outer] = 1;
        long step = shape[outer];
        for (int i = outer - 1; i >= 0; i--) {
            strides[order[i]] = step;
            step *= shape[order[i]];
        }
        return new Spec(type, shape, strides);
    }

    @Override
    public boolean savesInput(int i, NeedsGrad needsGrad) {
        return true;
    }

    @Override
    public boolean savesOutput(int i, NeedsGrad needsGrad) {
        return true;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        var grads = new @Nullable Tensor[tape.inputCount()];
        Tensor given = gradOutputs[0];
        if (given == null) {
            return grads;
        }
        Tensor[] found =
                Autograd.isGradEnabled()
                        ? AttentionFormula.gradient(this, tape, given)
                        : fusedGradient(tape, given.to(tape.inputType(0)));
        for (int i = 0; i < found.length; i++) {
            grads[i] = tape.needsGrad(i) ? found[i] : null;
        }
        return grads;
    }

    private Tensor[] fusedGradient(Tape tape, Tensor given) {
        int inputs = tape.inputCount();
        var in = new Tensor[inputs + 3];
        boolean wide = true;
        for (int i = 0; i < inputs; i++) {
            in[i] = tape.input(i);
            wide &= i >= 3 || tape.gradientType(i) == DType.FLOAT32;
        }
        in[inputs] = tape.output(0);
        in[inputs + 1] = tape.output(1);
        long[] strides = Ops.strides(given);
        // the gradient of a sum is one number, expanded
        in[inputs + 2] = strides[strides.length - 1] == 1 ? given : given.contiguous();
        DType type = wide ? DType.FLOAT32 : tape.inputType(0);
        long between = Slices.step(in[0], in[1], in[2]);
        Tensor[] found = Ops.applyAll(new AttentionGrad(this, type, between), in);
        if (between == 0) {
            return found;
        }
        return new Tensor[] {found[0].select(0, 0), found[0].select(0, 1), found[0].select(0, 2)};
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return this == o
                || o instanceof Attention e
                        && Double.compare(scale, e.scale) == 0
                        && causal == e.causal
                        && masked == e.masked
                        && drops == e.drops
                        && Double.compare(factor, e.factor) == 0
                        && shift == e.shift;
    }

    @Override
    public int hashCode() {
        int flags = (causal ? 1 : 0) + (masked ? 2 : 0) + (drops ? 4 : 0);
        return 31 * (31 * (31 * Double.hashCode(scale) + flags) + Double.hashCode(factor)) + Long.hashCode(shift);
    }
}
