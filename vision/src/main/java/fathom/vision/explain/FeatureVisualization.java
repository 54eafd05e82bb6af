package fathom.vision.explain;

import fathom.Autograd;
import fathom.Generator;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.nn.Layer;
import fathom.optim.Adam;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Images that activate a unit of a network most, found by gradient ascent on the pixels from noise. Two regularisers
 * keep them free of patterns that only a network sees: the image is shifted at random in each step (jitter), and its
 * total variation is penalised.
 *
 * {@snippet :
 * var visualization = new FeatureVisualization(3, 64, 64, o -> o.steps(200));
 * Tensor classes = visualization.ofClasses(net, 0, 1, 2);          // [3, 3, 64, 64], from 0 to 1
 * Tensor channels = visualization.ofChannels(net, "layer2", 5, 6);
 * }
 *
 * @see <a href="https://distill.pub/2017/feature-visualization">Olah, Mordvintsev and Schubert (2017), Feature
 *     Visualization</a>
 */
public final class FeatureVisualization {
    private static final int[] IMAGE = {1, 2, 3};
    private static final double START_NOISE = 0.1;

    private final long channels;
    private final long height;
    private final long width;
    private final Options options = new Options();

    /** For images of a size, with the options' defaults. */
    public FeatureVisualization(long channels, long height, long width) {
        this(channels, height, width, o -> {});
    }

    /** For images of a size, with options. */
    public FeatureVisualization(long channels, long height, long width, Consumer<Options> options) {
        if (channels < 1 || height < 2 || width < 2) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "FeatureVisualization: expected at least one channel and 2 x 2 pixels, got %d x %d x %d",
                            channels,
                            height,
                            width));
        }
        this.channels = channels;
        this.height = height;
        this.width = width;
        options.accept(this.options);
    }

    /** Options of feature visualisation. */
    public static final class Options {
        private int steps = 128;
        private double lr = 0.05;
        private double totalVariation = 0.25;
        private int jitter = 2;
        private long seed;
        private UnaryOperator<Tensor> preprocessing = x -> x;

        private Options() {}

        /** The number of steps of Adam; 128 unless set. */
        public Options steps(int steps) {
            this.steps = Checks.atLeastOne("FeatureVisualization: steps", steps);
            return this;
        }

        /** The learning rate of Adam; 0.05 unless set. */
        public Options lr(double lr) {
            this.lr = lr;
            return this;
        }

        /**
         * The weight of the total variation, the mean absolute difference of neighbouring pixels times the image's
         * height; 0.25 unless set.
         */
        public Options totalVariation(double weight) {
            this.totalVariation = weight;
            return this;
        }

        /** The largest random shift in each step, along each axis, in pixels; 2 unless set. */
        public Options jitter(int pixels) {
            this.jitter = Math.max(0, pixels);
            return this;
        }

        /** The seed of the noise and of the shifts; 0 unless set. */
        public Options seed(long seed) {
            this.seed = seed;
            return this;
        }

        /** From images, [N, C, H, W] from 0 to 1, to the network's input, such as a normalisation; none unless set. */
        public Options preprocessing(UnaryOperator<Tensor> preprocessing) {
            this.preprocessing = preprocessing;
            return this;
        }
    }

    /**
     * {@return an image for each class whose score, relative to the mean of all scores, is high; from 0 to 1, [classes,
     * C, H, W]}
     *
     * @param net a classifier
     */
    public Tensor ofClasses(Layer net, int... classes) {
        return optimized(net, classes, null);
    }

    /**
     * {@return an image for each channel whose mean activation is high; from 0 to 1, [channels, C, H, W]}
     *
     * @param path the path of the layer; its output is [N, K, ...]
     */
    public Tensor ofChannels(Layer net, String path, int... indices) {
        return optimized(net, indices, net.block(path, Layer.class));
    }

    private Tensor optimized(Layer net, int[] indices, @Nullable Layer layer) {
        Checks.atLeastOne("FeatureVisualization: the number of units", indices.length);
        var outputs = new ArrayList<Tensor>();
        Runnable remove =
                layer == null
                        ? () -> {}
                        : layer.registerForwardHook((of, in, out) -> {
                            outputs.add(out);
                            return out;
                        });
        Map<Block, Boolean> modes = ClassScores.evaluate(net);
        var random = new SplittableRandom(options.seed);
        Tensor pixels =
                Tensors.randn(Generator.of(options.seed), indices.length, channels, height, width)
                        .mul(START_NOISE)
                        .to(net.parameters().getFirst().device())
                        .requiresGrad_();
        var optimizer = new Adam(List.of(pixels), options.lr);
        try (var _ = Autograd.enableGrad()) {
            for (int i = 0; i < options.steps; i++) {
                int dy = shift(random);
                int dx = shift(random);
                try (var _ = Scope.open()) {
                    outputs.clear();
                    Tensor image = pixels.sigmoid();
                    Tensor shifted = image.roll(new long[] {dy, dx}, new int[] {2, 3});
                    Tensor y = net.call(options.preprocessing.apply(shifted));
                    if (layer != null && outputs.isEmpty()) {
                        throw new IllegalArgumentException("FeatureVisualization: the layer did not run");
                    }
                    Tensor gain = activations(layer == null ? y : outputs.getLast(), indices, layer == null);
                    Tensor loss = totalVariation(image).mul(options.totalVariation).sub(gain).sum();
                    pixels.setGrad(null);
                    loss.backward(o -> o.inputs(List.of(pixels)));
                    optimizer.step();
                }
            }
            return pixels.detach().sigmoid();
        } finally {
            remove.run();
            ClassScores.restore(modes);
        }
    }

    private int shift(SplittableRandom random) {
        return options.jitter == 0 ? 0 : random.nextInt(-options.jitter, options.jitter + 1);
    }

    /** {@return the activation of unit indices[i] for image i, [N]} */
    private static Tensor activations(Tensor y, int[] indices, boolean isScore) {
        Tensor means = y.dim() > 2 ? y.flatten(2).mean(2) : y;
        if (means.dim() != 2) {
            throw new IllegalArgumentException(
                    "FeatureVisualization: expected an output [N, K, ...], got " + y.shape());
        }
        var own = new ArrayList<Tensor>();
        for (int i = 0; i < indices.length; i++) {
            if (indices[i] < 0 || indices[i] >= means.size(1)) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "FeatureVisualization: there is no unit %d; there are 0 to %d",
                                indices[i],
                                means.size(1) - 1));
            }
            own.add(means.select(0, i).select(0, indices[i]));
        }
        Tensor selected = Tensors.stack(own);
        return isScore ? selected.sub(means.mean(1)) : selected;
    }

    /** {@return the mean absolute difference of vertical and horizontal neighbours, times the height, [N]} */
    private Tensor totalVariation(Tensor x) {
        Tensor down = x.narrow(2, 1, height - 1).sub(x.narrow(2, 0, height - 1)).abs().mean(IMAGE);
        Tensor across = x.narrow(3, 1, width - 1).sub(x.narrow(3, 0, width - 1)).abs().mean(IMAGE);
        return down.add(across).mul(height);
    }
}
