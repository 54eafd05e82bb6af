package fathom.cli;

import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Dataset;
import fathom.data.TensorDataset;
import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.loss.CrossEntropyLoss;
import fathom.nn.loss.Loss;
import fathom.nn.loss.MSELoss;
import fathom.train.Metric;
import fathom.train.Metrics;
import fathom.vision.Transform;
import fathom.vision.Transforms;
import fathom.vision.models.Models;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

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
    private static final String COURSE = "course-";

    /** The side of Fashion-MNIST's pictures. */
    private static final int PICTURE = 28;

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
        add(pictures("batchnorm-lenet", "LeNet with batch norm (chapter 7.5)", "sgd", 1, 1));
        add(enlarged("alexnet", "course-alexnet", "AlexNet (chapter 7.1)", 0.01, 128));
        add(enlarged("vgg11", "course-vgg11", "VGG-11 with a quarter of the channels (chapter 7.2)", 0.05, 128));
        add(enlarged("nin", "nin", "Network in Network (chapter 7.3)", 0.1, 128));
        add(enlarged("googlenet", "course-googlenet", "GoogLeNet (chapter 7.4)", 0.1, 128));
        add(enlarged("resnet18", "course-resnet18", "ResNet-18 (chapter 7.6)", 0.05, 256));
        add(enlarged("densenet", "course-densenet", "DenseNet (chapter 7.7)", 0.1, 256));
    }

    private static void add(Recipe recipe) {
        ALL.put(recipe.name, recipe);
    }

    /**
     * {@return the recipe of a model, or null}
     *
     * @param model its name here, or the longer one that {@link Models} has for the course's network where torchvision
     *     has another of that name: {@code course-resnet18}
     */
    static @Nullable Recipe find(String model) {
        return ALL.get(model.startsWith(COURSE) ? model.substring(COURSE.length()) : model);
    }

    private static Recipe pictures(String name, String description, String optimizer, double lr, double decay) {
        return pictures(name, name, description + " on Fashion-MNIST", 256, optimizer, lr, decay);
    }

    /** One of the course's networks for larger pictures, of which Fashion-MNIST's are made. */
    private static Recipe enlarged(String name, String model, String description, double lr, int batchSize) {
        long side = Models.inputShape(model)[1];
        String all = String.format(Locale.ROOT, "%s on Fashion-MNIST, enlarged to %d x %d", description, side, side);
        return pictures(name, model, all, batchSize, "sgd", lr, 1);
    }

    private static Recipe pictures(
            String name, String model, String description, int batchSize, String optimizer, double lr, double decay) {
        long[] shape = Models.inputShape(model);
        return new Recipe(
                name,
                description,
                () -> Models.create(model),
                CrossEntropyLoss::new,
                List.of(Metrics.accuracy()),
                10,
                batchSize,
                optimizer,
                lr,
                decay,
                1,
                shape[0],
                shape[1],
                shape[2]);
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

    /** {@return what the data set's pictures go through before the network sees them, or null} */
    @Nullable Transform transform() {
        return inputShape[2] == PICTURE ? null : Transforms.resize((int) inputShape[2], (int) inputShape[3]);
    }

    /** {@return whether it looks at pictures, not at points} */
    boolean isOfPictures() {
        return inputShape.length == 4;
    }
}
