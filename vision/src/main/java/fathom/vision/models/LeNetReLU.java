package fathom.vision.models;

import fathom.nn.Flatten;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.pool.MaxPool2d;
import fathom.train.recipe.HyperParameters;
import fathom.vision.recipe.FashionMnistRecipe;

/** {@link LeNet} with rectified linear units and max pooling. {@code [N, 1, 28, 28]} becomes {@code [N, 10]}. */
public final class LeNetReLU extends Sequential {
    /** For ten classes. */
    public LeNetReLU() {
        this(10);
    }

    /** For {@code classes} classes. */
    public LeNetReLU(int classes) {
        super(
                new Conv2d(1, 6, 5, c -> c.padding(2)),
                new ReLU(),
                new MaxPool2d(2),
                new Conv2d(6, 16, 5),
                new ReLU(),
                new MaxPool2d(2),
                new Flatten(),
                new Linear(16 * 5 * 5, 120),
                new ReLU(),
                new Linear(120, 84),
                new ReLU(),
                new Linear(84, classes));
    }

    @Override
    protected String reprName() {
        return "Sequential";
    }

    /** How this network is trained. */
    public static final class Recipe extends FashionMnistRecipe {
        /** For {@code fathom train lenet-relu}. */
        public Recipe() {
            super(
                    "lenet-relu",
                    "LeNet with ReLU and max pooling",
                    "",
                    HyperParameters.of("adam", 0.006).withDecay(0.8),
                    LeNetReLU::new,
                    28);
        }
    }
}
