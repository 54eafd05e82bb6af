package fathom.bench.libtorch;

import fathom.bench.libtorch.ConvNorm.Activation;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.DropoutImpl;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Tensor;

/** torchvision's MobileNetV2. */
final class MobileNetV2 extends Net {
    /** Expansion, channels, blocks and stride of each stage. */
    private static final int[][] STAGES = {
        {1, 16, 1, 1}, {6, 24, 2, 2}, {6, 32, 3, 2}, {6, 64, 4, 2}, {6, 96, 3, 1}, {6, 160, 3, 2}, {6, 320, 1, 1}
    };

    private final List<Net> features = new ArrayList<>();
    private final DropoutImpl dropout = add(new DropoutImpl(0.2));
    private final LinearImpl classifier;

    MobileNetV2(int classes) {
        features.add(new ConvNorm(3, 32, 3, 2, 1, Activation.RELU6));
        int in = 32;
        for (int[] s : STAGES) {
            for (int i = 0; i < s[2]; i++) {
                features.add(new InvertedResidual(in, s[1], i == 0 ? s[3] : 1, s[0]));
                in = s[1];
            }
        }
        features.add(new ConvNorm(in, 1280, 1, 1, 1, Activation.RELU6));
        features.forEach(this::add);
        classifier = add(new LinearImpl(1280, classes));
    }

    @Override
    Tensor forward(Tensor x) {
        return then(then(pooled(sequence(x, features)), dropout::forward), classifier::forward);
    }

    /** An inverted bottleneck with a depthwise convolution. */
    private static final class InvertedResidual extends Net {
        private final List<Net> branch = new ArrayList<>();
        private final boolean isResidual;

        InvertedResidual(int in, int out, int stride, int expansion) {
            int inside = in * expansion;
            if (expansion > 1) {
                branch.add(new ConvNorm(in, inside, 1, 1, 1, Activation.RELU6));
            }
            branch.add(new ConvNorm(inside, inside, 3, stride, inside, Activation.RELU6));
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
}
