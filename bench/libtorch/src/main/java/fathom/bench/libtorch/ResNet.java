package fathom.bench.libtorch;

import fathom.bench.libtorch.ConvNorm.Activation;
import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** torchvision's ResNet-50, and the body of its ResNet-18. */
final class ResNet extends Net {
    private final ConvNorm first = add(new ConvNorm(3, 64, 7, 2, 1, Activation.RELU));
    private final List<Residual> blocks = new ArrayList<>();
    private final @Nullable LinearImpl fc;

    private ResNet(int[] depths, int expansion, int classes) {
        int in = 64;
        for (int stage = 0; stage < depths.length; stage++) {
            int inside = 64 << stage;
            for (int i = 0; i < depths[stage]; i++) {
                blocks.add(add(new Residual(in, inside, expansion, i == 0 && stage > 0 ? 2 : 1)));
                in = inside * expansion;
            }
        }
        fc = classes == 0 ? null : add(new LinearImpl(in, classes));
    }

    static ResNet resnet50(int classes) {
        return new ResNet(new int[] {3, 4, 6, 3}, 4, classes);
    }

    /** {@return ResNet-18 without pooling and classifier: [N, 512, H / 32, W / 32]} */
    static ResNet resnet18Body() {
        return new ResNet(new int[] {2, 2, 2, 2}, 1, 0);
    }

    @Override
    Tensor forward(Tensor x) {
        long[] three = {3, 3};
        long[] two = {2, 2};
        long[] one = {1, 1};
        Tensor y = then(first.forward(x), z -> torch.max_pool2d(z, three, two, one, one, false));
        y = then(y, z -> sequence(z, blocks));
        return fc == null ? y : then(pooled(y), fc::forward);
    }

    /** A block of two 3 x 3 convolutions, or, with an expansion, a bottleneck of three. */
    private static final class Residual extends Net {
        private final List<ConvNorm> branch;
        private final @Nullable ConvNorm shortcut;

        Residual(int in, int inside, int expansion, int stride) {
            int out = inside * expansion;
            branch =
                    expansion == 1
                            ? List.of(
                                    new ConvNorm(in, inside, 3, stride, 1, Activation.RELU),
                                    new ConvNorm(inside, out, 3, 1, 1, Activation.NONE))
                            : List.of(
                                    new ConvNorm(in, inside, 1, 1, 1, Activation.RELU),
                                    new ConvNorm(inside, inside, 3, stride, 1, Activation.RELU),
                                    new ConvNorm(inside, out, 1, 1, 1, Activation.NONE));
            branch.forEach(this::add);
            shortcut = in == out && stride == 1 ? null : add(new ConvNorm(in, out, 1, stride, 1, Activation.NONE));
        }

        @Override
        Tensor forward(Tensor x) {
            Tensor y = sequence(x, branch);
            if (shortcut == null) {
                y.add_(x);
            } else {
                plus(y, shortcut.forward(x));
            }
            torch.relu_(y);
            return y;
        }
    }
}
