package fathom.nn.transformer;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.BuiltInLayer;
import fathom.nn.Dropout;
import java.util.Locale;

/**
 * Sinusoidal positional encoding (Vaswani et al., 2017): adds to position i sines and cosines at wavelengths from 2 pi
 * to 10000 times that, {@code sin(i / 10000^(2 j / d))} in column 2 j and the cosine in column 2 j + 1; then dropout.
 * {@code [N, L, d]} and {@code [L, d]} keep their shapes.
 *
 * @see <a
 *     href="https://d2l.ai/chapter_attention-mechanisms-and-transformers/self-attention-and-positional-encoding.html">
 *     Dive into Deep Learning, Self-Attention and Positional Encoding</a>
 */
public final class PositionalEncoding extends BuiltInLayer {
    private final Dropout dropout;
    private final Tensor table;
    private final long numHiddens;
    private final long maxLen;

    /** For sequences of up to 1000 positions. */
    public PositionalEncoding(long numHiddens, double dropout) {
        this(numHiddens, dropout, 1000);
    }

    /**
     * For sequences of up to {@code maxLen} positions.
     *
     * @throws IllegalArgumentException if an extent is below 1
     */
    public PositionalEncoding(long numHiddens, double dropout, long maxLen) {
        if (numHiddens < 1 || maxLen < 1) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "PositionalEncoding: expected at least one hidden unit and one position, got %d and %d",
                            numHiddens,
                            maxLen));
        }
        this.dropout = new Dropout(dropout);
        this.numHiddens = numHiddens;
        this.maxLen = maxLen;
        table = transientBuffer(table(numHiddens, maxLen));
    }

    private static Tensor table(long d, long positions) {
        // sines and cosines interleaved: [L, d / 2, 2] viewed as [L, d]
        Tensor j = Tensors.arange((d + 1) / 2).to(DType.FLOAT64).mul(2.0 / d);
        Tensor angle =
                Tensors.arange(positions).to(DType.FLOAT64).unsqueeze(1).div(Tensors.full(10000, DType.FLOAT64).pow(j));
        Tensor both = Tensors.stack(java.util.List.of(angle.sin(), angle.cos()), 2);
        return both.flatten(1).narrow(1, 0, d).to(DType.FLOAT32);
    }

    @Override
    protected Tensor compute(Tensor x) {
        return encode(x, 0);
    }

    /**
     * {@return tokens that follow {@code past} others, with their positions}
     *
     * @param x {@code [N, L, d]} or {@code [L, d]}
     * @param past the position of the first token
     */
    public Tensor forward(Tensor x, long past) {
        return hooked(x, encode(x, past));
    }

    private Tensor encode(Tensor x, long past) {
        if (x.dim() < 2 || x.size(-1) != numHiddens || past < 0 || past + x.size(-2) > maxLen) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "PositionalEncoding: input %s%s: expected [..., L, %d] with L up to %d",
                            x.shape(),
                            past == 0 ? "" : " behind " + past + " positions",
                            numHiddens,
                            maxLen));
        }
        return dropout.forward(x.add(table.narrow(0, past, x.size(-2)).to(x.dtype())));
    }
}
