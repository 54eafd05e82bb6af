package fathom.vision.models;

import fathom.Tensor;
import fathom.nn.Dropout;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.pool.AdaptiveAvgPool2d;
import fathom.nn.pool.MaxPool2d;
import java.util.function.Consumer;

/**
 * AlexNet in torchvision's version: that of Krizhevsky's "One weird trick for parallelizing convolutional neural
 * networks" (2014), with fewer channels than the network of 2012. {@code [N, 3, 224, 224]} becomes {@code [N, 1000]};
 * images of at least 63 x 63 pixels. 61,100,840 parameters, 0.714 billion multiply-adds per image.
 *
 * <p>The course's network is {@link CourseAlexNet}.
 */
public final class AlexNet extends ImageClassifier<AlexNet> {
    /** The convolutions: {@code [N, 3, H, W]} to {@code [N, 256, h, w]}. */
    public final Sequential features;

    private final AdaptiveAvgPool2d avgpool = new AdaptiveAvgPool2d(6, 6);

    /** The head: {@code [N, 256 * 6 * 6]} to logits. */
    public final Sequential classifier;

    private AlexNet(Options o) {
        super("classifier");
        features =
                new Sequential(
                        new Conv2d(o.channels(), 64, 11, c -> c.stride(4).padding(2)),
                        new ReLU(),
                        new MaxPool2d(3, p -> p.stride(2)),
                        new Conv2d(64, 192, 5, c -> c.padding(2)),
                        new ReLU(),
                        new MaxPool2d(3, p -> p.stride(2)),
                        new Conv2d(192, 384, 3, c -> c.padding(1)),
                        new ReLU(),
                        new Conv2d(384, 256, 3, c -> c.padding(1)),
                        new ReLU(),
                        new Conv2d(256, 256, 3, c -> c.padding(1)),
                        new ReLU(),
                        new MaxPool2d(3, p -> p.stride(2)));
        classifier =
                new Sequential(
                        new Dropout(o.dropout()),
                        new Linear(256 * 6 * 6, o.hidden),
                        new ReLU(),
                        new Dropout(o.dropout()),
                        new Linear(o.hidden, o.hidden),
                        new ReLU(),
                        new Linear(o.hidden, o.classes()));
    }

    /** Options of AlexNet; torchvision's defaults, for ImageNet. */
    public static final class Options extends ClassifierOptions<Options> {
        private int hidden = 4096;

        private Options() {
            super(0.5);
        }

        /** The units of each of the two hidden linear layers; 4096 unless set. */
        public Options hidden(int hidden) {
            this.hidden = positive("hidden", hidden);
            return this;
        }
    }

    @Override
    public Tensor forward(Tensor x) {
        return classifier.call(avgpool.call(features.call(x)).flatten(1));
    }

    /** {@return AlexNet, newly initialised} */
    public static AlexNet alexnet() {
        return alexnet(o -> {});
    }

    /** {@return AlexNet, with options} */
    public static AlexNet alexnet(Consumer<? super Options> options) {
        var o = new Options();
        options.accept(o);
        return new AlexNet(o);
    }
}
