package fathom.nn.transformer;

import fathom.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * The masks of one call of a Transformer or of a part of it: {@code o -> o.srcKeyPaddingMask(p).tgtIsCausal(true)}.
 * True in a bool mask masks out; floating-point masks are added to the scores. An encoder uses the source's masks, a
 * decoder those of the target and the memory.
 */
public final class TransformerMasks {
    private @Nullable Tensor srcMask;
    private @Nullable Tensor tgtMask;
    private @Nullable Tensor memoryMask;
    private @Nullable Tensor srcKeyPaddingMask;
    private @Nullable Tensor tgtKeyPaddingMask;
    private @Nullable Tensor memoryKeyPaddingMask;
    private boolean srcIsCausal;
    private boolean tgtIsCausal;
    private @Nullable Tensor srcLengths;
    private @Nullable Tensor tgtLengths;
    private @Nullable Tensor memoryLengths;
    private @Nullable AttentionWeights weights;
    private @Nullable KeyValueCache cache;

    /** The layer of a stack that is running. */
    private int layer;

    TransformerMasks() {}

    /** The mask of the source's self-attention, {@code [S, S]} or {@code [N H, S, S]}. */
    public TransformerMasks srcMask(@Nullable Tensor mask) {
        srcMask = mask;
        return this;
    }

    /** The mask of the target's self-attention, {@code [T, T]} or {@code [N H, T, T]}. */
    public TransformerMasks tgtMask(@Nullable Tensor mask) {
        tgtMask = mask;
        return this;
    }

    /** The mask of cross-attention, from target to memory, {@code [T, S]} or {@code [N H, T, S]}. */
    public TransformerMasks memoryMask(@Nullable Tensor mask) {
        memoryMask = mask;
        return this;
    }

    /** The padding mask of the source, {@code [N, S]}. */
    public TransformerMasks srcKeyPaddingMask(@Nullable Tensor mask) {
        srcKeyPaddingMask = mask;
        return this;
    }

    /** The padding mask of the target, {@code [N, T]}. */
    public TransformerMasks tgtKeyPaddingMask(@Nullable Tensor mask) {
        tgtKeyPaddingMask = mask;
        return this;
    }

    /** The padding mask of the memory, {@code [N, S]}. */
    public TransformerMasks memoryKeyPaddingMask(@Nullable Tensor mask) {
        memoryKeyPaddingMask = mask;
        return this;
    }

    /** Whether position i of the source attends to positions 0 to i only; false unless set. */
    public TransformerMasks srcIsCausal(boolean causal) {
        srcIsCausal = causal;
        return this;
    }

    /** Whether position i of the target attends to positions 0 to i only; false unless set. */
    public TransformerMasks tgtIsCausal(boolean causal) {
        tgtIsCausal = causal;
        return this;
    }

    /** The number of tokens of each source, {@code [N]}; the others are padding, which no token attends to. */
    public TransformerMasks srcLengths(@Nullable Tensor lengths) {
        srcLengths = lengths;
        return this;
    }

    /** The number of tokens of each target, {@code [N]}; the others are padding, which no token attends to. */
    public TransformerMasks tgtLengths(@Nullable Tensor lengths) {
        tgtLengths = lengths;
        return this;
    }

    /** The number of tokens of each memory, {@code [N]}; the others are padding, which no token attends to. */
    public TransformerMasks memoryLengths(@Nullable Tensor lengths) {
        memoryLengths = lengths;
        return this;
    }

    /** What collects the attention weights of this call; none unless set. */
    public TransformerMasks weights(AttentionWeights weights) {
        this.weights = weights;
        return this;
    }

    /** The keys and values of the tokens before those of this call, which are added; none unless set. */
    public TransformerMasks cache(KeyValueCache cache) {
        this.cache = cache;
        return this;
    }

    /** Names the layer of a stack that runs next. */
    void layer(int layer) {
        this.layer = layer;
    }

    boolean isCached() {
        return cache != null;
    }

    Tensor onSource(MultiheadAttention attention, Tensor x) {
        var out =
                attention.forward(
                        x,
                        x,
                        x,
                        c ->
                                c.needWeights(weights != null)
                                        .averageAttnWeights(false)
                                        .attnMask(srcMask)
                                        .keyPaddingMask(srcKeyPaddingMask)
                                        .keyLengths(srcLengths)
                                        .isCausal(srcIsCausal)
                                        .cache(cache == null ? null : cache.source(layer)));
        if (weights != null && out.weights() != null) {
            weights.addSource(out.weights());
        }
        return out.output();
    }

    Tensor onTarget(MultiheadAttention attention, Tensor x) {
        var out =
                attention.forward(
                        x,
                        x,
                        x,
                        c ->
                                c.needWeights(weights != null)
                                        .averageAttnWeights(false)
                                        .attnMask(tgtMask)
                                        .keyPaddingMask(tgtKeyPaddingMask)
                                        .keyLengths(tgtLengths)
                                        .isCausal(tgtIsCausal)
                                        .cache(cache == null ? null : cache.target(layer)));
        if (weights != null && out.weights() != null) {
            weights.addTarget(out.weights());
        }
        return out.output();
    }

    Tensor onMemory(MultiheadAttention attention, Tensor x, Tensor memory) {
        var out =
                attention.forward(
                        x,
                        memory,
                        memory,
                        c ->
                                c.needWeights(weights != null)
                                        .averageAttnWeights(false)
                                        .attnMask(memoryMask)
                                        .keyPaddingMask(memoryKeyPaddingMask)
                                        .keyLengths(memoryLengths)
                                        .cache(cache == null ? null : cache.memory(layer)));
        if (weights != null && out.weights() != null) {
            weights.addMemory(out.weights());
        }
        return out.output();
    }
}
