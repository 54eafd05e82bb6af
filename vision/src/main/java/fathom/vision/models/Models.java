package fathom.vision.models;

import fathom.nn.Layer;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Supplier;

/**
 * Models by name, as {@link #create} takes them. A name that torchvision knows stands for torchvision's model, whose
 * weight files load as they are: {@code resnet18}, {@code resnet34}, {@code resnet50}, {@code resnet101}, {@code
 * resnet152}, for three channels and the 1000 classes of ImageNet. The course's models are for one channel and the ten
 * classes of Fashion-MNIST; where torchvision has another model of that name they begin with {@code course-}: {@code
 * course-alexnet}, {@code course-vgg11} (a quarter of the channels, as the course trains it), {@code
 * course-vgg11-full}, {@code course-googlenet}, {@code course-resnet18}, {@code course-densenet}.
 */
public final class Models {
    /** Pictures of Fashion-MNIST, as they are and enlarged; of ImageNet. */
    private static final long[] SMALL = {1, 28, 28};

    private static final long[] MIDDLE = {1, 96, 96};
    private static final long[] LARGE = {1, 224, 224};
    private static final long[] IMAGENET = {3, 224, 224};

    private record Entry(Supplier<? extends Layer> maker, long[] input) {}

    private static final Map<String, Entry> REGISTRY = new ConcurrentSkipListMap<>();

    static {
        register("softmax", SoftmaxRegression::new, SMALL);
        register("mlp", MLP::new, SMALL);
        register("lenet", LeNet::new, SMALL);
        register("lenet-relu", LeNetReLU::new, SMALL);
        register("batchnorm-lenet", BatchNormLeNet::new, SMALL);
        register("course-alexnet", CourseAlexNet::new, LARGE);
        register("course-vgg11", CourseVGG::small, LARGE);
        register("course-vgg11-full", CourseVGG::new, LARGE);
        register("nin", NiN::new, LARGE);
        register("course-googlenet", CourseGoogLeNet::new, MIDDLE);
        register("course-resnet18", CourseResNet18::new, MIDDLE);
        register("course-densenet", CourseDenseNet::new, MIDDLE);
        register("resnet18", ResNet::resnet18, IMAGENET);
        register("resnet34", ResNet::resnet34, IMAGENET);
        register("resnet50", ResNet::resnet50, IMAGENET);
        register("resnet101", ResNet::resnet101, IMAGENET);
        register("resnet152", ResNet::resnet152, IMAGENET);
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
     * Adds a model, or replaces one, under a name.
     *
     * @param inputShape the shape of one input, without the batch
     */
    public static void register(String name, Supplier<? extends Layer> maker, long... inputShape) {
        REGISTRY.put(name, new Entry(maker, inputShape.clone()));
    }
}
