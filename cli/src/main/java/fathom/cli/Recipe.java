package fathom.cli;

import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Dataset;
import fathom.data.TensorDataset;
import fathom.nn.CrossEntropyLoss;
import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Loss;
import fathom.nn.MSELoss;
import fathom.nn.Sequential;
import fathom.train.Metric;
import fathom.train.Metrics;
import fathom.vision.models.Models;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * A model that the command line trains, with the course's hyper-parameters.
 *
 * @param name what it is called on the command line
 * @param description one line for people
 * @param maker a new network with fresh weights
 * @param loss what is made small
 * @param metrics what is measured
 * @param epochs passes over the data
 * @param batchSize examples per batch
 * @param optimizer the update rule's name; see {@link Optimizers}
 * @param lr the learning rate
 * @param decay what the rate is multiplied by after each epoch; 1 leaves it
 * @param inputShape the shape of a batch of one
 */
record Recipe(
        String name,
        String description,
        Supplier<Layer> maker,
        Supplier<Loss> loss,
        List<Metric> metrics,
        int epochs,
        int batchSize,
        String optimizer,
        double lr,
        double decay,
        long... inputShape) {
    private static final long[] PICTURE = {1, 1, 28, 28};

    /** The linear model that the course's points were made by. */
    private static final double[] TRUE_WEIGHT = {2, -3.4};

    private static final double TRUE_BIAS = 4.2;

    static final Map<String, Recipe> ALL = new TreeMap<>();

    static {
        add(
                new Recipe(
                        "linear",
                        "linear regression on 1,000 synthetic points (chapter 3.3)",
                        Recipe::linear,
                        MSELoss::new,
                        List.of(),
                        3,
                        10,
                        "sgd",
                        0.03,
                        1,
                        1,
                        2));
        add(pictures("softmax", "softmax regression (chapter 3.7)", "sgd", 0.1, 1));
        add(pictures("mlp", "multilayer perceptron, 256 hidden units (chapter 4.3)", "sgd", 0.1, 1));
        add(pictures("lenet", "LeNet: convolutions, sigmoid, average pooling (chapter 6.6)", "sgd", 0.9, 1));
        add(pictures("lenet-relu", "LeNet with ReLU and max pooling", "adam", 0.006, 0.8));
    }

    private static void add(Recipe recipe) {
        ALL.put(recipe.name, recipe);
    }

    private static Recipe pictures(String name, String description, String optimizer, double lr, double decay) {
        return new Recipe(
                name,
                description + " on Fashion-MNIST",
                () -> Models.create(name),
                CrossEntropyLoss::new,
                List.of(Metrics.accuracy()),
                10,
                256,
                optimizer,
                lr,
                decay,
                PICTURE);
    }

    private static Layer linear() {
        var layer = new Linear(2, 1);
        Init.normal_(layer.weight, 0, 0.01);
        var bias = layer.bias;
        if (bias != null) {
            Init.zeros_(bias);
        }
        return new Sequential(layer);
    }

    /** {@return points about the course's linear model, with noise: what linear regression is trained with} */
    static Dataset points(long count) {
        Tensor x = Tensors.randn(count, 2);
        Tensor y =
                x.matmul(Tensors.tensor(TRUE_WEIGHT).unsqueeze(1))
                        .add(TRUE_BIAS)
                        .add(Tensors.normal(0, 0.01, count, 1));
        return new TensorDataset(x.keep(), y.keep());
    }

    /** {@return whether it looks at pictures, not at points} */
    boolean isOfPictures() {
        return inputShape.length == 4;
    }
}
