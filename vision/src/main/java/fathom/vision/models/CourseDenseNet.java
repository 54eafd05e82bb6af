package fathom.vision.models;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Flatten;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.pool.AdaptiveAvgPool2d;
import fathom.nn.pool.AvgPool2d;
import fathom.nn.pool.MaxPool2d;
import fathom.train.recipe.HyperParameters;
import fathom.vision.recipe.FashionMnistRecipe;
import java.util.List;
import java.util.function.Consumer;

/**
 * A densely connected network (Huang, Liu, van der Maaten and Weinberger, 2016) in the course's version: four blocks of
 * four convolutions, each of which takes the concatenated outputs of all previous ones in its block. {@code [N, 1, H,
 * W]} becomes {@code [N, 10]}; the course uses 96 x 96 pixels. 758,226 parameters.
 *
 * @see <a href="https://d2l.ai/chapter_convolutional-modern/densenet.html">Dive into Deep Learning, Densely Connected
 *     Networks (DenseNet)</a>
 */
public final class CourseDenseNet extends Sequential {
    private static final int BLOCKS = 4;
    private static final int CONVOLUTIONS = 4;

    /** For greyscale images and ten classes. */
    public CourseDenseNet() {
        this(o -> {});
    }

    /** With options: {@code new CourseDenseNet(o -> o.channels(3).classes(100))}. */
    public CourseDenseNet(Consumer<? super CourseOptions> options) {
        var o = new CourseOptions();
        options.accept(o);
        int channels = o.width(64);
        int growth = o.width(32);
        add(
                new Sequential(
                        new Conv2d(o.channels(), channels, 7, c -> c.stride(2).padding(3)),
                        new BatchNorm2d(channels),
                        new ReLU(),
                        new MaxPool2d(3, p -> p.stride(2).padding(1))));
        for (int i = 0; i < BLOCKS; i++) {
            add(new DenseBlock(CONVOLUTIONS, channels, growth));
            channels += CONVOLUTIONS * growth;
            if (i < BLOCKS - 1) {
                add(transition(channels, channels / 2));
                channels /= 2;
            }
        }
        add(new BatchNorm2d(channels));
        add(new ReLU());
        add(new AdaptiveAvgPool2d(1, 1));
        add(new Flatten());
        add(new Linear(channels, o.classes()));
        XavierUniform.initialise(this);
    }

    /** {@code [N, in, H, W]} becomes {@code [N, out, H/2, W/2]}. */
    private static Sequential transition(int in, int out) {
        return new Sequential(new BatchNorm2d(in), new ReLU(), new Conv2d(in, out, 1), new AvgPool2d(2));
    }

    /** {@code [N, in, H, W]} becomes {@code [N, in + convolutions * growth, H, W]}. */
    private static final class DenseBlock extends Layer {
        private final Sequential net = new Sequential();

        DenseBlock(int convolutions, int in, int growth) {
            for (int i = 0; i < convolutions; i++) {
                int channels = in + i * growth;
                net.add(
                        new Sequential(
                                new BatchNorm2d(channels),
                                new ReLU(),
                                new Conv2d(channels, growth, 3, c -> c.padding(1))));
            }
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor all = x;
            for (Layer layer : net) {
                all = Tensors.cat(List.of(all, layer.call(all)), 1);
            }
            return all;
        }
    }

    @Override
    protected String reprName() {
        return "Sequential";
    }

    /** The course's training of this network, section 7.7. */
    public static final class Recipe extends FashionMnistRecipe {
        /** For {@code fathom train course-densenet}. */
        public Recipe() {
            super("course-densenet", "DenseNet", "7.7", HyperParameters.of("sgd", 0.1), CourseDenseNet::new, 96);
        }
    }
}
