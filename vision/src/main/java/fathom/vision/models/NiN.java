package fathom.vision.models;

import fathom.nn.Dropout;
import fathom.nn.Flatten;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.conv.ConvLayerOptions;
import fathom.nn.pool.AdaptiveAvgPool2d;
import fathom.nn.pool.MaxPool2d;
import fathom.train.recipe.HyperParameters;
import fathom.vision.recipe.FashionMnistRecipe;
import java.util.function.Consumer;

/**
 * Network in Network (Lin, Chen and Yan, 2013) in the course's version: 1 x 1 convolutions after each convolution, and
 * global average pooling per class in place of linear layers. {@code [N, 1, 224, 224]} becomes {@code [N, 10]}.
 * 1,992,166 parameters.
 *
 * @see <a href="https://d2l.ai/chapter_convolutional-modern/nin.html">Dive into Deep Learning, Network in Network
 *     (NiN)</a>
 */
public final class NiN extends Sequential {
    /** For greyscale images and ten classes. */
    public NiN() {
        this(o -> {});
    }

    /** With options: {@code new NiN(o -> o.channels(3).classes(100))}. */
    public NiN(Consumer<? super CourseOptions> options) {
        var o = new CourseOptions();
        options.accept(o);
        int c1 = o.width(96);
        int c2 = o.width(256);
        int c3 = o.width(384);
        add(block(o.channels(), c1, 11, c -> c.stride(4)));
        add(new MaxPool2d(3, p -> p.stride(2)));
        add(block(c1, c2, 5, c -> c.padding(2)));
        add(new MaxPool2d(3, p -> p.stride(2)));
        add(block(c2, c3, 3, c -> c.padding(1)));
        add(new MaxPool2d(3, p -> p.stride(2)));
        add(new Dropout(o.dropout()));
        add(block(c3, o.classes(), 3, c -> c.padding(1)));
        add(new AdaptiveAvgPool2d(1, 1));
        add(new Flatten());
        XavierUniform.initialise(this);
    }

    private static Sequential block(int in, int out, int kernel, Consumer<ConvLayerOptions> options) {
        return new Sequential(
                new Conv2d(in, out, kernel, options),
                new ReLU(),
                new Conv2d(out, out, 1),
                new ReLU(),
                new Conv2d(out, out, 1),
                new ReLU());
    }

    @Override
    protected String reprName() {
        return "Sequential";
    }

    /** The course's training of this network, section 7.3. */
    public static final class Recipe extends FashionMnistRecipe {
        /** For {@code fathom train nin}. */
        public Recipe() {
            super("nin", "Network in Network", "7.3", HyperParameters.of("sgd", 0.1).withBatchSize(128), NiN::new, 224);
        }
    }
}
