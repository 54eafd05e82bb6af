package fathom.nn.transformer;

import fathom.Tensor;
import org.jspecify.annotations.Nullable;

/**
 * What a call of a Transformer or of a part of it hides: {@code o -> o.srcKeyPaddingMask(p).tgtIsCausal(true)}. In bool
 * masks true hides; floating ones are added to the scores. An encoder looks at the source's masks, a decoder at the
 * target's and the memory's.
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

    /** What is hidden from each position of the source in the source, {@code [S, S]} or {@code [N H, S, S]}. */
    public TransformerMasks srcMask(@Nullable Tensor mask) {
        srcMask = mask;
        return this;
    }

    /** What is hidden from each position of the target in the target, {@code [T, T]} or {@code [N H, T, T]}. */
    public TransformerMasks tgtMask(@Nullable Tensor mask) {
        tgtMask = mask;
        return this;
    }

    /** What is hidden from each position of the target in the memory, {@code [T, S]} or {@code [N H, T, S]}. */
    public TransformerMasks memoryMask(@Nullable Tensor mask) {
        memoryMask = mask;
        return this;
    }

    /** Which positions of the source are hidden from all, {@code [N, S]}. */
    public TransformerMasks srcKeyPaddingMask(@Nullable Tensor mask) {
        srcKeyPaddingMask = mask;
        return this;
    }

    /** Which positions of the target are hidden from all, {@code [N, T]}. */
    public TransformerMasks tgtKeyPaddingMask(@Nullable Tensor mask) {
        tgtKeyPaddingMask = mask;
        return this;
    }

    /** Which positions of the memory are hidden from all, {@code [N, S]}. */
    public TransformerMasks memoryKeyPaddingMask(@Nullable Tensor mask) {
        memoryKeyPaddingMask = mask;
        return this;
    }

    /** Whether position i of the source sees 0 to i only; false unless set. */
    public TransformerMasks srcIsCausal(boolean causal) {
        srcIsCausal = causal;
        return this;
    }

    /** Whether position i of the target sees 0 to i only; false unless set. */
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
