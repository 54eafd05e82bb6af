package fathom.vision.models;

import fathom.nn.Flatten;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.Sigmoid;
import fathom.nn.conv.Conv2d;
import fathom.nn.norm.BatchNorm1d;
import fathom.nn.norm.BatchNorm2d;
import fathom.nn.pool.AvgPool2d;
import fathom.train.recipe.HyperParameters;
import fathom.vision.recipe.FashionMnistRecipe;

/**
 * {@link LeNet} with batch norm before each sigmoid (Ioffe and Szegedy, 2015), in the course's version: {@code [N, 1,
 * 28, 28]} becomes {@code [N, 10]}. The first convolution has no padding here. 44,878 parameters.
 *
 * @see <a href="https://d2l.ai/chapter_convolutional-modern/batch-norm.html">Dive into Deep Learning, Batch
 *     Normalization</a>
 */
public final class BatchNormLeNet extends Sequential {
    /** For ten classes. */
    public BatchNormLeNet() {
        this(10);
    }

    /** For {@code classes} classes. */
    public BatchNormLeNet(int classes) {
        super(
                new Conv2d(1, 6, 5),
                new BatchNorm2d(6),
                new Sigmoid(),
                new AvgPool2d(2),
                new Conv2d(6, 16, 5),
                new BatchNorm2d(16),
                new Sigmoid(),
                new AvgPool2d(2),
                new Flatten(),
                new Linear(16 * 4 * 4, 120),
                new BatchNorm1d(120),
                new Sigmoid(),
                new Linear(120, 84),
                new BatchNorm1d(84),
                new Sigmoid(),
                new Linear(84, classes));
        XavierUniform.initialise(this);
    }

    @Override
    protected String reprName() {
        return "Sequential";
    }

    /** The course's training of this network, section 7.5. */
    public static final class Recipe extends FashionMnistRecipe {
        /** For {@code fathom train batchnorm-lenet}. */
        public Recipe() {
            super(
                    "batchnorm-lenet",
                    "LeNet with batch norm",
                    "7.5",
                    HyperParameters.of("sgd", 1),
                    BatchNormLeNet::new,
                    28);
        }
    }
}
