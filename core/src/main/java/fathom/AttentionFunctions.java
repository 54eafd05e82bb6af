package fathom;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.scalar;
import static fathom.ir.Exprs.select;

import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.primitive.Pointwise;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Attention as a function. Part of {@link Tensors}; the layers of {@code fathom.nn} call it. */
public abstract class AttentionFunctions extends NeuralFunctions {
    private static final String OP = "scaledDotProductAttention";

    AttentionFunctions() {}

    /**
     * {@return {@link #scaledDotProductAttention(Tensor, Tensor, Tensor, Consumer)} where every query sees all keys}
     */
    public static Tensor scaledDotProductAttention(Tensor query, Tensor key, Tensor value) {
        return scaledDotProductAttention(query, key, value, o -> {});
    }

    /**
     * {@code softmax(query key^T * scale + mask) value} (Vaswani et al., 2017). A query that may look at no key at all
     * gets zeros.
     *
     * @param query {@code [..., L, E]}
     * @param key {@code [..., S, E]}
     * @param value {@code [..., S, Ev]}
     * @param options {@code o -> o.mask(m).dropout(0.1)}, {@code o -> o.causal(true)}
     * @return {@code [..., L, Ev]}
     * @throws IllegalArgumentException if shapes or types do not fit, naming them, or if there are both a mask and
     *     {@code causal}
     * @see <a href="https://d2l.ai/chapter_attention-mechanisms-and-transformers/attention-scoring-functions.html">Dive
     *     into Deep Learning, Attention Scoring Functions</a>
     */
    public static Tensor scaledDotProductAttention(
            Tensor query, Tensor key, Tensor value, Consumer<AttentionOptions> options) {
        var o = new AttentionOptions();
        options.accept(o);
        check(query, key, value, o);
        Tensor k = o.enableGqa() ? shared("key", query, key) : key;
        Tensor v = o.enableGqa() ? shared("value", query, value) : value;
        Double given = o.scale();
        double scale = given == null ? 1 / Math.sqrt(query.size(-1)) : given;
        Tensor mask = o.causal() ? causal(query.size(-2), key.size(-2)) : o.mask();
        Tensor seen = mask == null || o.causal() ? null : seen(mask);
        Tensor scores = scores(query.matmul(k.transpose(-2, -1)), scale, mask, seen);
        Tensor weights = dropout(scores.softmax(-1), o.dropout(), true);
        Tensor y = weights.matmul(v);
        return seen == null ? y : y.where(seen, 0);
    }

    private static void check(Tensor query, Tensor key, Tensor value, AttentionOptions o) {
        boolean fits =
                query.dim() >= 2
                        && key.dim() >= 2
                        && value.dim() >= 2
                        && query.size(-1) == key.size(-1)
                        && key.size(-2) == value.size(-2)
                        && query.dtype().isFloating()
                        && key.dtype() == query.dtype()
                        && value.dtype() == query.dtype();
        if (!fits) {
            throw new IllegalArgumentException(
                    "%s: query %s of %s, key %s of %s and value %s of %s: want [..., L, E], [..., S, E] and [..., S, Ev] of one floating type"
                            .formatted(
                                    OP,
                                    query.shape(),
                                    query.dtype(),
                                    key.shape(),
                                    key.dtype(),
                                    value.shape(),
                                    value.dtype()));
        }
        Tensor mask = o.mask();
        if (mask == null) {
            return;
        }
        if (o.causal()) {
            throw new IllegalArgumentException(OP + ": causal and a mask at once; put both into the mask");
        }
        if (mask.dtype() != DType.BOOL && !mask.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    "%s: the mask is %s; want bool (true takes part) or a floating type (added)"
                            .formatted(OP, mask.dtype()));
        }
        int rank = mask.dim();
        long rows = rank < 2 ? 1 : mask.size(-2);
        long columns = rank < 1 ? 1 : mask.size(-1);
        if (rows != 1 && rows != query.size(-2) || columns != 1 && columns != key.size(-2)) {
            throw new IllegalArgumentException(
                    "%s: mask %s does not broadcast to the scores [..., %d, %d]"
                            .formatted(OP, mask.shape(), query.size(-2), key.size(-2)));
        }
    }

    /** Gives every head of the query one of its own. */
    private static Tensor shared(String what, Tensor query, Tensor t) {
        if (query.dim() < 3 || t.dim() < 3 || t.size(-3) == 0 || query.size(-3) % t.size(-3) != 0) {
            throw new IllegalArgumentException(
                    "%s: enableGqa wants heads of the query that those of the %s divide, not %s and %s"
                            .formatted(OP, what, query.shape(), t.shape()));
        }
        long times = query.size(-3) / t.size(-3);
        return times == 1 ? t : t.repeatInterleave(times, -3);
    }

    private static Tensor causal(long queries, long keys) {
        return Tensors.arange(queries).unsqueeze(-1).ge(Tensors.arange(keys));
    }

    /** {@return where a query sees any key, {@code [..., L or 1, 1]}} */
    private static Tensor seen(Tensor mask) {
        Tensor open = mask.dtype() == DType.BOOL ? mask : mask.detach().ne(Double.NEGATIVE_INFINITY);
        return open.dim() == 0 ? open.reshape(1, 1) : open.any(-1, KeepDim.KEEP_DIM);
    }

    /** Scales and masks in one kernel. Rows that see nothing are left unmasked, so that nothing of them is NaN. */
    private static Tensor scores(Tensor products, double scale, @Nullable Tensor mask, @Nullable Tensor seen) {
        DType t = products.dtype();
        Expr e = mul(input(0, t), scalar(0, t));
        if (mask == null) {
            return Dispatch.apply(new Pointwise(Kernel.of(e), scale), products)[0];
        }
        Expr hidden = new Expr.Const(t, Double.doubleToRawLongBits(Double.NEGATIVE_INFINITY));
        Expr m = input(1, mask.dtype());
        Expr masked = mask.dtype() == DType.BOOL ? select(m, e, hidden) : add(e, cast(t, m));
        if (seen == null) {
            return Dispatch.apply(new Pointwise(Kernel.of(masked), scale), products, mask)[0];
        }
        Expr safe = select(input(2, DType.BOOL), masked, e);
        return Dispatch.apply(new Pointwise(Kernel.of(safe), scale), products, mask, seen)[0];
    }
}
