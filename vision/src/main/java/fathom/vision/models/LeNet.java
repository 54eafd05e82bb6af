package fathom.vision.models;

import fathom.nn.Flatten;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.Sigmoid;
import fathom.nn.conv.Conv2d;
import fathom.nn.pool.AvgPool2d;
import fathom.train.recipe.HyperParameters;
import fathom.vision.recipe.FashionMnistRecipe;

/**
 * LeNet-5 (LeCun et al., 1998) in the course's version: sigmoids, average pooling, a plain linear output; for images of
 * 28 x 28 pixels: {@code [N, 1, 28, 28]} becomes {@code [N, 10]}. 61,706 parameters.
 *
 * @see <a href="https://d2l.ai/chapter_convolutional-neural-networks/lenet.html">Dive into Deep Learning, Convolutional
 *     Neural Networks (LeNet)</a>
 */
public final class LeNet extends Sequential {
    /** For ten classes. */
    public LeNet() {
        this(10);
    }

    /** For {@code classes} classes. */
    public LeNet(int classes) {
        super(
                new Conv2d(1, 6, 5, c -> c.padding(2)),
                new Sigmoid(),
                new AvgPool2d(2),
                new Conv2d(6, 16, 5),
                new Sigmoid(),
                new AvgPool2d(2),
                new Flatten(),
                new Linear(16 * 5 * 5, 120),
                new Sigmoid(),
                new Linear(120, 84),
                new Sigmoid(),
                new Linear(84, classes));
        XavierUniform.initialise(this);
    }

    @Override
    protected String reprName() {
        return "Sequential";
    }

    /** The course's training of this network, section 6.6. */
    public static final class Recipe extends FashionMnistRecipe {
        /** For {@code fathom train lenet}. */
        public Recipe() {
            super(
                    "lenet",
                    "LeNet: convolutions, sigmoid, average pooling",
                    "6.6",
                    HyperParameters.of("sgd", 0.9),
                    LeNet::new,
                    28);
        }
    }
}
