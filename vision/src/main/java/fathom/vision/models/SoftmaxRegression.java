package fathom.vision.models;

import fathom.nn.Flatten;
import fathom.nn.Init;
import fathom.nn.Linear;
import fathom.nn.Sequential;

/**
 * One linear layer from pixels to scores: {@code [N, 1, 28, 28]} becomes {@code [N, 10]}. Weights are normal with
 * standard deviation 0.01 at first, as in the course.
 *
 * @see <a href="https://d2l.ai/chapter_linear-classification/softmax-regression-concise.html">Dive into Deep Learning,
 *     Concise Implementation of Softmax Regression</a>
 */
public final class SoftmaxRegression extends Sequential {
    /** From 784 pixels to ten classes. */
    public SoftmaxRegression() {
        this(784, 10);
    }

    /** From {@code in} numbers to {@code classes} scores. */
    public SoftmaxRegression(int in, int classes) {
        super(new Flatten(), new Linear(in, classes));
        Init.normal_(((Linear) get(1)).weight, 0, 0.01);
    }

    @Override
    protected String reprName() {
        return "Sequential";
    }
}
