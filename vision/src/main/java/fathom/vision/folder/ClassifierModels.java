package fathom.vision.folder;

import fathom.FathomException;
import fathom.Tensor;
import fathom.io.StateDict;
import fathom.nn.Layer;
import fathom.train.recipe.RecipeException;
import fathom.vision.models.CourseDenseNet;
import fathom.vision.models.CourseGoogLeNet;
import fathom.vision.models.CourseResNet18;
import fathom.vision.models.NiN;
import fathom.vision.models.ResNet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/** The networks that classify colour images of any size into any number of classes, by name. */
final class ClassifierModels {
    /** The size of images up to which the first layers of a residual network do not reduce them. */
    private static final int SMALL = 48;

    /**
     * The network that is wanted.
     *
     * @param size the side of the images
     * @param pretrained whether weights of images of 224 x 224 pixels will be loaded
     * @param width the channels of a residual network's first stage; 0 for its own
     */
    record Kind(int classes, int size, boolean pretrained, int width) {
        void set(ResNet.Options o) {
            o.classes(classes);
            if (width > 0) {
                o.width(width);
            }
            if (size <= SMALL && !pretrained) {
                o.smallInput();
            }
        }
    }

    private static final String RESIDUAL = "resnet";

    private interface Maker {
        Layer make(Kind kind);
    }

    private static final Map<String, Maker> ALL =
            new TreeMap<>(
                    Map.of(
                            "resnet18", k -> ResNet.resnet18(k::set),
                            "resnet34", k -> ResNet.resnet34(k::set),
                            "resnet50", k -> ResNet.resnet50(k::set),
                            "resnet101", k -> ResNet.resnet101(k::set),
                            "resnet152", k -> ResNet.resnet152(k::set),
                            "course-resnet18", k -> new CourseResNet18(o -> o.channels(3).classes(k.classes)),
                            "course-googlenet", k -> new CourseGoogLeNet(o -> o.channels(3).classes(k.classes)),
                            "course-densenet", k -> new CourseDenseNet(o -> o.channels(3).classes(k.classes)),
                            "nin", k -> new NiN(o -> o.channels(3).classes(k.classes))));

    private ClassifierModels() {}

    /** {@return the names, separated by commas} */
    static String names() {
        return String.join(", ", ALL.keySet());
    }

    /**
     * {@return a new network}
     *
     * @throws RecipeException if there is none of that name, or its width cannot be chosen
     */
    static Layer create(String name, Kind kind) {
        Maker maker = ALL.get(name);
        if (maker == null) {
            throw new RecipeException(
                    "model", "there is no %s for images of a folder; there are %s".formatted(name, names()));
        }
        if (kind.width > 0 && !name.startsWith(RESIDUAL)) {
            throw new RecipeException("width", name + " has no such option; " + RESIDUAL + "18 and its like have");
        }
        return maker.make(kind);
    }

    /**
     * Loads weights, apart from those of the last layer where it has another number of classes.
     *
     * @param name the network's name
     * @return the names of the parameters that were not loaded
     * @throws RecipeException if the file cannot be read, or is that of another network
     */
    static List<String> load(Layer net, String name, Path file) {
        StateDict state;
        try {
            state = StateDict.load(file);
        } catch (IOException | FathomException e) {
            throw new RecipeException("weights", String.valueOf(e.getMessage()));
        }
        List<String> head = head(net);
        var missing = new ArrayList<String>();
        var misshapen = new ArrayList<String>();
        net.stateDict()
                .entries()
                .forEach((parameter, own) -> {
                    Tensor loaded = state.get(parameter);
                    if (loaded != null && loaded.shape().equals(own.shape())) {
                        return;
                    }
                    if (head.contains(parameter)) {
                        misshapen.add(parameter);
                    } else if (!parameter.endsWith("num_batches_tracked")) {
                        missing.add(
                                loaded == null
                                        ? parameter + " is not in it"
                                        : "%s is %s in it, not %s".formatted(parameter, loaded.shape(), own.shape()));
                    }
                });
        if (!missing.isEmpty()) {
            throw new RecipeException(
                    "weights",
                    String.format(
                            Locale.ROOT,
                            "%s is not of %s: %s%s",
                            file,
                            name,
                            missing.getFirst(),
                            missing.size() == 1
                                    ? ""
                                    : String.format(
                                            Locale.ROOT, ", and %d more parameters do not fit", missing.size() - 1)));
        }
        List<String> fresh = misshapen.isEmpty() ? List.of() : head; // weight and bias of the head belong together
        net.loadStateDict(state, o -> o.strict(false).ignoreMismatchedShapes(true).filter(n -> !fresh.contains(n)));
        return fresh;
    }

    /** {@return the names of the parameters of the last layer: of those that have some, the last} */
    static List<String> head(Layer net) {
        var names = new ArrayList<>(net.namedParameters().keySet());
        String last = names.getLast();
        String prefix = last.substring(0, last.lastIndexOf('.') + 1);
        var head = new TreeSet<String>();
        names.stream().filter(n -> n.startsWith(prefix)).forEach(head::add);
        return List.copyOf(head);
    }
}
