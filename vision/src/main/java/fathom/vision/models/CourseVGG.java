package fathom.vision.models;

import fathom.nn.Dropout;
import fathom.nn.Flatten;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.pool.MaxPool2d;
import fathom.train.recipe.HyperParameters;
import fathom.vision.recipe.FashionMnistRecipe;
import java.util.List;
import java.util.function.Consumer;

/**
 * VGG (Simonyan and Zisserman, 2014) in the course's version: blocks of convolutions that each halve the resolution,
 * then three linear layers. For greyscale images of 224 x 224 pixels: {@code [N, 1, 224, 224]} becomes {@code [N, 10]}.
 *
 * <p>{@link #CourseVGG()} is the full VGG-11: 128,806,154 parameters and 7.5 billion multiply-adds per image. The
 * course trains {@link #small()}, with a quarter of the channels: 43,093,322 parameters and 0.51 billion multiply-adds.
 * Benchmarks of "the course's VGG-11" mean this one: a training step, three times the cost of a forward pass, is 3
 * GFLOP per image, but 45 for the full network, of which no processor with two cores does 26 in a second.
 *
 * @see <a href="https://d2l.ai/chapter_convolutional-modern/vgg.html">Dive into Deep Learning, Networks Using Blocks
 *     (VGG)</a>
 */
public final class CourseVGG extends Sequential {
    /**
     * A block of VGG.
     *
     * @param convolutions the number of 3 x 3 convolutions, each followed by a ReLU
     * @param channels the number of output channels of each
     */
    public record ConvBlock(int convolutions, int channels) {}

    /** VGG-11's eight convolutions in five blocks; with three linear layers that makes eleven. */
    public static final List<ConvBlock> VGG11 =
            List.of(
                    new ConvBlock(1, 64),
                    new ConvBlock(1, 128),
                    new ConvBlock(2, 256),
                    new ConvBlock(2, 512),
                    new ConvBlock(2, 512));

    /** VGG-11 for greyscale images and ten classes. */
    public CourseVGG() {
        this(VGG11, o -> {});
    }

    /** VGG-11 with options: {@code new CourseVGG(o -> o.channels(3))}. */
    public CourseVGG(Consumer<? super CourseOptions> options) {
        this(VGG11, options);
    }

    /**
     * A VGG with the given blocks.
     *
     * @param convArch the blocks; five for images of 224 x 224 pixels, since their output must be 7 x 7
     */
    public CourseVGG(List<ConvBlock> convArch, Consumer<? super CourseOptions> options) {
        var o = new CourseOptions();
        options.accept(o);
        int channels = o.channels();
        for (ConvBlock b : convArch) {
            int width = o.width(b.channels);
            add(block(b.convolutions, channels, width));
            channels = width;
        }
        add(new Flatten());
        add(new Linear(channels * 7 * 7, o.hidden()));
        add(new ReLU());
        add(new Dropout(o.dropout()));
        add(new Linear(o.hidden(), o.hidden()));
        add(new ReLU());
        add(new Dropout(o.dropout()));
        add(new Linear(o.hidden(), o.classes()));
        XavierUniform.initialise(this);
    }

    /** {@return VGG-11 with a quarter of the channels, which the course trains} */
    public static CourseVGG small() {
        return new CourseVGG(VGG11, o -> o.ratio(4));
    }

    /** {@code [N, in, H, W]} becomes {@code [N, out, H/2, W/2]}. */
    private static Sequential block(int convolutions, int in, int out) {
        var block = new Sequential();
        for (int i = 0; i < convolutions; i++) {
            block.add(new Conv2d(i == 0 ? in : out, out, 3, c -> c.padding(1)));
            block.add(new ReLU());
        }
        block.add(new MaxPool2d(2, p -> p.stride(2)));
        return block;
    }

    @Override
    protected String reprName() {
        return "Sequential";
    }

    /** The course's training of this network, section 7.2. */
    public static final class Recipe extends FashionMnistRecipe {
        /** For {@code fathom train course-vgg11}. */
        public Recipe() {
            super(
                    "course-vgg11",
                    "VGG-11 with a quarter of the channels",
                    "7.2",
                    HyperParameters.of("sgd", 0.05).withBatchSize(128),
                    CourseVGG::small,
                    224);
        }
    }

    /** The training of the whole VGG-11. */
    public static final class FullRecipe extends FashionMnistRecipe {
        /** For {@code fathom train course-vgg11-full}. */
        public FullRecipe() {
            super(
                    "course-vgg11-full",
                    "VGG-11",
                    "7.2",
                    HyperParameters.of("sgd", 0.05).withBatchSize(128),
                    CourseVGG::new,
                    224);
        }
    }
}
