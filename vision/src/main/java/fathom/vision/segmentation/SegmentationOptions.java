package fathom.vision.segmentation;

import fathom.FathomException;
import fathom.io.StateDict;
import fathom.nn.Layer;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.TaskOptions;
import fathom.vision.models.ResNet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The own options of recipes of segmentation. */
final class SegmentationOptions {
    static final String CROP = "crop";
    static final String TEST_CROP = "testCrop";
    static final String WIDTH = "width";
    static final String WEIGHTS = "weights";

    private static final Pattern SIZE = Pattern.compile("([1-9]\\d{0,4})x([1-9]\\d{0,4})");

    /** Parameters of last layers, and counters that old files lack. */
    private static final Pattern MAY_DIFFER =
            Pattern.compile("^fc\\.|classifier\\.4\\.|^aux_classifier\\.|num_batches_tracked$");

    private final @Nullable TaskOptions options;

    /**
     * @param options null for the defaults
     */
    SegmentationOptions(@Nullable TaskOptions options) {
        this.options = options;
        var _ = width(1);
    }

    private Optional<String> option(String name) {
        return options == null ? Optional.empty() : options.option(name);
    }

    /**
     * {@return the height and the width of crops}
     *
     * @param name {@link #CROP} or {@link #TEST_CROP}
     * @throws RecipeException if the option is no size
     */
    int[] crop(String name, String defaultSize) {
        String text = option(name).orElse(defaultSize);
        Matcher size = SIZE.matcher(text);
        if (!size.matches()) {
            throw new RecipeException(name, "must be HEIGHTxWIDTH in pixels, such as 320x480, is " + text);
        }
        return new int[] {Integer.parseInt(size.group(1)), Integer.parseInt(size.group(2))};
    }

    /** {@return the channels of the first stage} */
    int width(int defaultWidth) {
        return options == null ? defaultWidth : options.integer(WIDTH, 1).orElse(defaultWidth);
    }

    /** Configures one of torchvision's networks. */
    void configure(SegmentationModel.Options o) {
        o.width(width(64));
        if (isPretrained()) {
            o.auxiliary();
        }
    }

    private boolean isPretrained() {
        return option(WEIGHTS).isPresent();
    }

    /** {@return a ResNet-18, with the weights of the file if there is one} */
    ResNet body() {
        return load("", ResNet.resnet18(o -> o.width(width(64))));
    }

    /** {@return torchvision's network, with its weights, or those of its ResNet, if there is a file} */
    Layer load(SegmentationModel net) {
        return load("backbone.", net);
    }

    private <L extends Layer> L load(String prefix, L net) {
        Optional<String> file = option(WEIGHTS);
        if (file.isEmpty() || options == null || options.isOfRun()) {
            return net;
        }
        try {
            StateDict state = StateDict.load(Path.of(file.get()));
            boolean isBody = !prefix.isEmpty() && state.get(prefix + "conv1.weight") == null;
            Layer into = isBody ? net.block("backbone", Layer.class) : net;
            var report = into.loadStateDict(state, o -> o.strict(false).ignoreMismatchedShapes(true));
            Stream.concat(report.missing().stream(), report.mismatched().stream())
                    .filter(name -> !MAY_DIFFER.matcher(name).find())
                    .findFirst()
                    .ifPresent(name -> {
                        throw new RecipeException(
                                WEIGHTS,
                                "%s is not of this network: %s is not in it, or of another shape"
                                        .formatted(file.get(), name));
                    });
            options.notice().accept("weights of " + file.get());
            return net;
        } catch (IOException | FathomException e) {
            throw new RecipeException(WEIGHTS, String.valueOf(e.getMessage()));
        }
    }
}
