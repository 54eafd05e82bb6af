package fathom.bench.libtorch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.BatchNorm2dImpl;
import org.bytedeco.pytorch.BatchNormOptions;
import org.bytedeco.pytorch.Conv2dImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The course's small single-shot detector: for each of the anchors logits of the classes, then offsets. */
final class TinySSD extends Net {
    private static final int ANCHORS = 4;

    private final List<Net> blocks = new ArrayList<>();
    private final List<Conv2dImpl> classes = new ArrayList<>();
    private final List<Conv2dImpl> offsets = new ArrayList<>();
    private final int logits;

    TinySSD(int logits) {
        this.logits = logits;
        blocks.add(new Downsampling(3, 16, 32, 64));
        blocks.add(new Downsampling(64, 128));
        blocks.add(new Downsampling(128, 128));
        blocks.add(new Downsampling(128, 128));
        blocks.forEach(this::add);
        for (int i = 0; i <= blocks.size(); i++) {
            int channels = i == 0 ? 64 : 128;
            classes.add(add(ConvNorm.convolution(channels, ANCHORS * logits, 3, 1, 1, true)));
            offsets.add(add(ConvNorm.convolution(channels, ANCHORS * 4, 3, 1, 1, true)));
        }
    }

    @Override
    Tensor forward(Tensor x) {
        var ofClasses = new TensorVector();
        var ofOffsets = new TensorVector();
        Tensor y = x;
        for (int i = 0; i < classes.size(); i++) {
            y = i < blocks.size() ? blocks.get(i).forward(y) : torch.adaptive_max_pool2d(y, 1, 1).get0();
            ofClasses.push_back(perAnchor(classes.get(i).forward(y), logits));
            ofOffsets.push_back(perAnchor(offsets.get(i).forward(y), 4));
        }
        return torch.cat(new TensorVector(torch.cat(ofClasses, 1), torch.cat(ofOffsets, 1)), 2);
    }

    private static Tensor perAnchor(Tensor x, int values) {
        return x.permute(0, 2, 3, 1).reshape(x.size(0), -1, values);
    }

    /** Pairs of convolutions with batch norm, each followed by half the resolution. */
    private static final class Downsampling extends Net {
        private final List<Conv2dImpl> convolutions = new ArrayList<>();
        private final List<BatchNorm2dImpl> norms = new ArrayList<>();

        Downsampling(int... channels) {
            for (int i = 1; i < channels.length; i++) {
                layer(channels[i - 1], channels[i]);
                layer(channels[i], channels[i]);
            }
        }

        private void layer(int in, int out) {
            convolutions.add(add(ConvNorm.convolution(in, out, 3, 1, 1, true)));
            norms.add(add(new BatchNorm2dImpl(new BatchNormOptions(out))));
        }

        @Override
        Tensor forward(Tensor x) {
            long[] two = {2, 2};
            long[] none = {0, 0};
            long[] one = {1, 1};
            Tensor y = x.alias();
            for (int i = 0; i < norms.size(); i++) {
                y = then(then(y, convolutions.get(i)::forward), norms.get(i)::forward);
                torch.relu_(y);
                if (i % 2 == 1) {
                    y = then(y, z -> torch.max_pool2d(z, two, two, none, one, false));
                }
            }
            return y;
        }
    }
}
