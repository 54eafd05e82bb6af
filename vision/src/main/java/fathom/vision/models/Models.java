package fathom.vision.models;

import fathom.nn.Layer;
import fathom.train.recipe.Model;
import fathom.vision.recipe.ImageRecipe;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;

/**
 * Models by name, as {@link #create} takes them, and {@code fathom train}, {@code summary} and {@code profile}. A name
 * that torchvision knows stands for torchvision's model, whose weight files load as they are: {@code resnet18}, {@code
 * resnet34}, {@code resnet50}, {@code resnet101}, {@code resnet152}, for three channels and the 1000 classes of
 * ImageNet. The course's models are for one channel and the ten classes of Fashion-MNIST; where torchvision has another
 * model of that name they begin with {@code course-}: {@code course-alexnet}, {@code course-vgg11} (a quarter of the
 * channels, as the course trains it), {@code course-vgg11-full}, {@code course-googlenet}, {@code course-resnet18},
 * {@code course-densenet}.
 */
public final class Models {
    private record Entry(Supplier<? extends Layer> maker, long[] input) {}

    private static final Map<String, Entry> REGISTRY = new ConcurrentSkipListMap<>();

    static {
        List.<ImageRecipe>of(
                        new SoftmaxRegression.Recipe(),
                        new MLP.Recipe(),
                        new LeNet.Recipe(),
                        new LeNetReLU.Recipe(),
                        new BatchNormLeNet.Recipe(),
                        new CourseAlexNet.Recipe(),
                        new CourseVGG.Recipe(),
                        new CourseVGG.FullRecipe(),
                        new NiN.Recipe(),
                        new CourseGoogLeNet.Recipe(),
                        new CourseResNet18.Recipe(),
                        new CourseDenseNet.Recipe(),
                        new ResNet.Recipe18(),
                        new ResNet.Recipe34(),
                        new ResNet.Recipe50(),
                        new ResNet.Recipe101(),
                        new ResNet.Recipe152())
                .forEach(r -> register(r.name(), r::network, r.inputShape()));
    }

    private Models() {}

    /**
     * {@return a new model of that name, freshly initialised}
     *
     * @throws IllegalArgumentException if there is none, naming those there are
     */
    public static Layer create(String name) {
        return entry(name).maker.get();
    }

    /**
     * {@return the shape of one input that the model of that name is made for, such as {@code [3, 224, 224]}; empty if
     * nobody said}
     *
     * @throws IllegalArgumentException if there is none, naming those there are
     */
    public static long[] inputShape(String name) {
        return entry(name).input.clone();
    }

    private static Entry entry(String name) {
        Entry entry = REGISTRY.get(name);
        if (entry == null) {
            throw new IllegalArgumentException(
                    "no model is named %s; there are %s".formatted(name, String.join(", ", names())));
        }
        return entry;
    }

    /** {@return the names, sorted} */
    public static Set<String> names() {
        return new TreeSet<>(REGISTRY.keySet());
    }

    /**
     * Adds a model, or replaces one, under a name, which {@link Model} knows then too.
     *
     * @param inputShape the shape of one input, without the batch
     */
    public static void register(String name, Supplier<? extends Layer> maker, long... inputShape) {
        REGISTRY.put(name, new Entry(maker, inputShape.clone()));
        Model.register(name, maker);
    }
}
