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
import java.util.function.Consumer;

/**
 * AlexNet (Krizhevsky, Sutskever and Hinton, 2012) in the course's version, on one device and for greyscale images of
 * 224 x 224 pixels: {@code [N, 1, 224, 224]} becomes {@code [N, 10]}. 46,764,746 parameters.
 *
 * @see <a href="https://d2l.ai/chapter_convolutional-modern/alexnet.html">Dive into Deep Learning, Deep Convolutional
 *     Neural Networks (AlexNet)</a>
 */
public final class CourseAlexNet extends Sequential {
    /** For greyscale images and ten classes. */
    public CourseAlexNet() {
        this(o -> {});
    }

    /** With options: {@code new CourseAlexNet(o -> o.channels(3).classes(100))}. */
    public CourseAlexNet(Consumer<? super CourseOptions> options) {
        var o = new CourseOptions();
        options.accept(o);
        int c1 = o.width(96);
        int c2 = o.width(256);
        int c3 = o.width(384);
        add(new Conv2d(o.channels(), c1, 11, c -> c.stride(4).padding(1)));
        add(new ReLU());
        add(new MaxPool2d(3, p -> p.stride(2)));
        add(new Conv2d(c1, c2, 5, c -> c.padding(2)));
        add(new ReLU());
        add(new MaxPool2d(3, p -> p.stride(2)));
        add(new Conv2d(c2, c3, 3, c -> c.padding(1)));
        add(new ReLU());
        add(new Conv2d(c3, c3, 3, c -> c.padding(1)));
        add(new ReLU());
        add(new Conv2d(c3, c2, 3, c -> c.padding(1)));
        add(new ReLU());
        add(new MaxPool2d(3, p -> p.stride(2)));
        add(new Flatten());
        add(new Linear(c2 * 5 * 5, o.hidden()));
        add(new ReLU());
        add(new Dropout(o.dropout()));
        add(new Linear(o.hidden(), o.hidden()));
        add(new ReLU());
        add(new Dropout(o.dropout()));
        add(new Linear(o.hidden(), o.classes()));
        XavierUniform.initialise(this);
    }

    @Override
    protected String reprName() {
        return "Sequential";
    }

    /** The course's training of this network, section 7.1. */
    public static final class Recipe extends FashionMnistRecipe {
        /** For {@code fathom train course-alexnet}. */
        public Recipe() {
            super(
                    "course-alexnet",
                    "AlexNet",
                    "7.1",
                    HyperParameters.of("sgd", 0.01).withBatchSize(128),
                    CourseAlexNet::new,
                    224);
        }
    }
}
