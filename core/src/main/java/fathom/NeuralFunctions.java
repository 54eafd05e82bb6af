package fathom;

import org.jspecify.annotations.Nullable;

/** Linear maps and the like as functions. Part of {@link Tensors}; the layers of {@code fathom.nn} call them. */
public abstract class NeuralFunctions extends PoolingFunctions {
    NeuralFunctions() {}

    /**
     * {@code x weight^T + bias}.
     *
     * @param x {@code [..., in]}
     * @param weight {@code [out, in]}
     * @param bias {@code [out]}, or null
     * @throws IllegalArgumentException if shapes do not fit, naming them
     */
    public static Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
        if (weight.dim() != 2 || x.dim() == 0 || x.size(-1) != weight.size(1)) {
            throw new IllegalArgumentException(
                    "linear: input %s and weight %s: want [..., in] and [out, in]".formatted(x.shape(), weight.shape()));
        }
        return Products.matmul(x, weight.t(), bias);
    }
}
