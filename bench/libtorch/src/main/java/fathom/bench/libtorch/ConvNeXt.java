package fathom.bench.libtorch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Conv2dImpl;
import org.bytedeco.pytorch.LayerNormImpl;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;

/** torchvision's ConvNeXt-T, for inference: without stochastic depth. */
final class ConvNeXt extends Net {
    private static final double EPS = 1e-6;
    private static final int[] WIDTHS = {96, 192, 384, 768};
    private static final int[] DEPTHS = {3, 3, 9, 3};

    private final List<Net> features = new ArrayList<>();
    private final ChannelNorm norm;
    private final LinearImpl classifier;

    ConvNeXt(int classes) {
        features.add(new Convolution(3, WIDTHS[0], 4));
        features.add(new ChannelNorm(WIDTHS[0]));
        for (int i = 0; i < WIDTHS.length; i++) {
            for (int j = 0; j < DEPTHS[i]; j++) {
                features.add(new Block(WIDTHS[i]));
            }
            if (i + 1 < WIDTHS.length) {
                features.add(new ChannelNorm(WIDTHS[i]));
                features.add(new Convolution(WIDTHS[i], WIDTHS[i + 1], 2));
            }
        }
        features.forEach(this::add);
        norm = add(new ChannelNorm(WIDTHS[3]));
        classifier = add(new LinearImpl(WIDTHS[3], classes));
    }

    @Override
    Tensor forward(Tensor x) {
        Tensor y = then(sequence(x, features), z -> torch.adaptive_avg_pool2d(z, 1, 1));
        return then(then(then(y, norm::forward), z -> z.flatten(1, -1)), classifier::forward);
    }

    /** A convolution of adjacent patches. */
    private static final class Convolution extends Net {
        private final Conv2dImpl conv;

        Convolution(int in, int out, int patch) {
            conv = add(ConvNorm.convolution(in, out, patch, patch, 0, 1, true));
        }

        @Override
        Tensor forward(Tensor x) {
            return conv.forward(x);
        }
    }

    /** Layer norm over the channels of each pixel. */
    private static final class ChannelNorm extends Net {
        private final LayerNormImpl norm;

        ChannelNorm(int width) {
            norm = add(Perceptron.norm(width, EPS));
        }

        @Override
        Tensor forward(Tensor x) {
            return then(then(x.permute(0, 2, 3, 1), norm::forward), y -> y.permute(0, 3, 1, 2));
        }
    }

    /** A depthwise convolution and a feed-forward network of each pixel. */
    private static final class Block extends Net {
        private final Tensor layerScale;
        private final Conv2dImpl conv;
        private final LayerNormImpl norm;
        private final Perceptron mlp;

        Block(int width) {
            layerScale = parameter(torch.ones(width, 1, 1));
            conv = add(ConvNorm.convolution(width, width, 7, 1, width, true));
            norm = add(Perceptron.norm(width, EPS));
            mlp = add(new Perceptron(width, 4 * width));
        }

        @Override
        Tensor forward(Tensor x) {
            Tensor y = then(then(conv.forward(x), z -> z.permute(0, 2, 3, 1)), norm::forward);
            y = then(then(y, mlp::forward), z -> z.permute(0, 3, 1, 2));
            y = then(y, layerScale::mul);
            y.add_(x);
            return y;
        }
    }
}
