package fathom.vision.models;

import fathom.nn.Layer;
import fathom.train.recipe.Model;
import fathom.vision.recipe.ImageRecipe;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Models by name, as {@link #create} takes them, and {@code fathom train}, {@code summary} and {@code profile}. A name
 * that torchvision knows stands for torchvision's model, whose weight files load as they are: {@code resnet18}, {@code
 * vgg16_bn}, {@code mobilenet_v2} and so on, for three channels and the 1000 classes of ImageNet ({@code fathom models}
 * lists all). The course's models are for one channel and the ten classes of Fashion-MNIST; where torchvision has
 * another model of that name they begin with {@code course-}: {@code course-alexnet}, {@code course-vgg11} (a quarter
 * of the channels, as the course trains it), {@code course-vgg11-full}, {@code course-googlenet}, {@code
 * course-resnet18}, {@code course-densenet}.
 *
 * {@snippet :
 * Layer net = Models.create("mobilenet_v3_small", o -> o.classes(5).dropout(0.1));
 * }
 */
public final class Models {
    /** Makes a model with options. */
    private interface Configurable extends Function<Consumer<ClassifierOptions<?>>, Layer> {}

    private record Entry(
            Supplier<? extends Layer> maker, long[] input, int leastSide, @Nullable Configurable configurable) {}

    private static final Map<String, Entry> REGISTRY = new ConcurrentSkipListMap<>();

    /** Models for Fashion-MNIST that have options. */
    private static final Map<String, Configurable> OF_FASHION_MNIST =
            new TreeMap<>(
                    Map.of(
                            "course-alexnet", CourseAlexNet::new,
                            "course-vgg11", o -> new CourseVGG(c -> o.accept(c.ratio(4))),
                            "course-vgg11-full", CourseVGG::new,
                            "nin", NiN::new,
                            "course-googlenet", CourseGoogLeNet::new,
                            "course-resnet18", CourseResNet18::new,
                            "course-densenet", CourseDenseNet::new,
                            "vit-tiny", VisionTransformer::forFashionMnist));

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
                        new VisionTransformer.Recipe())
                .forEach(r -> {
                    long[] input = r.inputShape();
                    add(r.name(), new Entry(r::network, input, (int) input[1], OF_FASHION_MNIST.get(r.name())));
                });
        for (ImageNetModels.Entry e : ImageNetModels.ALL) {
            long[] input = {3, e.side(), e.side()};
            add(e.name(), new Entry(() -> e.maker().apply(o -> {}), input, e.leastSide(), e.maker()::apply));
        }
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
     * {@return a new model of that name with options, freshly initialised}
     *
     * @throws IllegalArgumentException if there is none, or it has no options
     */
    public static Layer create(String name, Consumer<ClassifierOptions<?>> options) {
        Configurable configurable = entry(name).configurable;
        if (configurable == null) {
            throw new IllegalArgumentException("the model %s has no options".formatted(name));
        }
        return configurable.apply(options);
    }

    /**
     * Replaces the layer of a classifier that computes the logits, the last linear layer or 1 x 1 convolution, by a
     * newly initialised one for other classes: for fine-tuning. {@link ImageClassifier#withHead} knows auxiliary
     * classifiers too.
     *
     * @param classes the number of classes
     * @return the network
     * @throws IllegalArgumentException if it has no such layer
     */
    public static <L extends Layer> L withHead(L net, long classes) {
        if (net instanceof ImageClassifier<?> classifier) {
            classifier.withHead(classes);
        } else {
            Heads.replace(net, "", classes);
        }
        return net;
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

    /**
     * {@return the least side of images, in pixels, that the model of that name computes with, or can be made for; 1 if
     * nobody said}
     *
     * @throws IllegalArgumentException if there is none, naming those there are
     */
    public static int leastSide(String name) {
        return entry(name).leastSide;
    }

    /**
     * {@return whether the model of that name has options, such as the number of classes and of channels}
     *
     * @throws IllegalArgumentException if there is none, naming those there are
     */
    public static boolean hasOptions(String name) {
        return entry(name).configurable != null;
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
        add(name, new Entry(maker, inputShape.clone(), 1, null));
    }

    private static void add(String name, Entry entry) {
        REGISTRY.put(name, entry);
        Model.register(name, entry.maker);
    }
}
