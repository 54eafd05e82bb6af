package fathom.vision.explain;

import fathom.Generator;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import java.util.function.Consumer;

/**
 * The mean gradient over noisy copies of the image, which has less noise than the gradient of one.
 *
 * @see <a href="https://arxiv.org/abs/1706.03825">Smilkov, Thorat, Kim, Viégas and Wattenberg (2017), SmoothGrad</a>
 */
public final class SmoothGrad implements Explainer {
    private final Options options = new Options();

    /** With the options' defaults. */
    public SmoothGrad() {
        this(o -> {});
    }

    /** With options. */
    public SmoothGrad(Consumer<Options> options) {
        options.accept(this.options);
    }

    /** Options of SmoothGrad. */
    public static final class Options {
        private int samples = 32;
        private double noise = 0.15;
        private long seed;

        private Options() {}

        /** The number of noisy copies per image; 32 unless set. */
        public Options samples(int samples) {
            this.samples = Checks.atLeastOne("SmoothGrad: samples", samples);
            return this;
        }

        /**
         * The standard deviation of the noise, as a fraction of the image's range of values; 0.15 unless set.
         *
         * @throws IllegalArgumentException if it is negative or not finite
         */
        public Options noise(double fraction) {
            if (!(fraction >= 0 && fraction < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException("SmoothGrad: expected a noise of at least 0, got " + fraction);
            }
            this.noise = fraction;
            return this;
        }

        /** The seed of the noise; 0 unless set. */
        public Options seed(long seed) {
            this.seed = seed;
            return this;
        }
    }

    @Override
    public Attribution explain(Layer net, Tensor images, Tensor classes) {
        int[] all = {1, 2, 3};
        var generator = Generator.of(options.seed);
        try (var f = new ClassScores("SmoothGrad", net, images, classes)) {
            Tensor sum = Tensors.zerosLike(f.images());
            for (int i = 0; i < options.samples; i++) {
                sum.add_(
                        f.inBatches((x, labels) -> {
                            Tensor range = x.amax(all, KeepDim.KEEP_DIM).sub(x.amin(all, KeepDim.KEEP_DIM));
                            Tensor noise = Tensors.randnLike(generator, x).mul(range.mul(options.noise));
                            return f.gradient(x.add(noise), labels);
                        }));
            }
            return f.attribution(sum.div(options.samples));
        }
    }
}
