package fathom.vision.models;

import fathom.Tensor;
import fathom.nn.Flatten;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.pool.AdaptiveAvgPool2d;
import fathom.nn.pool.MaxPool2d;
import fathom.train.recipe.HyperParameters;
import fathom.vision.recipe.FashionMnistRecipe;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * ResNet-18 (He, Zhang, Ren and Sun, 2015) in the course's version: convolutions have biases, and where shapes change
 * the shortcut is a 1 x 1 convolution without batch norm. {@code [N, 1, H, W]} becomes {@code [N, 10]}; the course uses
 * 96 x 96 pixels. 11,178,378 parameters. For torchvision's weights see {@link ResNet}.
 *
 * @see <a href="https://d2l.ai/chapter_convolutional-modern/resnet.html">Dive into Deep Learning, Residual Networks
 *     (ResNet)</a>
 */
public final class CourseResNet18 extends Sequential {
    /** For greyscale images and ten classes. */
    public CourseResNet18() {
        this(o -> {});
    }

    /** With options: {@code new CourseResNet18(o -> o.channels(3).classes(100))}. */
    public CourseResNet18(Consumer<? super CourseOptions> options) {
        var o = new CourseOptions();
        options.accept(o);
        int c = o.width(64);
        add(
                new Sequential(
                        new Conv2d(o.channels(), c, 7, k -> k.stride(2).padding(3)),
                        new BatchNorm2d(c),
                        new ReLU(),
                        new MaxPool2d(3, p -> p.stride(2).padding(1))));
        add(new Sequential(new Residual(c, c, 1), new Residual(c, c, 1)));
        add(new Sequential(new Residual(c, 2 * c, 2), new Residual(2 * c, 2 * c, 1)));
        add(new Sequential(new Residual(2 * c, 4 * c, 2), new Residual(4 * c, 4 * c, 1)));
        add(new Sequential(new Residual(4 * c, 8 * c, 2), new Residual(8 * c, 8 * c, 1)));
        add(new AdaptiveAvgPool2d(1, 1));
        add(new Flatten());
        add(new Linear(8 * c, o.classes()));
        XavierUniform.initialise(this);
    }

    /** A residual block of two convolutions: {@code [N, in, H, W]} becomes {@code [N, out, H/stride, W/stride]}. */
    private static final class Residual extends Layer {
        private final Conv2d conv1;
        private final Conv2d conv2;

        /** The shortcut's convolution, where the shape changes. */
        private final @Nullable Conv2d conv3;

        private final BatchNorm2d bn1;
        private final BatchNorm2d bn2;

        Residual(int in, int out, int stride) {
            conv1 = new Conv2d(in, out, 3, c -> c.padding(1).stride(stride));
            conv2 = new Conv2d(out, out, 3, c -> c.padding(1));
            conv3 = in == out ? null : new Conv2d(in, out, 1, c -> c.stride(stride));
            bn1 = new BatchNorm2d(out);
            bn2 = new BatchNorm2d(out);
        }

        @Override
        public Tensor forward(Tensor x) {
            Tensor y = bn1.forward(conv1.forward(x)).relu();
            y = bn2.forward(conv2.forward(y));
            return y.add(conv3 == null ? x : conv3.forward(x)).relu();
        }
    }

    @Override
    protected String reprName() {
        return "Sequential";
    }

    /** The course's training of this network, section 7.6. */
    public static final class Recipe extends FashionMnistRecipe {
        /** For {@code fathom train course-resnet18}. */
        public Recipe() {
            super("course-resnet18", "ResNet-18", "7.6", HyperParameters.of("sgd", 0.05), CourseResNet18::new, 96);
        }
    }
}
