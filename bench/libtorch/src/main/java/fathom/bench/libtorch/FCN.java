package fathom.bench.libtorch;

import org.bytedeco.javacpp.LongPointer;
import org.bytedeco.pytorch.Conv2dImpl;
import org.bytedeco.pytorch.ConvTranspose2dImpl;
import org.bytedeco.pytorch.ConvTranspose2dOptions;
import org.bytedeco.pytorch.Tensor;

/** The course's fully convolutional network on the body of a ResNet-18. */
final class FCN extends Net {
    private static final int STRIDE = 32;

    private final ResNet body = add(ResNet.resnet18Body());
    private final Conv2dImpl scores;
    private final ConvTranspose2dImpl upsampling;

    FCN(int classes) {
        scores = add(ConvNorm.convolution(512, classes, 1, 1, 1, true));
        var options = new ConvTranspose2dOptions(classes, classes, new LongPointer(2L * STRIDE, 2L * STRIDE));
        options.stride().put(new long[] {STRIDE, STRIDE});
        options.padding().put(new long[] {STRIDE / 2, STRIDE / 2});
        upsampling = add(new ConvTranspose2dImpl(options));
    }

    @Override
    Tensor forward(Tensor x) {
        return then(then(body.forward(x), scores::forward), upsampling::forward);
    }
}
