package fathom.vision.detection.models;

import fathom.io.StateDict;
import fathom.train.recipe.RecipeException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Weights to start from: of a whole detector, whose classes may be others, or of its backbone alone. */
final class DetectorWeights {
    /** Layers whose shapes depend on the number of classes. */
    private static final Pattern OF_CLASSES =
            Pattern.compile("cls_logits|cls_score|bbox_pred|classification_head\\.module");

    private static final Pattern FEATURES = Pattern.compile("^features\\.(\\d+)\\.(weight|bias)$");

    /** The index of VGG-16's fourth pooling, at which SSD's first map ends. */
    private static final int FOURTH_POOLING = 23;

    private DetectorWeights() {}

    /**
     * Loads weights.
     *
     * @throws RecipeException if the file is of another network
     */
    static void load(GeneralizedDetector net, StateDict state, String file) {
        boolean isWhole = state.names().stream().anyMatch(n -> n.startsWith("backbone."));
        var own = net.stateDict().names();
        List<String> expected =
                own.stream()
                        .filter(n -> isWhole || n.startsWith("backbone.body.") || n.startsWith("backbone.features."))
                        .filter(n -> !n.endsWith("num_batches_tracked"))
                        .toList();
        var problems = new java.util.ArrayList<String>();
        net.loadTorchvision(isWhole ? state : renamed(net, state), o -> o.strict(false).ignoreMismatchedShapes(true));
        StateDict given = isWhole ? current(state) : renamed(net, state);
        for (String name : expected) {
            var theirs = given.get(name);
            var ours = net.stateDict().get(name);
            boolean fits = theirs != null && ours != null && theirs.shape().equals(ours.shape());
            if (!fits && !(isWhole && OF_CLASSES.matcher(name).find())) {
                problems.add(name);
            }
        }
        if (!problems.isEmpty()) {
            throw new RecipeException(
                    "weights",
                    "%s is not of this network: %s is not in it, or of another shape"
                            .formatted(file, problems.getFirst()));
        }
    }

    private static StateDict current(StateDict state) {
        var renamed = new StateDict();
        state.entries().forEach((name, t) -> renamed.put(GeneralizedDetector.currentName(name), t));
        return renamed;
    }

    /** {@return the weights of a classifier under the names of a detector's backbone} */
    private static StateDict renamed(GeneralizedDetector net, StateDict state) {
        var renamed = new StateDict();
        state.entries()
                .forEach((name, t) -> renamed.put(net instanceof SSD ? ofVgg(name) : "backbone.body." + name, t));
        return renamed;
    }

    private static String ofVgg(String name) {
        Matcher m = FEATURES.matcher(name);
        if (!m.matches()) {
            return name;
        }
        int index = Integer.parseInt(m.group(1));
        return index < FOURTH_POOLING
                ? "backbone." + name
                : "backbone.extra.0.%s.%s".formatted(index - FOURTH_POOLING, m.group(2));
    }

    /**
     * Freezes the first layers, as torchvision does with pretrained weights: all but three stages, or four of VGG's.
     */
    static void freeze(GeneralizedDetector net) {
        List<String> first =
                net instanceof SSD
                        ? Stream.of(0, 2).map(i -> "backbone.features." + i).toList()
                        : List.of("backbone.body.conv1", "backbone.body.layer1");
        net.freeze(first.toArray(String[]::new));
    }
}
