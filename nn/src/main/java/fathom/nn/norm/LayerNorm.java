package fathom.nn.norm;

import static fathom.Tensors.ones;
import static fathom.Tensors.zeros;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.BuiltInLayer;
import fathom.nn.Reprs;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Layer norm (Ba et al., 2016): normalises the last dimensions to mean 0 and variance 1, then applies a learned scale
 * and shift per element.
 *
 * @see <a href="https://d2l.ai/chapter_attention-mechanisms-and-transformers/transformer.html">Dive into Deep Learning,
 *     The Transformer Architecture</a>
 */
public final class LayerNorm extends BuiltInLayer {
    /** The learned scale, of the normalised shape, initialised to ones; null unless affine. */
    public final @Nullable Tensor weight;

    /** The learned shift, of the normalised shape, initialised to zeros; null if there is none. */
    public final @Nullable Tensor bias;

    private final long[] normalizedShape;
    private final Options options;

    /** Over the last dimensions, which have these extents. */
    public LayerNorm(long... normalizedShape) {
        this(normalizedShape, o -> {});
    }

    /** Over the last dimension, with options: {@code new LayerNorm(768, o -> o.eps(1e-12))}. */
    public LayerNorm(long normalizedShape, Consumer<Options> options) {
        this(new long[] {normalizedShape}, options);
    }

    /** Over the last dimensions, which have these extents, with options. */
    public LayerNorm(long[] normalizedShape, Consumer<Options> options) {
        this.normalizedShape = normalizedShape.clone();
        this.options = new Options();
        options.accept(this.options);
        boolean affine = this.options.elementwiseAffine;
        weight = affine ? parameter(ones(normalizedShape)) : null;
        bias = affine && this.options.bias ? parameter(zeros(normalizedShape)) : null;
    }

    /** Options of layer norm; PyTorch's defaults. */
    public static final class Options {
        private double eps = 1e-5;
        private boolean elementwiseAffine = true;
        private boolean bias = true;

        private Options() {}

        /** Added to the variance; 1e-5 unless set. */
        public Options eps(double eps) {
            this.eps = eps;
            return this;
        }

        /** Whether there are a learned scale and a shift per element; true unless set. */
        public Options elementwiseAffine(boolean affine) {
            this.elementwiseAffine = affine;
            return this;
        }

        /** Whether there is a summand where there is a factor; true unless set. */
        public Options bias(boolean bias) {
            this.bias = bias;
            return this;
        }
    }

    @Override
    protected Tensor compute(Tensor x) {
        return Tensors.layerNorm(x, normalizedShape, weight, bias, options.eps);
    }

    @Override
    protected String extraRepr() {
        return "%s, eps=%s, elementwise_affine=%s%s"
                .formatted(
                        Reprs.tuple(normalizedShape),
                        Reprs.number(options.eps),
                        Reprs.bool(options.elementwiseAffine),
                        options.bias ? "" : ", bias=False");
    }
}
