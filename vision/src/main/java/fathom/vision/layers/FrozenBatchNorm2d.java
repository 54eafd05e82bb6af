package fathom.vision.layers;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import java.util.Locale;

/**
 * A batch norm whose statistics and affine parameters are constants: torchvision's {@code FrozenBatchNorm2d}, with
 * which detectors are fine-tuned. {@code [N, C, H, W]} keeps its shape. All four tensors are buffers.
 *
 * {@snippet :
 * var body = ResNet.resnet50(o -> o.norm(FrozenBatchNorm2d::new));
 * }
 */
public final class FrozenBatchNorm2d extends Layer {
    private final Tensor weight;
    private final Tensor bias;
    private final Tensor runningMean;
    private final Tensor runningVar;
    private final double eps;

    /** The identity on {@code channels} channels, apart from an epsilon of 1e-5, until values are loaded. */
    public FrozenBatchNorm2d(int channels) {
        this(channels, 1e-5);
    }

    /**
     * The identity until values are loaded.
     *
     * @param channels the number of channels
     * @param eps added to the variance; 0 for torchvision's detectors of 2019, which were trained without it
     */
    public FrozenBatchNorm2d(int channels, double eps) {
        if (channels < 1) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "FrozenBatchNorm2d: expected at least one channel, got %d", channels));
        }
        weight = buffer(Tensors.ones(channels));
        bias = buffer(Tensors.zeros(channels));
        runningMean = buffer(Tensors.zeros(channels));
        runningVar = buffer(Tensors.ones(channels));
        this.eps = eps;
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor scale = weight.mul(runningVar.add(eps).rsqrt());
        Tensor shift = bias.sub(runningMean.mul(scale));
        return x.mul(scale.reshape(1, -1, 1, 1)).add(shift.reshape(1, -1, 1, 1));
    }

    @Override
    protected String extraRepr() {
        return "%s, eps=%s".formatted(weight.size(0), eps);
    }
}
