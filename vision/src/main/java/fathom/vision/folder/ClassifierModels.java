package fathom.vision.folder;

import fathom.FathomException;
import fathom.Tensor;
import fathom.io.StateDict;
import fathom.nn.Layer;
import fathom.train.recipe.RecipeException;
import fathom.vision.models.Models;
import fathom.vision.models.ResNet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;

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

    private interface Residual {
        Layer make(Consumer<ResNet.Options> options);
    }

    /** The networks whose width can be chosen. */
    private static final Map<String, Residual> RESIDUAL_NETWORKS =
            Map.of(
                    "resnet18", ResNet::resnet18,
                    "resnet34", ResNet::resnet34,
                    "resnet50", ResNet::resnet50,
                    "resnet101", ResNet::resnet101,
                    "resnet152", ResNet::resnet152);

    private ClassifierModels() {}

    /** {@return the names, separated by commas} */
    static String names() {
        return Models.names().stream().filter(Models::hasOptions).collect(Collectors.joining(", "));
    }

    /**
     * {@return a new network}
     *
     * @throws RecipeException if there is none of that name, its width cannot be chosen, or the images are too small
     */
    static Layer create(String name, Kind kind) {
        Residual residual = RESIDUAL_NETWORKS.get(name);
        if (residual != null) {
            return residual.make(kind::set);
        }
        if (!Models.names().contains(name) || !Models.hasOptions(name)) {
            throw new RecipeException(
                    "model", "there is no %s for images of a folder; there are %s".formatted(name, names()));
        }
        if (kind.width > 0) {
            throw new RecipeException("width", name + " has no such option; " + RESIDUAL + "18 and its like have");
        }
        int least = Models.leastSide(name);
        if (kind.size < least) {
            throw new RecipeException(
                    ImageFolderRecipe.IMAGE_SIZE,
                    String.format(Locale.ROOT, "%s needs at least %d, is %d", name, least, kind.size));
        }
        return Models.create(name, o -> o.channels(3).classes(kind.classes));
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
