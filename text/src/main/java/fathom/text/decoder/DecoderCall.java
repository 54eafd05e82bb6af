package fathom.text.decoder;

import fathom.Tensor;
import org.jspecify.annotations.Nullable;

/** Options of one call of a {@link CausalLM}. */
public final class DecoderCall {
    private @Nullable Tensor attentionMask;
    private @Nullable StaticCache cache;
    private @Nullable Tensor lengths;
    private boolean lastOnly;

    DecoderCall() {}

    /**
     * The tokens that are no padding, {@code [N, L]}: 1 or true for tokens, 0 for padding, on either side. Positions
     * count tokens, so that padding does not change their logits; those of padding mean nothing. Not with a cache. All
     * unless set.
     */
    public DecoderCall attentionMask(@Nullable Tensor mask) {
        attentionMask = mask;
        return this;
    }

    /** The cache whose tokens these ones follow, and which then holds them as well; none unless set. */
    public DecoderCall cache(@Nullable StaticCache cache) {
        this.cache = cache;
        return this;
    }

    /**
     * With a cache: the number of tokens of each row, int64 {@code [N]}; those behind it are padding, which the cache
     * does not keep. All unless set.
     */
    public DecoderCall lengths(@Nullable Tensor lengths) {
        this.lengths = lengths;
        return this;
    }

    /** Whether the logits are those of each row's last token alone, {@code [N, 1, V]}; false unless set. */
    public DecoderCall lastOnly(boolean last) {
        lastOnly = last;
        return this;
    }

    @Nullable Tensor attentionMask() {
        return attentionMask;
    }

    @Nullable StaticCache cache() {
        return cache;
    }

    @Nullable Tensor lengths() {
        return lengths;
    }

    boolean isLastOnly() {
        return lastOnly;
    }
}
