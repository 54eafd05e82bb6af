package fathom.nn.attention;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;

/**
 * Nadaraya-Watson kernel regression with a Gaussian kernel, as attention pooling: the prediction at x is the mean of
 * all values y_i, weighted by {@code softmax(-((x - x_i) w)^2 / 2)}. The kernel's inverse width w is a parameter.
 *
 * @see <a href="https://d2l.ai/chapter_attention-mechanisms-and-transformers/attention-pooling.html">Dive into Deep
 *     Learning, Attention Pooling by Similarity</a>
 */
public final class NadarayaWatson extends Block {
    /** The inverse width of the kernel, {@code [1]}; 1 for the regression without parameters. */
    public final Tensor w;

    /** With an inverse width from the uniform distribution on [0, 1). */
    public NadarayaWatson() {
        w = parameter(Tensors.rand(1));
    }

    /** With a given inverse width. */
    public NadarayaWatson(double inverseWidth) {
        w = parameter(Tensors.full(inverseWidth, DType.FLOAT32, 1));
    }

    /**
     * {@return the predictions {@code [T]}, and the attention weights {@code [T, S]}}
     *
     * @param queries where to predict, {@code [T]}
     * @param keys where values are known, {@code [S]} for all queries, or {@code [T, S]} for each
     * @param values the known values, of the keys' shape
     */
    public AttentionResult forward(Tensor queries, Tensor keys, Tensor values) {
        boolean fits =
                queries.dim() == 1
                        && (keys.dim() == 1 || keys.dim() == 2 && keys.size(0) == queries.size(0))
                        && values.shape().equals(keys.shape());
        if (!fits) {
            throw new IllegalArgumentException(
                    "NadarayaWatson: queries %s, keys %s, values %s: expected [T], and twice [S] or [T, S]"
                            .formatted(queries.shape(), keys.shape(), values.shape()));
        }
        Tensor distance = queries.unsqueeze(1).sub(keys).mul(w);
        Tensor weights = distance.square().mul(-0.5).softmax(-1);
        return new AttentionResult(weights.mul(values).sum(-1), weights);
    }
}
