package fathom.text.decoder;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What the layers of a network share in one call: positions, masks, the cache. */
final class Reading {
    private final Tensor ids;
    private final @Nullable StaticCache cache;
    private final @Nullable Tensor padding; // [N, L], true for tokens
    private final Tensor positions;

    /** Masks by window, {@code [N, 1, L, S]} or {@code [L, S]}; true takes part. */
    private final Map<Long, Tensor> masks = new HashMap<>();

    Reading(DecoderConfig config, Tensor ids, DecoderCall call) {
        if (ids.dim() != 2 || ids.dtype().isFloating() || ids.dtype() == DType.BOOL) {
            throw new IllegalArgumentException(
                    "CausalLM: expected token ids, an integer type [N, L], got %s of %s"
                            .formatted(ids.shape(), ids.dtype()));
        }
        this.ids = ids;
        cache = call.cache();
        long length = ids.size(1);
        Tensor mask = call.attentionMask();
        if (mask != null && (cache != null || !mask.shape().equals(ids.shape()))) {
            throw new IllegalArgumentException(
                    cache != null
                            ? "CausalLM: attentionMask and cache cannot be combined; with a cache say lengths(...)"
                            : "CausalLM: attentionMask %s does not have the shape of the ids, %s"
                                    .formatted(mask.shape(), ids.shape()));
        }
        if (cache != null && (cache.batch() != ids.size(0) || length > cache.capacity())) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "CausalLM: ids %s for a cache of %d rows of %d tokens",
                            ids.shape(),
                            cache.batch(),
                            cache.capacity()));
        }
        if (length > config.maxLength()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "CausalLM: ids %s: the network has %d positions",
                            ids.shape(),
                            config.maxLength()));
        }
        padding = mask == null ? null : mask.ne(0);
        Tensor steps = ids.device().with(() -> Tensors.arange(length)).unsqueeze(0);
        positions =
                cache != null
                        ? cache.lengths().unsqueeze(1).add(steps)
                        : padding == null ? steps : padding.to(DType.INT64).cumsum(1).sub(1).clampMin(0);
    }

    /** {@return int64 [N, L], or [1, L] where all rows have the same} */
    Tensor positions() {
        return positions;
    }

    /**
     * {@return attention of a layer, {@code [N, H, L, D]}; its keys and values are added to the cache}
     *
     * @param q {@code [N, H, L, D]}, turned
     * @param k {@code [N, G, L, D]}, turned
     * @param v {@code [N, G, L, D]}
     */
    Tensor attend(int layer, long window, Tensor q, Tensor k, Tensor v, double dropout) {
        Tensor keys = k;
        Tensor values = v;
        if (cache != null) {
            cache.write(layer, positions, k, v);
            if (!cache.isEmpty()) {
                keys = cache.keys(layer);
                values = cache.values(layer);
            }
        }
        Tensor mask = mask(window);
        // on the CPU the kernel of attention has a way of its own for a single query
        boolean isComposed = !q.device().type().equals("cpu");
        if (isComposed && mask != null && q.size(2) == 1 && dropout == 0 && !Autograd.isGradEnabled()) {
            return ofOneToken(q, keys, values, mask);
        }
        boolean grouped = q.size(1) != k.size(1);
        Tensor allKeys = keys;
        return Tensors.scaledDotProductAttention(
                q,
                allKeys,
                values,
                o -> {
                    o.enableGqa(grouped).dropout(dropout);
                    if (mask == null) {
                        o.causal(true);
                    } else {
                        o.mask(mask);
                    }
                });
    }

    /**
     * {@return attention of one token, {@code [N, H, 1, D]}, in few kernels: a token sees itself at least, so no row
     * needs to be looked after that sees no key}
     */
    private static Tensor ofOneToken(Tensor q, Tensor keys, Tensor values, Tensor mask) {
        long groups = keys.size(1);
        Tensor shared = q.unflatten(1, groups, q.size(1) / groups).squeeze(3); // [N, G, H / G, D]
        Tensor scores = shared.matmul(keys.transpose(-2, -1)).mul(1 / Math.sqrt(q.size(-1)));
        Tensor weights = scores.where(mask, Double.NEGATIVE_INFINITY).softmax(-1);
        return weights.matmul(values).flatten(1, 2).unsqueeze(2);
    }

    /** {@return the keys that each query sees; null where these are all up to itself} */
    private @Nullable Tensor mask(long window) {
        StaticCache filled = cache == null || cache.isEmpty() ? null : cache;
        boolean fromCache = filled != null;
        // what lies in a window is all there is
        long effective = window >= (filled == null ? ids.size(1) : filled.capacity()) ? 0 : window;
        if (!fromCache && padding == null && effective == 0) {
            return null;
        }
        return masks.computeIfAbsent(effective, w -> fromCache ? ofCache(w) : ofCall(w));
    }

    private Tensor ofCache(long window) {
        StaticCache held = java.util.Objects.requireNonNull(cache);
        Tensor slots = ids.device().with(() -> Tensors.arange(held.capacity()));
        Tensor query = positions.unsqueeze(1).unsqueeze(-1); // [N, 1, L, 1]
        Tensor seen = slots.le(query);
        return window == 0 ? seen : seen.logicalAnd(slots.gt(query.sub(window)));
    }

    private Tensor ofCall(long window) {
        Tensor at = ids.device().with(() -> Tensors.arange(ids.size(1)));
        Tensor seen = at.le(at.unsqueeze(1));
        if (window > 0) {
            seen = seen.logicalAnd(at.gt(at.unsqueeze(1).sub(window)));
        }
        // rows of padding see themselves, so that they have numbers
        return padding == null
                ? seen
                : seen.logicalAnd(padding.unsqueeze(1).unsqueeze(1)).logicalOr(at.eq(at.unsqueeze(1)));
    }

    /** Ends a call: the cache counts its tokens. */
    void end(DecoderCall call) {
        if (cache != null) {
            Tensor lengths = call.lengths();
            cache.advance(lengths != null ? lengths : cache.lengths().newTensor(new long[] {ids.size(1)}, DType.INT64));
        }
    }
}
