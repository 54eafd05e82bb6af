package fathom.vision.detection.models;

import fathom.FathomException;
import fathom.Tensor;
import fathom.Tensors;
import fathom.io.StateDict;
import fathom.nn.Layer;
import fathom.nn.loss.Loss;
import fathom.train.Task;
import fathom.train.recipe.HyperParameters;
import fathom.train.recipe.Recipe;
import fathom.train.recipe.RecipeCard;
import fathom.train.recipe.RecipeExample;
import fathom.train.recipe.RecipeException;
import fathom.train.recipe.RecipeOption;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TaskOptions;
import fathom.vision.datasets.BananaDetection;
import fathom.vision.detection.DetectionRecipeTask;
import fathom.vision.detection.Detector;
import fathom.vision.layers.FrozenBatchNorm2d;
import fathom.vision.models.ResNet;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The training of one of torchvision's detectors, by default small enough for a processor. */
public abstract class DetectorRecipe implements Recipe {
    private static final String BACKBONE = "backbone";
    private static final String CHANNELS = "channels";
    private static final String SIZE = "size";
    private static final String WIDTH = "width";
    private static final String WEIGHTS = "weights";

    private static final int EXAMPLE = 128;
    private static final int FULL_WIDTH = 64;

    private static final Map<String, Function<Consumer<ResNet.Options>, ResNet>> BODIES =
            Map.of(
                    "resnet18", ResNet::resnet18,
                    "resnet34", ResNet::resnet34,
                    "resnet50", ResNet::resnet50,
                    "resnet101", ResNet::resnet101);

    private final RecipeCard card;
    private final HyperParameters hyperParameters;
    private final List<RecipeOption> options = new ArrayList<>();

    /**
     * A recipe.
     *
     * @param hasPyramid whether there are a ResNet and a pyramid to choose
     */
    DetectorRecipe(String name, String description, HyperParameters hyperParameters, int width, boolean hasPyramid) {
        card = RecipeCard.of(name, description).withData("banana detection", DetectionRecipeTask.DATA);
        this.hyperParameters = hyperParameters;
        if (hasPyramid) {
            options.add(
                    RecipeOption.of(
                                    BACKBONE,
                                    "NAME",
                                    "The network whose features are used: resnet18, resnet34, resnet50 or resnet101.")
                            .withDefault("resnet18"));
            options.add(
                    RecipeOption.of(
                                    CHANNELS,
                                    "N",
                                    "Channels of the pyramid and of the heads, a multiple of 32; 256 in torchvision.")
                            .withDefault("64"));
            options.add(
                    RecipeOption.of(SIZE, "PIXELS", "Length of the shorter side of images; 800 in torchvision.")
                            .withDefault("256"));
        }
        options.add(
                RecipeOption.of(WIDTH, "N", "Channels of the first convolution; 64 in torchvision.")
                        .withDefault(Integer.toString(width)));
        options.add(
                RecipeOption.of(
                        WEIGHTS,
                        "FILE",
                        "Weights to start from, torchvision's of this detector or of its backbone (.pth or"
                                + " .safetensors); norms are constants then. Default: random weights."));
    }

    @Override
    public final RecipeCard card() {
        return card;
    }

    @Override
    public final HyperParameters hyperParameters() {
        return hyperParameters;
    }

    @Override
    public final List<RecipeOption> options() {
        return List.copyOf(options);
    }

    /** {@return the mean square of raw predictions, for profiles; the losses to train with are the task's} */
    @Override
    public final Loss loss() {
        return new PredictionLoss();
    }

    /** The mean square of predictions, whatever the targets. */
    private static final class PredictionLoss extends Loss {
        @Override
        public Tensor forward(Tensor input, Tensor target) {
            return input.square().mean();
        }
    }

    @Override
    public final List<String> classes() {
        return BananaDetection.classNames();
    }

    /** The choices of a run. */
    static final class Choice {
        private final @Nullable TaskOptions options;
        private final Map<String, String> defaults;

        private Choice(DetectorRecipe recipe, @Nullable TaskOptions options) {
            this.options = options;
            defaults =
                    recipe.options.stream()
                            .filter(o -> o.defaultValue() != null)
                            .collect(java.util.stream.Collectors.toMap(RecipeOption::name, RecipeOption::defaultValue));
        }

        private String text(String name) {
            String fallback = defaults.getOrDefault(name, "");
            return options == null ? fallback : options.option(name).orElse(fallback);
        }

        private int integer(String name) {
            int fallback = Integer.parseInt(defaults.getOrDefault(name, "0"));
            return options == null ? fallback : options.integer(name, 1).orElse(fallback);
        }

        /** {@return the file to start from; empty for none} */
        private String weights() {
            return options == null ? "" : options.option(WEIGHTS).orElse("");
        }

        int size() {
            return defaults.containsKey(SIZE) ? integer(SIZE) : 300;
        }

        /** {@return by how much the channels are less than torchvision's} */
        int divisor() {
            return Math.max(1, FULL_WIDTH / integer(WIDTH));
        }

        /** Sets the options of detectors on a pyramid. */
        <S extends PyramidOptions<S>> S pyramid(PyramidOptions<S> o) {
            Function<Consumer<ResNet.Options>, ResNet> body = BODIES.get(text(BACKBONE));
            if (body == null) {
                throw new RecipeException(
                        BACKBONE, "must be resnet18, resnet34, resnet50 or resnet101, is " + text(BACKBONE));
            }
            int channels = integer(CHANNELS);
            if (channels % 32 != 0) {
                throw new RecipeException(CHANNELS, "must be a multiple of 32, is " + channels);
            }
            boolean isPretrained = !weights().isEmpty();
            return o.body(() ->
                            body.apply(r -> {
                                r.width(integer(WIDTH));
                                if (isPretrained) {
                                    r.norm(FrozenBatchNorm2d::new);
                                }
                            }))
                    .pyramidChannels(channels)
                    .minSize(size())
                    .maxSize(size() * 5 / 3);
        }

        /** Loads the weights that the options name, unless the run has its own. */
        private GeneralizedDetector loaded(GeneralizedDetector net) {
            String file = weights();
            if (file.isEmpty() || options == null) {
                return net;
            }
            try {
                if (!options.isOfRun()) {
                    DetectorWeights.load(net, StateDict.load(Path.of(file)), file);
                    options.notice().accept("weights of " + file);
                }
                DetectorWeights.freeze(net);
                return net;
            } catch (IOException | FathomException e) {
                throw new RecipeException(WEIGHTS, String.valueOf(e.getMessage()));
            }
        }
    }

    /** {@return a newly initialised network} */
    abstract GeneralizedDetector network(List<String> classes, Choice choice);

    @Override
    public final RecipeExample example(int batchSize) {
        Tensor box = Tensors.tensor(new float[] {0, 0.2f, 0.3f, 0.6f, 0.8f});
        return new RecipeExample(
                network(classes(), new Choice(this, null)),
                Tensors.rand(batchSize, 3, EXAMPLE, EXAMPLE),
                box.expand(batchSize, 1, 5).contiguous());
    }

    @Override
    public final RecipeTask open(TaskOptions taskOptions) {
        var choice = new Choice(this, taskOptions);
        return new DetectionRecipeTask(taskOptions, choice.size()) {
            @Override
            protected Detector network(List<String> classes) {
                return choice.loaded(DetectorRecipe.this.network(classes, choice));
            }

            @Override
            public Task<?> task(Layer net) {
                return ((GeneralizedDetector) net).task();
            }
        };
    }
}
