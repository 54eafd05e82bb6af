package fathom.nn.attention;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.nn.FailedLayer;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;

/**
 * Rotary position embedding (Su et al., 2021): turns each pair of features of a query or key at position i by the angle
 * {@code i base^(-2 j / d)}, j being the number of the pair, so that products depend on the distance of positions
 * alone.
 *
 * {@snippet :
 * var rotary = new RotaryEmbedding(64);
 * Tensor y = scaledDotProductAttention(rotary.forward(q), rotary.forward(k), v, o -> o.causal(true));
 * }
 *
 * @see <a href="https://arxiv.org/abs/2104.09864">Su et al., RoFormer: Enhanced Transformer with Rotary Position
 *     Embedding</a>
 */
public final class RotaryEmbedding extends Block {
    private final Tensor cosines;
    private final Tensor sines;
    private final long width;
    private final Options options;

    /** For heads of this width, with the paper's options. */
    public RotaryEmbedding(long width) {
        this(width, o -> {});
    }

    /**
     * For heads of this width.
     *
     * @param width an even number
     * @param options {@code o -> o.interleaved(false).base(500_000)}
     */
    public RotaryEmbedding(long width, Consumer<Options> options) {
        this.options = new Options();
        options.accept(this.options);
        if (width < 2 || width % 2 != 0) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "RotaryEmbedding: expected an even width of at least 2, got %d", width));
        }
        this.width = width;
        Tensor j = Tensors.arange(width / 2).to(DType.FLOAT64).mul(-2.0 / width);
        Tensor frequency = Tensors.full(this.options.base, DType.FLOAT64).pow(j);
        Tensor angle = Tensors.arange(this.options.maxLen).to(DType.FLOAT64).unsqueeze(1).mul(frequency);
        cosines = transientBuffer(angle.cos().to(DType.FLOAT32));
        sines = transientBuffer(angle.sin().to(DType.FLOAT32));
    }

    /** Options of rotary embeddings. */
    public static final class Options {
        private double base = 10_000;
        private long maxLen = 2048;
        private boolean interleaved = true;

        private Options() {}

        /** The base of the wavelengths; 10,000 unless set. */
        public Options base(double base) {
            if (!(base > 0) || Double.isInfinite(base)) {
                throw new IllegalArgumentException("RotaryEmbedding: base must be above 0, is " + base);
            }
            this.base = base;
            return this;
        }

        /** The number of positions; 2048 unless set. */
        public Options maxLen(long maxLen) {
            if (maxLen < 1) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "RotaryEmbedding: maxLen must be at least 1, is %d", maxLen));
            }
            this.maxLen = maxLen;
            return this;
        }

        /**
         * Whether pairs are features 2 j and 2 j + 1, as in the paper, rather than j and j + d / 2, as in Hugging
         * Face's Llama; true unless set.
         */
        public Options interleaved(boolean interleaved) {
            this.interleaved = interleaved;
            return this;
        }
    }

    /**
     * {@return queries or keys, turned by their positions from 0 on}
     *
     * @param x {@code [..., L, d]}
     */
    public Tensor forward(Tensor x) {
        return forward(x, 0);
    }

    /**
     * {@return queries or keys that follow {@code past} others}
     *
     * @param x {@code [..., L, d]}
     * @param past the position of the first
     */
    public Tensor forward(Tensor x, long past) {
        long maxLen = cosines.size(0);
        if (x.dim() < 2 || x.size(-1) != width || past < 0 || past + x.size(-2) > maxLen) {
            throw FailedLayer.in(
                    this,
                    new IllegalArgumentException(
                            String.format(
                                    Locale.ROOT,
                                    "RotaryEmbedding: input %s behind %d positions: expected [..., L, %d], and at most %d positions",
                                    x.shape(),
                                    past,
                                    width,
                                    maxLen)));
        }
        Tensor cos = cosines.narrow(0, past, x.size(-2)).to(x.dtype());
        Tensor sin = sines.narrow(0, past, x.size(-2)).to(x.dtype());
        if (options.interleaved) {
            Tensor pairs = x.unflatten(-1, width / 2, 2);
            Tensor a = pairs.select(-1, 0);
            Tensor b = pairs.select(-1, 1);
            return Tensors.stack(List.of(a.mul(cos).sub(b.mul(sin)), b.mul(cos).add(a.mul(sin))), -1).flatten(-2);
        }
        return RotaryFrequencies.turned(x, cos, sin);
    }
}
