package fathom.functional;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.options.AttentionOptions;
import fathom.primitive.Broadcasting;
import fathom.primitive.Ops;
import fathom.primitive.neural.AttentionFormula;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Attention as a function. Part of {@link Tensors}; used by the layers of {@code fathom.nn}. */
public final class AttentionFunctions {
    private static final String OP = "scaledDotProductAttention";

    private AttentionFunctions() {}

    /** {@return {@link #scaledDotProductAttention(Tensor, Tensor, Tensor, Consumer)} without a mask} */
    public static Tensor scaledDotProductAttention(Tensor query, Tensor key, Tensor value) {
        return scaledDotProductAttention(query, key, value, o -> {});
    }

    /**
     * {@code softmax(query key^T * scale + mask) value} (Vaswani et al., 2017). A query whose keys are all masked
     * yields zeros.
     *
     * <p>float32 and bfloat16 are computed in tiles (Dao et al., 2022): memory grows with L + S, not with their
     * product; only the dropout mask takes a byte per weight. If the mask requires a gradient, and for other types, all
     * scores are materialised.
     *
     * @param query {@code [..., L, E]}
     * @param key {@code [..., S, E]}
     * @param value {@code [..., S, Ev]}
     * @param options {@code o -> o.mask(m).dropout(0.1)}, {@code o -> o.causal(true)}
     * @return {@code [..., L, Ev]}
     * @throws IllegalArgumentException if shapes or types do not match, naming them
     * @see <a href="https://d2l.ai/chapter_attention-mechanisms-and-transformers/attention-scoring-functions.html">Dive
     *     into Deep Learning, Attention Scoring Functions</a>
     */
    public static Tensor scaledDotProductAttention(
            Tensor query, Tensor key, Tensor value, Consumer<AttentionOptions> options) {
        var o = new AttentionOptions();
        options.accept(o);
        check(query, key, value, o);
        Double given = o.scale();
        double scale = given == null ? 1 / Math.sqrt(query.size(-1)) : given;
        AttentionMasking masking = AttentionMasking.of(query, key, o);
        Tensor inTiles = TiledAttention.of(query, key, value, scale, masking, o);
        if (inTiles != null) {
            return inTiles;
        }
        if (o.enableGqa() && TiledAttention.haveGroups(query, key, value)) {
            long groups = key.size(-3);
            Tensor mask = TiledAttention.groupedMask(masking.materialised(query, key), groups);
            Tensor q = TiledAttention.grouped(query, groups);
            return composed(q, key, value, true, mask, masking.causal(), scale, o.dropout()).flatten(-4, -3);
        }
        Tensor k = o.enableGqa() ? shared("key", query, key) : key;
        Tensor v = o.enableGqa() ? shared("value", query, value) : value;
        return composed(query, k, v, false, masking.materialised(query, k), masking.causal(), scale, o.dropout());
    }

    /**
     * Attention with all scores materialised.
     *
     * @param grouped whether queries {@code [..., G, t, L, E]} have one dimension more than keys and values {@code
     *     [..., G, S, E]}, for the heads that share them; their rows become those of one product
     * @param seesFirst whether every query sees the first key
     */
    private static Tensor composed(
            Tensor query,
            Tensor key,
            Tensor value,
            boolean grouped,
            @Nullable Tensor mask,
            boolean seesFirst,
            double scale,
            double dropout) {
        long[] heads = grouped ? new long[] {query.size(-3), query.size(-2)} : new long[0];
        Tensor q = grouped ? query.flatten(-3, -2) : query;
        Tensor products = q.matmul(key.transpose(-2, -1));
        if (grouped) {
            products = products.unflatten(-2, heads);
        }
        Tensor seen = mask == null || seesFirst ? null : AttentionFormula.seen(mask);
        Tensor scores = AttentionFormula.scores(products, scale, mask, seen);
        Tensor weights = EmbeddingFunctions.dropout(scores.softmax(-1), dropout, true);
        Tensor y = grouped ? weights.flatten(-3, -2).matmul(value).unflatten(-2, heads) : weights.matmul(value);
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
                    "%s: query %s of %s, key %s of %s and value %s of %s: expected [..., L, E], [..., S, E] and [..., S, Ev] of one floating type"
                            .formatted(
                                    OP,
                                    query.shape(),
                                    query.dtype(),
                                    key.shape(),
                                    key.dtype(),
                                    value.shape(),
                                    value.dtype()));
        }
        checkHeads(query, key, value, o.enableGqa());
        Tensor lengths = o.lengths();
        if (lengths != null
                && (query.dim() < 3
                        || lengths.dim() != 1
                        || lengths.size(0) != query.size(0)
                        || lengths.dtype().isFloating()
                        || lengths.dtype() == DType.BOOL)) {
            throw new IllegalArgumentException(
                    "%s: lengths %s of %s: expected an integer for each row of the batch of query %s"
                            .formatted(OP, lengths.shape(), lengths.dtype(), query.shape()));
        }
        Tensor mask = o.mask();
        if (mask == null) {
            return;
        }
        if (mask.dtype() != DType.BOOL && !mask.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    "%s: the mask is %s; expected bool (true takes part) or a floating type (added)"
                            .formatted(OP, mask.dtype()));
        }
        int rank = mask.dim();
        long rows = rank < 2 ? 1 : mask.size(-2);
        long columns = rank < 1 ? 1 : mask.size(-1);
        if (rows != 1 && rows != query.size(-2) || columns != 1 && columns != key.size(-2)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: mask %s does not broadcast to the scores [..., %d, %d]",
                            OP,
                            mask.shape(),
                            query.size(-2),
                            key.size(-2)));
        }
    }

    /** Rejects shapes that would not broadcast; for heads that could be shared, the error says how. */
    private static void checkHeads(Tensor query, Tensor key, Tensor value, boolean grouped) {
        for (Tensor t : List.of(key, value)) {
            if (query.dim() < 3 || t.dim() < 3) {
                continue;
            }
            long heads = query.size(-3);
            long own = t.size(-3);
            if (!grouped && heads != own && heads != 1 && own != 1) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "%s: query %s has %d heads, %s %s has %d; %s",
                                OP,
                                query.shape(),
                                heads,
                                t == key ? "key" : "value",
                                t.shape(),
                                own,
                                own > 0 && heads % own == 0
                                        ? "to let heads of the query share those of key and value, use enableGqa(true)"
                                        : "give both the same number"));
            }
            int behind = grouped ? 3 : 2; // grouped heads are checked when they are shared
            if (query.dim() > behind && t.dim() > behind) {
                Broadcasting.pair(
                        OP,
                        Arrays.copyOf(Ops.shape(query), query.dim() - behind),
                        Arrays.copyOf(Ops.shape(t), t.dim() - behind));
            }
        }
    }

    /** Repeats the heads of key or value, one for each head of the query. */
    private static Tensor shared(String what, Tensor query, Tensor t) {
        if (query.dim() < 3 || t.dim() < 3 || t.size(-3) == 0 || query.size(-3) % t.size(-3) != 0) {
            throw new IllegalArgumentException(
                    "%s: enableGqa expects heads of the query that those of the %s divide, not %s and %s"
                            .formatted(OP, what, query.shape(), t.shape()));
        }
        long times = query.size(-3) / t.size(-3);
        return times == 1 ? t : t.repeatInterleave(times, -3);
    }
}
