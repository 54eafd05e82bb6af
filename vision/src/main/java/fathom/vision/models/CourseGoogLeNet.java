package fathom.vision.models;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Flatten;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.pool.AdaptiveAvgPool2d;
import fathom.nn.pool.MaxPool2d;
import fathom.train.recipe.HyperParameters;
import fathom.vision.recipe.FashionMnistRecipe;
import java.util.List;
import java.util.function.Consumer;

/**
 * GoogLeNet (Szegedy et al., 2014) in the course's version, without the auxiliary classifiers: {@code [N, 1, H, W]}
 * becomes {@code [N, 10]}; the course uses 96 x 96 pixels. 5,977,530 parameters.
 *
 * @see <a href="https://d2l.ai/chapter_convolutional-modern/googlenet.html">Dive into Deep Learning, Multi-Branch
 *     Networks (GoogLeNet)</a>
 */
public final class CourseGoogLeNet extends Sequential {
    /** For greyscale images and ten classes. */
    public CourseGoogLeNet() {
        this(o -> {});
    }

    /** With options: {@code new CourseGoogLeNet(o -> o.channels(3).classes(100))}. */
    public CourseGoogLeNet(Consumer<? super CourseOptions> options) {
        var o = new CourseOptions();
        options.accept(o);
        int c = o.width(64);
        add(new Sequential(new Conv2d(o.channels(), c, 7, k -> k.stride(2).padding(3)), new ReLU(), halving()));
        add(
                new Sequential(
                        new Conv2d(c, c, 1),
                        new ReLU(),
                        new Conv2d(c, o.width(192), 3, k -> k.padding(1)),
                        new ReLU(),
                        halving()));
        add(
                new Sequential(
                        inception(o, 192, 64, 96, 128, 16, 32, 32),
                        inception(o, 256, 128, 128, 192, 32, 96, 64),
                        halving()));
        add(
                new Sequential(
                        inception(o, 480, 192, 96, 208, 16, 48, 64),
                        inception(o, 512, 160, 112, 224, 24, 64, 64),
                        inception(o, 512, 128, 128, 256, 24, 64, 64),
                        inception(o, 512, 112, 144, 288, 32, 64, 64),
                        inception(o, 528, 256, 160, 320, 32, 128, 128),
                        halving()));
        add(
                new Sequential(
                        inception(o, 832, 256, 160, 320, 32, 128, 128),
                        inception(o, 832, 384, 192, 384, 48, 128, 128),
                        new AdaptiveAvgPool2d(1, 1),
                        new Flatten()));
        add(new Linear(o.width(1024), o.classes()));
        XavierUniform.initialise(this);
    }

    private static MaxPool2d halving() {
        return new MaxPool2d(3, p -> p.stride(2).padding(1));
    }

    private static Inception inception(CourseOptions o, int in, int c1, int c2a, int c2b, int c3a, int c3b, int c4) {
        return new Inception(
                o.width(in), o.width(c1), o.width(c2a), o.width(c2b), o.width(c3a), o.width(c3b), o.width(c4));
    }

    /**
     * An Inception block: four parallel branches whose channels are concatenated: {@code [N, in, H, W]} becomes {@code
     * [N, c1 + c2b + c3b + c4, H, W]}. Parameters are named as in the course: {@code p2_1} is the first layer of the
     * second branch.
     */
    private static final class Inception extends Layer {
        private final Conv2d p1_1;
        private final Conv2d p2_1;
        private final Conv2d p2_2;
        private final Conv2d p3_1;
        private final Conv2d p3_2;
        private final MaxPool2d p4_1;
        private final Conv2d p4_2;

        Inception(int in, int c1, int c2a, int c2b, int c3a, int c3b, int c4) {
            p1_1 = new Conv2d(in, c1, 1);
            p2_1 = new Conv2d(in, c2a, 1);
            p2_2 = new Conv2d(c2a, c2b, 3, c -> c.padding(1));
            p3_1 = new Conv2d(in, c3a, 1);
            p3_2 = new Conv2d(c3a, c3b, 5, c -> c.padding(2));
            p4_1 = new MaxPool2d(3, p -> p.stride(1).padding(1));
            p4_2 = new Conv2d(in, c4, 1);
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor p1 = p1_1.forward(x).relu();
            Tensor p2 = p2_2.forward(p2_1.forward(x).relu()).relu();
            Tensor p3 = p3_2.forward(p3_1.forward(x).relu()).relu();
            Tensor p4 = p4_2.forward(p4_1.forward(x)).relu();
            return Tensors.cat(List.of(p1, p2, p3, p4), 1);
        }
    }

    @Override
    protected String reprName() {
        return "Sequential";
    }

    /** The course's training of this network, section 7.4. */
    public static final class Recipe extends FashionMnistRecipe {
        /** For {@code fathom train course-googlenet}. */
        public Recipe() {
            super(
                    "course-googlenet",
                    "GoogLeNet",
                    "7.4",
                    HyperParameters.of("sgd", 0.1).withBatchSize(128),
                    CourseGoogLeNet::new,
                    96);
        }
    }
}
