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
                features.add(new InvertedResidual(in, s[1], 3, i == 0 ? s[3] : 1, s[0], Activation.RELU6, false));
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
}
