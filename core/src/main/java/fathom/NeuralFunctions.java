package fathom;

import fathom.primitive.Conv2d;
import fathom.primitive.Window;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions, pooling and the like as functions. Part of {@link Tensors}; the layers of {@code fathom.nn} call them.
 */
public abstract class NeuralFunctions extends Indexes {
    NeuralFunctions() {}

    /** {@return {@code x weight^T + bias}} for x [..., in], weight [out, in], bias [out] or null */
    public static Tensor linear(Tensor x, Tensor weight, @Nullable Tensor bias) {
        return Products.matmul(x, weight.t(), bias);
    }

    /**
     * Two-dimensional cross-correlation.
     *
     * @param x {@code [N, C, H, W]}
     * @param weight {@code [O, C/groups, kH, kW]}
     * @param bias {@code [O]}, or null
     */
    public static Tensor conv2d(Tensor x, Tensor weight, @Nullable Tensor bias, Window window, int groups) {
        var primitive = new Conv2d(window, groups);
        return bias == null ? Dispatch.apply(primitive, x, weight)[0] : Dispatch.apply(primitive, x, weight, bias)[0];
    }
}
