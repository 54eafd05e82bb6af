package fathom.bench.libtorch;

import fathom.bench.libtorch.ConvNorm.Activation;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Tensor;

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
                features.add(new InvertedResidual(in, s[3], s[1], i == 0 ? s[2] : 1, s[0], Activation.SILU, true));
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
}
