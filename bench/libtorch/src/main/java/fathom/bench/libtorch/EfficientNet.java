package fathom.bench.libtorch;

import fathom.bench.libtorch.ConvNorm.Activation;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Conv2dImpl;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** torchvision's EfficientNet-B0, for inference: without dropout and stochastic depth. */
final class EfficientNet extends Net {
    /** Expansion, kernel, stride, channels and blocks of each stage. */
    private static final int[][] STAGES = {
        {1, 3, 1, 16, 1},
        {6, 3, 2, 24, 2},
        {6, 5, 2, 40, 2},
        {6, 3, 2, 80, 3},
        {6, 5, 1, 112, 3},
        {6, 5, 2, 192, 4},
        {6, 3, 1, 320, 1}
    };

    private final List<Net> features = new ArrayList<>();
    private final LinearImpl classifier;

    EfficientNet(int classes) {
        features.add(new ConvNorm(3, 32, 3, 2, 1, Activation.SILU));
        int in = 32;
        for (int[] s : STAGES) {
            for (int i = 0; i < s[4]; i++) {
                features.add(new Bottleneck(in, s[3], s[1], i == 0 ? s[2] : 1, s[0]));
                in = s[3];
            }
        }
        features.add(new ConvNorm(in, 4 * in, 1, 1, 1, Activation.SILU));
        features.forEach(this::add);
        classifier = add(new LinearImpl(4L * in, classes));
    }

    @Override
    Tensor forward(Tensor x) {
        return then(pooled(sequence(x, features)), classifier::forward);
    }

    /** An inverted bottleneck with squeeze and excitation. */
    private static final class Bottleneck extends Net {
        private final List<Net> branch = new ArrayList<>();
        private final boolean isResidual;

        Bottleneck(int in, int out, int kernel, int stride, int expansion) {
            int inside = in * expansion;
            if (expansion > 1) {
                branch.add(new ConvNorm(in, inside, 1, 1, 1, Activation.SILU));
            }
            branch.add(new ConvNorm(inside, inside, kernel, stride, inside, Activation.SILU));
            branch.add(new SqueezeExcitation(inside, in / 4));
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
