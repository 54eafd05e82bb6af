package fathom.vision.folder;

import fathom.FathomException;
import fathom.Tensor;
import fathom.io.StateDict;
import fathom.nn.Layer;
import fathom.nn.LoadOptions;
import fathom.train.recipe.RecipeException;
import fathom.vision.models.ClassifierOptions;
import fathom.vision.models.GoogLeNet;
import fathom.vision.models.Inception3;
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
import org.jspecify.annotations.Nullable;

/** The networks that classify colour images of any size into any number of classes, by name. */
final class ClassifierModels {
    /** The size of images up to which the first layers of a residual network do not reduce them. */
    private static final int SMALL = 48;

    /**
     * The network that is wanted.
     *
     * @param size the side of the images
     * @param pretrained whether published weights, of images of the network's own size, will be loaded
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

        /** Sets the options of any network; auxiliary classifiers are left out, since the loss does not see them. */
        void set(ClassifierOptions<?> options) {
            options.channels(3).classes(classes).imageSize(size);
            switch (options) {
                case GoogLeNet.Options o -> o.auxLogits(false).transformInput(pretrained);
                case Inception3.Options o -> o.auxLogits(false).transformInput(pretrained);
                default -> {}
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

    /** {@return the side of the images that a network's published weights were trained with} */
    static int pretrainedSide(String name) {
        return Models.names().contains(name) ? (int) Models.inputShape(name)[1] : ImageFolderTask.PRETRAINED_SIZE;
    }

    /** {@return the least side of images that a network computes with} */
    static int leastSide(String name) {
        return Models.names().contains(name) ? Models.leastSide(name) : 1;
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
        try {
            return Models.create(name, o -> kind.set(o));
        } catch (IllegalArgumentException e) { // patches that do not tile such images
            throw new RecipeException(ImageFolderRecipe.IMAGE_SIZE, String.valueOf(e.getMessage()));
        }
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
        var body = net.loadStateDict(state, o -> body(o, head));
        var wrong = new ArrayList<String>();
        body.missing().stream()
                .filter(n -> !head.contains(n) && !n.endsWith("num_batches_tracked"))
                .forEach(n -> wrong.add(n + " is not in it"));
        StateDict own = net.stateDict();
        body.mismatched()
                .forEach(n -> wrong.add("%s is %s in it, not %s".formatted(n, shape(state.get(n)), shape(own.get(n)))));
        if (!wrong.isEmpty()) {
            throw new RecipeException(
                    "weights",
                    String.format(
                            Locale.ROOT,
                            "%s is not of %s: %s%s",
                            file,
                            name,
                            wrong.getFirst(),
                            wrong.size() == 1
                                    ? ""
                                    : String.format(
                                            Locale.ROOT, ", and %d more parameters do not fit", wrong.size() - 1)));
        }
        boolean headFits = head.stream().allMatch(n -> shape(state.get(n)).equals(shape(own.get(n))));
        if (!headFits) {
            return head;
        }
        net.loadStateDict(state.filter(head::contains), false);
        return List.of();
    }

    private static void body(LoadOptions options, List<String> head) {
        options.strict(false).ignoreMismatchedShapes(true).filter(n -> !head.contains(n));
    }

    private static String shape(@Nullable Tensor t) {
        return t == null ? "of another shape" : t.shape().toString();
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
