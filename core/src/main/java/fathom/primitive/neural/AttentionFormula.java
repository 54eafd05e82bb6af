package fathom.primitive.neural;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.scalar;
import static fathom.ir.Exprs.select;

import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.primitive.Ops;
import fathom.primitive.Pointwise;
import fathom.primitive.Tape;
import org.jspecify.annotations.Nullable;

/**
 * Attention composed of other operations: supports any type and higher-order gradients, but materialises all scores.
 */
public final class AttentionFormula {
    private AttentionFormula() {}

    /** {@return the causal mask, {@code [L, S]}: query i sees keys 0 to i + shift} */
    public static Tensor causal(long queries, long keys, long shift) {
        return Tensors.arange(shift, shift + queries).unsqueeze(-1).ge(Tensors.arange(keys));
    }

    /** {@return whether a query sees any key, {@code [..., L or 1, 1]}} */
    public static Tensor seen(Tensor mask) {
        Tensor open = mask.dtype() == DType.BOOL ? mask : mask.detach().ne(Double.NEGATIVE_INFINITY);
        return open.dim() == 0 ? open.reshape(1, 1) : open.any(-1, KeepDim.KEEP_DIM);
    }

    /**
     * {@return the scores: products of queries and keys, scaled and masked in one kernel}
     *
     * @param seen if not null, rows that see no key are left unmasked, to avoid NaN
     */
    public static Tensor scores(Tensor products, double scale, @Nullable Tensor mask, @Nullable Tensor seen) {
        DType t = products.dtype();
        Expr e = mul(input(0, t), scalar(0, t));
        if (mask == null) {
            return Ops.apply(new Pointwise(Kernel.of(e), scale), products);
        }
        Expr hidden = new Expr.Const(t, Double.doubleToRawLongBits(Double.NEGATIVE_INFINITY));
        Expr m = input(1, mask.dtype());
        Expr masked = mask.dtype() == DType.BOOL ? select(m, e, hidden) : add(e, cast(t, m));
        if (seen == null) {
            return Ops.apply(new Pointwise(Kernel.of(masked), scale), products, mask);
        }
        Expr safe = select(input(2, DType.BOOL), masked, e);
        return Ops.apply(new Pointwise(Kernel.of(safe), scale), products, mask, seen);
    }

    /** The gradients of queries, keys and values in {@link Attention}, differentiable again. */
    static Tensor[] gradient(Attention p, Tape tape, Tensor given) {
        Tensor q = tape.input(0).to(DType.FLOAT32);
        Tensor k = tape.input(1).to(DType.FLOAT32);
        Tensor v = tape.input(2).to(DType.FLOAT32);
        Tensor g = given.to(DType.FLOAT32);
        Tensor mask = p.masked() ? tape.input(3) : p.causal() ? causal(q.size(-2), k.size(-2), p.shift()) : null;
        Tensor seen = p.masked() && mask != null ? seen(mask) : null;
        Tensor weights = scores(q.matmul(k.transpose(-2, -1)), p.scale(), mask, seen).softmax(-1);
        if (seen != null) {
            weights = weights.where(seen, 0);
        }
        Tensor stays = p.drops() ? tape.input(tape.inputCount() - 1) : null;
        Tensor byWeights = dropped(g.matmul(v.transpose(-2, -1)), stays, p.factor());
        Tensor sums = byWeights.mul(weights).sum(-1, KeepDim.KEEP_DIM);
        Tensor byScores = weights.mul(byWeights.sub(sums)).mul(p.scale());
        Tensor[] found = {
            byScores.matmul(k),
            byScores.transpose(-2, -1).matmul(q),
            dropped(weights, stays, p.factor()).transpose(-2, -1).matmul(g)
        };
        for (int i = 0; i < 3; i++) {
            found[i] = found[i].to(tape.inputType(i));
        }
        return found;
    }

    private static Tensor dropped(Tensor x, @Nullable Tensor stays, double factor) {
        return stays == null ? x : DropoutKernel.of(x, stays, factor);
    }
}
