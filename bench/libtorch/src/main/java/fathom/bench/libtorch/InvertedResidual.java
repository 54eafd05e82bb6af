package fathom.bench.libtorch;

import fathom.bench.libtorch.ConvNorm.Activation;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Conv2dImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** An inverted bottleneck with a depthwise convolution, as MobileNetV2 and EfficientNet have it. */
final class InvertedResidual extends Net {
    private final List<Net> branch = new ArrayList<>();
    private final boolean isResidual;

    /**
     * A block.
     *
     * @param squeezes whether channels are weighted by squeeze and excitation
     */
    InvertedResidual(int in, int out, int kernel, int stride, int expansion, Activation activation, boolean squeezes) {
        int inside = in * expansion;
        if (expansion > 1) {
            branch.add(new ConvNorm(in, inside, 1, 1, 1, activation));
        }
        branch.add(new ConvNorm(inside, inside, kernel, stride, inside, activation));
        if (squeezes) {
            branch.add(new SqueezeExcitation(inside, in / 4));
        }
        branch.add(new ConvNorm(inside, out, 1, 1, 1, Activation.NONE));
        branch.forEach(this::add);
        isResidual = stride == 1 && in == out;
    }

    @Override
    Tensor forward(Tensor x) {
        Tensor y = sequence(x, branch);
        if (isResidual) {
            y.add_(x);
        }
        return y;
    }

    /** A factor for each channel, computed from the means of all. */
    private static final class SqueezeExcitation extends Net {
        private final Conv2dImpl fc1;
        private final Conv2dImpl fc2;

        SqueezeExcitation(int channels, int squeezed) {
            fc1 = add(ConvNorm.convolution(channels, squeezed, 1, 1, 1, true));
            fc2 = add(ConvNorm.convolution(squeezed, channels, 1, 1, 1, true));
        }

        @Override
        Tensor forward(Tensor x) {
            Tensor scale = then(torch.adaptive_avg_pool2d(x, 1, 1), fc1::forward);
            torch.silu_(scale);
            scale = then(scale, fc2::forward);
            torch.sigmoid_(scale);
            return then(scale, s -> x.mul(s));
        }
    }
}
