package fathom.vision.explain;

import fathom.Autograd;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * The drop of the class score when a window of the image is covered. The value of a pixel is the mean drop over the
 * windows that cover it, the same for all channels. It needs no gradient.
 *
 * @see <a href="https://arxiv.org/abs/1311.2901">Zeiler and Fergus (2013), Visualizing and Understanding Convolutional
 *     Networks</a>
 */
public final class Occlusion implements Explainer {
    private final Options options = new Options();

    /** With the options' defaults. */
    public Occlusion() {
        this(o -> {});
    }

    /** With options. */
    public Occlusion(Consumer<Options> options) {
        options.accept(this.options);
    }

    /** Options of occlusion. */
    public static final class Options {
        private int window;
        private int stride;
        private double value;
        private int batchSize = ClassScores.BATCH_SIZE;

        private Options() {}

        /** The side of the window in pixels; an eighth of the image's longer side unless set, but at least 2. */
        public Options window(int side) {
            this.window = Checks.atLeastOne("Occlusion: window", side);
            return this;
        }

        /**
         * The distance of neighbouring windows in pixels, at most the window's side; half the side unless set. The last
         * window of a row ends at the image's edge, so that all pixels are covered.
         */
        public Options stride(int pixels) {
            this.stride = Checks.atLeastOne("Occlusion: stride", pixels);
            return this;
        }

        /** The value of covered pixels; 0 unless set. */
        public Options value(double value) {
            this.value = value;
            return this;
        }

        /** The number of covered images per forward pass; 32 unless set. */
        public Options batchSize(int batchSize) {
            this.batchSize = Checks.atLeastOne("Occlusion: batchSize", batchSize);
            return this;
        }
    }

    @Override
    public Attribution explain(Layer net, Tensor images, Tensor classes) {
        try (var f = new ClassScores("Occlusion", net, images, classes);
                var _ = Autograd.noGrad()) {
            Tensor x = f.images();
            int h = Math.toIntExact(x.size(2));
            int w = Math.toIntExact(x.size(3));
            int side = options.window == 0 ? Math.max(2, Math.max(h, w) / 8) : options.window;
            int stride = options.stride == 0 ? Math.max(1, side / 2) : options.stride;
            if (stride > side) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "Occlusion: a stride of %d with a window of %d leaves pixels uncovered",
                                stride,
                                side));
            }
            // covered[p, y, x] is 1 where window p covers the pixel
            Tensor covered = windows(h, w, side, stride).to(x.device(), x.dtype());
            long p = covered.size(0);
            var rows = new ArrayList<Tensor>();
            for (int i = 0; i < x.size(0); i++) {
                Tensor image = x.narrow(0, i, 1);
                Tensor label = f.classes().narrow(0, i, 1);
                Tensor score = f.scores().narrow(0, i, 1);
                rows.add(Scope.returning(() -> drops(f, image, label, score, covered)));
            }
            Tensor total = Tensors.stack(rows).matmul(covered.reshape(p, (long) h * w));
            Tensor mean = total.div(covered.sum(0).reshape((long) h * w));
            return f.attribution(mean.reshape(x.size(0), 1, h, w));
        }
    }

    /** {@return the drops of an image's score, one per window} */
    private Tensor drops(ClassScores f, Tensor image, Tensor label, Tensor score, Tensor covered) {
        List<Tensor> drops = new ArrayList<>();
        for (Tensor part : covered.split(options.batchSize)) {
            Tensor cover = part.unsqueeze(1);
            drops.add(
                    Scope.returning(() -> {
                        Tensor hidden = image.mul(cover.rsub(1)).add(cover.mul(options.value));
                        return score.sub(f.of(hidden, label.expand(part.size(0))));
                    }));
        }
        return Tensors.cat(drops);
    }

    private static Tensor windows(int h, int w, int side, int stride) {
        int[] tops = starts(h, side, stride);
        int[] lefts = starts(w, side, stride);
        var masks = new float[tops.length * lefts.length * h * w];
        int p = 0;
        for (int top : tops) {
            for (int left : lefts) {
                for (int y = top; y < Math.min(h, top + side); y++) {
                    for (int x = left; x < Math.min(w, left + side); x++) {
                        masks[(p * h + y) * w + x] = 1;
                    }
                }
                p++;
            }
        }
        return Tensors.tensor(masks).reshape(p, h, w);
    }

    /** {@return the first positions of the windows along one axis} */
    private static int[] starts(int extent, int side, int stride) {
        int last = Math.max(0, extent - side);
        int n = Math.ceilDiv(last, stride) + 1;
        var starts = new int[n];
        for (int i = 0; i < n; i++) {
            starts[i] = Math.min(last, i * stride);
        }
        return starts;
    }
}
