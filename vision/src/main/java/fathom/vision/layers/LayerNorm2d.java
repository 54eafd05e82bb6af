package fathom.vision.layers;

import static fathom.Tensors.ones;
import static fathom.Tensors.zeros;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.BuiltInLayer;
import fathom.nn.Reprs;

/**
 * Layer norm over the channels of each pixel, as ConvNeXt has it: {@code [N, C, H, W]} keeps its shape. In
 * channels-last memory, which convolutions return, nothing is copied.
 */
public final class LayerNorm2d extends BuiltInLayer {
    /** The learned scale, {@code [C]}, initialised to ones. */
    public final Tensor weight;

    /** The learned shift, {@code [C]}, initialised to zeros. */
    public final Tensor bias;

    private final double eps;

    /** With 1e-6 added to the variance. */
    public LayerNorm2d(long channels) {
        this(channels, 1e-6);
    }

    /** With {@code eps} added to the variance. */
    public LayerNorm2d(long channels, double eps) {
        weight = parameter(ones(channels));
        bias = parameter(zeros(channels));
        this.eps = eps;
    }

    @Override
    protected Tensor compute(Tensor x) {
        if (x.dim() != 4) {
            throw new IllegalArgumentException("LayerNorm2d: expected [N, C, H, W], got " + x.shape());
        }
        var channels = new long[] {weight.size(0)};
        return Tensors.layerNorm(x.permute(0, 2, 3, 1), channels, weight, bias, eps).permute(0, 3, 1, 2);
    }

    @Override
    protected String extraRepr() {
        return "%s, eps=%s, elementwise_affine=True".formatted(Reprs.tuple(weight.size(0)), Reprs.number(eps));
    }
}
