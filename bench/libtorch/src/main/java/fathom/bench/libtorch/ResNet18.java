package fathom.bench.libtorch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.BatchNorm2dImpl;
import org.bytedeco.pytorch.BatchNormOptions;
import org.bytedeco.pytorch.Conv2dImpl;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** The course's ResNet-18, computed as in the course's program. */
final class ResNet18 {
    private final Conv2dImpl conv = Networks.convolution(1, 64, 7, 2, 3);
    private final BatchNorm2dImpl bn = norm(64);
    private final List<Residual> blocks = new ArrayList<>();
    private final LinearImpl linear = new LinearImpl(512, 10);

    ResNet18() {
        int in = 64;
        for (int out : new int[] {64, 128, 256, 512}) {
            blocks.add(new Residual(in, out, in == out ? 1 : 2));
            blocks.add(new Residual(out, out, 1));
            in = out;
        }
    }

    List<Module> modules() {
        var modules = new ArrayList<Module>(List.of(conv, bn, linear));
        blocks.forEach(b -> modules.addAll(b.modules()));
        return modules;
    }

    Tensor forward(Tensor x) {
        long[] three = {3, 3};
        long[] two = {2, 2};
        long[] one = {1, 1};
        Tensor y = torch.max_pool2d(torch.relu_(bn.forward(conv.forward(x))), three, two, one, one, false);
        for (Residual block : blocks) {
            y = block.forward(y);
        }
        return linear.forward(torch.adaptive_avg_pool2d(y, one).flatten(1, -1));
    }

    private static BatchNorm2dImpl norm(int channels) {
        return new BatchNorm2dImpl(new BatchNormOptions(channels));
    }

    /** A residual block of two convolutions. */
    private static final class Residual {
        private final Conv2dImpl conv1;
        private final Conv2dImpl conv2;
        private final @Nullable Conv2dImpl conv3;
        private final BatchNorm2dImpl bn1;
        private final BatchNorm2dImpl bn2;

        Residual(int in, int out, int stride) {
            conv1 = Networks.convolution(in, out, 3, stride, 1);
            conv2 = Networks.convolution(out, out, 3, 1, 1);
            conv3 = in == out ? null : Networks.convolution(in, out, 1, stride, 0);
            bn1 = norm(out);
            bn2 = norm(out);
        }

        List<Module> modules() {
            var modules = new ArrayList<Module>(List.of(conv1, conv2, bn1, bn2));
            if (conv3 != null) {
                modules.add(conv3);
            }
            return modules;
        }

        Tensor forward(Tensor x) {
            Tensor y = torch.relu_(bn1.forward(conv1.forward(x)));
            y = bn2.forward(conv2.forward(y));
            return torch.relu_(y.add_(conv3 == null ? x : conv3.forward(x)));
        }
    }
}
