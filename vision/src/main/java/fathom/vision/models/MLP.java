package fathom.vision.models;

import fathom.nn.Flatten;
import fathom.nn.Init;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.ReLU;
import fathom.train.recipe.HyperParameters;
import fathom.vision.recipe.FashionMnistRecipe;

/**
 * A multilayer perceptron with one hidden layer of 256 units: {@code [N, 1, 28, 28]} becomes {@code [N, 10]}. Weights
 * are initialised from a normal distribution with standard deviation 0.01, as in the course.
 *
 * @see <a href="https://d2l.ai/chapter_multilayer-perceptrons/mlp-implementation.html">Dive into Deep Learning,
 *     Implementation of Multilayer Perceptrons</a>
 */
public final class MLP extends Sequential {
    /** From 784 pixels to ten classes. */
    public MLP() {
        this(784, 256, 10);
    }

    /** From {@code in} inputs through {@code hidden} units to {@code classes} logits. */
    public MLP(int in, int hidden, int classes) {
        super(new Flatten(), new Linear(in, hidden), new ReLU(), new Linear(hidden, classes));
        apply(block -> {
            if (block instanceof Linear linear) {
                Init.normal_(linear.weight, 0, 0.01);
            }
        });
    }

    @Override
    protected String reprName() {
        return "Sequential";
    }

    /** The course's training of this network, section 4.3. */
    public static final class Recipe extends FashionMnistRecipe {
        /** For {@code fathom train mlp}. */
        public Recipe() {
            super(
                    "mlp",
                    "multilayer perceptron, 256 hidden units",
                    "4.3",
                    HyperParameters.of("sgd", 0.1),
                    MLP::new,
                    28);
        }
    }
}
