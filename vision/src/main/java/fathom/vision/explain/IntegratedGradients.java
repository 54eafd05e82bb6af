package fathom.vision.explain;

import fathom.DType;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The difference to a baseline image times the mean gradient on the straight path from it: {@code (x - b) * integral of
 * df(b + a (x - b))/dx over a from 0 to 1}. The values of an image sum to the difference of the two scores, up to the
 * error of the numerical integration (midpoint rule), which is {@link Attribution#completenessError}.
 *
 * @see <a href="https://arxiv.org/abs/1703.01365">Sundararajan, Taly and Yan (2017), Axiomatic Attribution for Deep
 *     Networks</a>
 */
public final class IntegratedGradients implements Explainer {
    private final Options options = new Options();

    /** With the options' defaults. */
    public IntegratedGradients() {
        this(o -> {});
    }

    /** With options. */
    public IntegratedGradients(Consumer<Options> options) {
        options.accept(this.options);
    }

    /** Options of integrated gradients. */
    public static final class Options {
        private int steps = 64;
        private int batchSize = ClassScores.BATCH_SIZE;
        private @Nullable Tensor baseline;

        private Options() {}

        /** The number of gradients per image; 64 unless set. */
        public Options steps(int steps) {
            this.steps = Checks.atLeastOne("IntegratedGradients: steps", steps);
            return this;
        }

        /**
         * The image without information; zeros unless set, which is black for images from 0 to 1 and the mean colour
         * for normalised ones.
         *
         * @param baseline a tensor that broadcasts to [N, C, H, W], such as [C, H, W] or [C, 1, 1]
         */
        public Options baseline(Tensor baseline) {
            this.baseline = baseline.detach();
            return this;
        }

        /** The number of images on the path, of all inputs together, per forward pass; 32 unless set. */
        public Options batchSize(int batchSize) {
            this.batchSize = Checks.atLeastOne("IntegratedGradients: batchSize", batchSize);
            return this;
        }
    }

    @Override
    public Attribution explain(Layer net, Tensor images, Tensor classes) {
        try (var f = new ClassScores("IntegratedGradients", net, images, classes)) {
            Tensor x = f.images();
            Tensor from =
                    options.baseline == null
                            ? Tensors.zerosLike(x)
                            : options.baseline.to(x.device(), x.dtype()).expand(x.shape().dims());
            Tensor difference = x.sub(from);
            Tensor sum = Tensors.zerosLike(x);
            // points on the paths, numbered step by step: point p is of image p % n
            long n = x.size(0);
            long points = n * options.steps;
            for (long first = 0; first < points; first += options.batchSize) {
                long count = Math.min(options.batchSize, points - first);
                var index = new long[(int) count];
                var part = new double[(int) count];
                for (int i = 0; i < count; i++) {
                    index[i] = (first + i) % n;
                    part[i] = ((first + i) / n + 0.5) / options.steps;
                }
                Tensor which = x.newTensor(index, DType.INT64);
                Tensor at = x.newTensor(part, x.dtype()).reshape(count, 1, 1, 1);
                Tensor gradient =
                        Scope.returning(() ->
                                f.gradient(
                                        from.indexSelect(0, which).add(difference.indexSelect(0, which).mul(at)),
                                        f.classes().indexSelect(0, which)));
                sum.indexAdd_(0, which, gradient);
            }
            Tensor values = difference.mul(sum.div(options.steps));
            return f.attribution(values, f.scoresOf(from));
        }
    }
}
