package fathom.text.sentences;

import fathom.Tensor;
import fathom.text.tokenizers.EncodedBatch;

/** The network of a {@link SentenceEncoder}: gives each token of a batch a vector. */
@FunctionalInterface
public interface TokenEncoder {
    /** {@return a vector for each token, {@code [B, T, H]}; those of padding are not looked at} */
    Tensor forward(EncodedBatch batch);
}
