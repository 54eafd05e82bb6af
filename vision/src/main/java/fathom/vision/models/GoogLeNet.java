package fathom.vision.models;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Dropout;
import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.conv.Conv2d;
import fathom.nn.pool.AdaptiveAvgPool2d;
import fathom.nn.pool.MaxPool2d;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * GoogLeNet (Szegedy et al., 2015) in torchvision's layout, with batch norm. {@code [N, 3, 224, 224]} becomes {@code
 * [N, 1000]}; images of at least 15 x 15 pixels. 6,624,904 parameters and 1.498 billion multiply-adds per image; with
 * the two auxiliary classifiers, which only {@link #forwardWithAuxiliary} computes, and only in training, 13,004,888
 * parameters.
 *
 * <p>The course's network is {@link CourseGoogLeNet}.
 */
public final class GoogLeNet extends ImageClassifier<GoogLeNet> implements AuxiliaryClassifiers {
    private final boolean transformInput;

    private final BasicConv2d conv1;
    private final MaxPool2d maxpool1 = pool(3);
    private final BasicConv2d conv2 = new BasicConv2d(64, 64, 1);
    private final BasicConv2d conv3 = new BasicConv2d(64, 192, 3, c -> c.padding(1));
    private final MaxPool2d maxpool2 = pool(3);

    private final Inception inception3a = new Inception(192, 64, 96, 128, 16, 32, 32);
    private final Inception inception3b = new Inception(256, 128, 128, 192, 32, 96, 64);
    private final MaxPool2d maxpool3 = pool(3);

    private final Inception inception4a = new Inception(480, 192, 96, 208, 16, 48, 64);
    private final Inception inception4b = new Inception(512, 160, 112, 224, 24, 64, 64);
    private final Inception inception4c = new Inception(512, 128, 128, 256, 24, 64, 64);
    private final Inception inception4d = new Inception(512, 112, 144, 288, 32, 64, 64);
    private final Inception inception4e = new Inception(528, 256, 160, 320, 32, 128, 128);
    private final MaxPool2d maxpool4 = pool(2);

    private final Inception inception5a = new Inception(832, 256, 160, 320, 32, 128, 128);
    private final Inception inception5b = new Inception(832, 384, 192, 384, 48, 128, 128);

    private final @Nullable InceptionAux aux1;
    private final @Nullable InceptionAux aux2;

    private final AdaptiveAvgPool2d avgpool = new AdaptiveAvgPool2d(1, 1);
    private final Dropout dropout;

    /** The head, from {@code [N, 1024]} to logits; may be replaced. */
    public Layer fc;

    private GoogLeNet(Options o) {
        super("fc", "aux1.fc2", "aux2.fc2");
        transformInput = o.transformInput;
        if (transformInput) {
            InputTransform.check(o.channels());
        }
        conv1 = new BasicConv2d(o.channels(), 64, 7, c -> c.stride(2).padding(3));
        aux1 = o.auxLogits ? new InceptionAux(512, o.classes(), o.dropoutAux) : null;
        aux2 = o.auxLogits ? new InceptionAux(528, o.classes(), o.dropoutAux) : null;
        dropout = new Dropout(o.dropout());
        fc = new Linear(1024, o.classes());
        apply(block -> {
            if (block instanceof Conv2d c) {
                Init.normal_(c.weight, 0, 0.01);
            } else if (block instanceof Linear l) {
                Init.normal_(l.weight, 0, 0.01);
            }
        });
    }

    private static MaxPool2d pool(int kernel) {
        return new MaxPool2d(kernel, p -> p.stride(2).ceilMode(true));
    }

    /**
     * Four branches side by side: {@code [N, in, H, W]} becomes {@code [N, c1 + c3 + c5 + pool, H, W]}. The third has 3
     * x 3 kernels, as in the TensorFlow network that torchvision's weights come from, not 5 x 5 as in the paper.
     */
    private static final class Inception extends Layer {
        private final BasicConv2d branch1;
        private final Sequential branch2;
        private final Sequential branch3;
        private final Sequential branch4;

        Inception(int in, int c1, int reduced3, int c3, int reduced5, int c5, int pool) {
            branch1 = new BasicConv2d(in, c1, 1);
            branch2 =
                    new Sequential(
                            new BasicConv2d(in, reduced3, 1), new BasicConv2d(reduced3, c3, 3, c -> c.padding(1)));
            branch3 =
                    new Sequential(
                            new BasicConv2d(in, reduced5, 1), new BasicConv2d(reduced5, c5, 3, c -> c.padding(1)));
            branch4 =
                    new Sequential(
                            new MaxPool2d(3, p -> p.stride(1).padding(1).ceilMode(true)), new BasicConv2d(in, pool, 1));
        }

        @Override
        public Tensor forward(Tensor x) {
            return Tensors.cat(List.of(branch1.call(x), branch2.call(x), branch3.call(x), branch4.call(x)), 1);
        }
    }

    /** An auxiliary classifier: {@code [N, in, H, W]} becomes {@code [N, classes]}. */
    private static final class InceptionAux extends Layer {
        private final BasicConv2d conv;
        private final Linear fc1 = new Linear(2048, 1024);
        private Layer fc2;
        private final Dropout dropout;

        InceptionAux(int in, int classes, double dropout) {
            conv = new BasicConv2d(in, 128, 1);
            fc2 = new Linear(1024, classes);
            this.dropout = new Dropout(dropout);
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor y = conv.call(Tensors.adaptiveAvgPool2d(x, 4, 4)).flatten(1);
            return fc2.call(dropout.call(fc1.call(y).relu()));
        }
    }

    /** Options of GoogLeNet; torchvision's defaults, for ImageNet. */
    public static final class Options extends ClassifierOptions<Options> {
        private boolean auxLogits = true;
        private boolean transformInput;
        private double dropoutAux = 0.7;

        private Options() {
            super(0.2);
        }

        /** Whether there are auxiliary classifiers; true unless set. */
        public Options auxLogits(boolean auxLogits) {
            this.auxLogits = auxLogits;
            return this;
        }

        /**
         * Whether images normalised by ImageNet's statistics are rescaled to -1 to 1, which torchvision's weights need;
         * false unless set.
         */
        public Options transformInput(boolean transformInput) {
            this.transformInput = transformInput;
            return this;
        }

        /** The dropout probability of the auxiliary classifiers; 0.7 unless set. */
        public Options dropoutAux(double dropoutAux) {
            this.dropoutAux = dropoutAux;
            return this;
        }
    }

    /** {@return the logits; auxiliary classifiers are left out in training too} */
    @Override
    public Tensor forward(Tensor x) {
        return run(x, false).logits();
    }

    @Override
    public AuxiliaryOutputs forwardWithAuxiliary(Tensor x) {
        return run(x, isTraining());
    }

    private AuxiliaryOutputs run(Tensor x, boolean auxiliary) {
        Tensor y = conv1.call(transformInput ? InputTransform.apply(x) : x);
        y = maxpool2.call(conv3.call(conv2.call(maxpool1.call(y))));
        y = maxpool3.call(inception3b.call(inception3a.call(y)));
        y = inception4a.call(y);
        Tensor first = auxiliary && aux1 != null ? aux1.call(y) : null;
        y = inception4d.call(inception4c.call(inception4b.call(y)));
        Tensor second = auxiliary && aux2 != null ? aux2.call(y) : null;
        y = maxpool4.call(inception4e.call(y));
        y = inception5b.call(inception5a.call(y));
        y = fc.call(dropout.call(avgpool.call(y).flatten(1)));
        return new AuxiliaryOutputs(y, first == null || second == null ? List.of() : List.of(first, second));
    }

    /** {@return GoogLeNet, newly initialised} */
    public static GoogLeNet googlenet() {
        return googlenet(o -> {});
    }

    /** {@return GoogLeNet, with options} */
    public static GoogLeNet googlenet(Consumer<? super Options> options) {
        var o = new Options();
        options.accept(o);
        return new GoogLeNet(o);
    }
}
