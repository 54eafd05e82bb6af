package fathom.text.tokenizers;

import fathom.Tensor;

/**
 * Inputs of a model of the BERT kind: a batch of encodings, padded to the same length. The components have the names
 * that Hugging Face gives them.
 *
 * @param inputIds int64 {@code [B, T]}
 * @param tokenTypeIds int64 {@code [B, T]}
 * @param attentionMask 1 for tokens, 0 for padding: int64 {@code [B, T]}
 */
public record EncodedBatch(Tensor inputIds, Tensor tokenTypeIds, Tensor attentionMask) {
    /** {@return the numbers of tokens without padding: int64 {@code [B]}} */
    public Tensor lengths() {
        return attentionMask.sum(1);
    }
}
