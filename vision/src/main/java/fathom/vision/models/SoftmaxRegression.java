package fathom.vision.models;

import fathom.nn.Flatten;
import fathom.nn.Init;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.train.recipe.HyperParameters;
import fathom.vision.recipe.FashionMnistRecipe;

/**
 * Softmax regression, one linear layer from pixels to logits: {@code [N, 1, 28, 28]} becomes {@code [N, 10]}. Weights
 * are initialised from a normal distribution with standard deviation 0.01, as in the course.
 *
 * @see <a href="https://d2l.ai/chapter_linear-classification/softmax-regression-concise.html">Dive into Deep Learning,
 *     Concise Implementation of Softmax Regression</a>
 */
public final class SoftmaxRegression extends Sequential {
    /** From 784 pixels to ten classes. */
    public SoftmaxRegression() {
        this(784, 10);
    }

    /** From {@code in} inputs to {@code classes} logits. */
    public SoftmaxRegression(int in, int classes) {
        super(new Flatten(), new Linear(in, classes));
        Init.normal_(((Linear) get(1)).weight, 0, 0.01);
    }

    @Override
    protected String reprName() {
        return "Sequential";
    }

    /** The course's training of this network, section 3.7. */
    public static final class Recipe extends FashionMnistRecipe {
        /** For {@code fathom train softmax}. */
        public Recipe() {
            super("softmax", "softmax regression", "3.7", HyperParameters.of("sgd", 0.1), SoftmaxRegression::new, 28);
        }
    }
}
