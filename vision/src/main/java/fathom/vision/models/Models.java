package fathom.vision.models;

import fathom.nn.Layer;
import java.util.Collections;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;

/**
 * Models by name, as {@link #create} takes them. A name that torchvision knows stands for torchvision's model, whose
 * weight files load as they are: {@code resnet18}, {@code resnet34}, {@code resnet50}, {@code resnet101}, {@code
 * resnet152}, for three channels and the 1000 classes of ImageNet. The course's models are for one channel and the ten
 * classes of Fashion-MNIST; where torchvision has another model of that name they begin with {@code course-}: {@code
 * course-alexnet}, {@code course-vgg11} (a quarter of the channels, as the course trains it), {@code
 * course-vgg11-full}, {@code course-resnet18}.
 */
public final class Models {
    private static final Map<String, Supplier<Layer>> REGISTRY = Collections.synchronizedMap(new TreeMap<>());

    static {
        register("softmax", SoftmaxRegression::new);
        register("mlp", MLP::new);
        register("lenet", LeNet::new);
        register("lenet-relu", LeNetReLU::new);
        register("course-alexnet", CourseAlexNet::new);
        register("course-vgg11", CourseVGG::small);
        register("course-vgg11-full", CourseVGG::new);
        register("course-resnet18", CourseResNet18::new);
        register("resnet18", ResNet::resnet18);
        register("resnet34", ResNet::resnet34);
        register("resnet50", ResNet::resnet50);
        register("resnet101", ResNet::resnet101);
        register("resnet152", ResNet::resnet152);
    }

    private Models() {}

    /**
     * {@return a new model of that name, freshly initialised}
     *
     * @throws IllegalArgumentException if there is none, naming those there are
     */
    public static Layer create(String name) {
        Supplier<Layer> maker = REGISTRY.get(name);
        if (maker == null) {
            throw new IllegalArgumentException(
                    "no model is named %s; there are %s".formatted(name, String.join(", ", names())));
        }
        return maker.get();
    }

    /** {@return the names, sorted} */
    public static Set<String> names() {
        synchronized (REGISTRY) {
            return Set.copyOf(REGISTRY.keySet()).stream()
                    .collect(java.util.stream.Collectors.toCollection(java.util.TreeSet::new));
        }
    }

    /** Adds a model, or replaces one, under a name. */
    public static void register(String name, Supplier<Layer> maker) {
        REGISTRY.put(name, maker);
    }
}
