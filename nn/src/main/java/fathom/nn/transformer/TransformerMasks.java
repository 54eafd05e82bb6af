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

    Tensor onSource(MultiheadAttention attention, Tensor x) {
        return attention
                .forward(
                        x,
                        x,
                        x,
                        c ->
                                c.needWeights(false)
                                        .attnMask(srcMask)
                                        .keyPaddingMask(srcKeyPaddingMask)
                                        .isCausal(srcIsCausal))
                .output();
    }

    Tensor onTarget(MultiheadAttention attention, Tensor x) {
        return attention
                .forward(
                        x,
                        x,
                        x,
                        c ->
                                c.needWeights(false)
                                        .attnMask(tgtMask)
                                        .keyPaddingMask(tgtKeyPaddingMask)
                                        .isCausal(tgtIsCausal))
                .output();
    }

    Tensor onMemory(MultiheadAttention attention, Tensor x, Tensor memory) {
        return attention
                .forward(
                        x,
                        memory,
                        memory,
                        c -> c.needWeights(false).attnMask(memoryMask).keyPaddingMask(memoryKeyPaddingMask))
                .output();
    }
}
