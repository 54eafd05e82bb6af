package fathom.text.generation;

import fathom.Tensor;

/** The choice of the next token. It is part of a captured step: it must not read values. */
@FunctionalInterface
public interface TokenSampler {
    /**
     * {@return a token for each row, int64 {@code [N]}}
     *
     * @param logits float32 {@code [N, V]}
     */
    Tensor sample(Tensor logits);
}
