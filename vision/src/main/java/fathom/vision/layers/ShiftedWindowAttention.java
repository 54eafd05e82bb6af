package fathom.vision.layers;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.BuiltInLayer;
import fathom.nn.Init;
import fathom.nn.Linear;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Multi-head self-attention within windows of a Swin Transformer (Liu et al., 2021, figure 4): {@code [N, H, W, C]}
 * keeps its shape. The picture of tokens is cut into windows of M x M, whose tokens attend to each other, with a
 * learned bias for each offset between two of them. In every second layer the picture is shifted cyclically by half a
 * window first, and tokens that were not neighbours before do not attend to each other. Pictures that windows do not
 * tile are padded with zeros at the right and the bottom.
 *
 * @see <a href="https://arxiv.org/abs/2103.14030">Swin Transformer: Hierarchical Vision Transformer using Shifted
 *     Windows</a>
 */
public final class ShiftedWindowAttention extends BuiltInLayer {
    /** The summand of scores of tokens that were not neighbours before the shift. */
    private static final double APART = -100;

    private static final double BIAS_STD = 0.02;

    /** {@code [(2 M - 1)^2, heads]}: the bias of each offset. */
    private final Tensor relativePositionBiasTable;

    /** {@code [M^4]}: the row of the table for each pair of tokens of a window. */
    private final Tensor relativePositionIndex;

    private final Linear qkv;
    private final Linear proj;
    private final int window;
    private final int shift;
    private final int heads;
    private final double attentionDropout;
    private final double dropout;

    /** Without dropout. */
    public ShiftedWindowAttention(int channels, int window, int shift, int heads) {
        this(channels, window, shift, heads, 0, 0);
    }

    /**
     * With dropout.
     *
     * @param channels the number of channels of a token, C
     * @param window the side of a window in tokens, M
     * @param shift the cyclic shift in tokens; 0 for none
     * @param heads the number of heads, which divides the channels
     * @param attentionDropout the probability of zeroing an attention weight in training
     * @param dropout the probability of zeroing an element of the result in training
     * @throws IllegalArgumentException if the heads do not divide the channels, or the shift is not within a window
     */
    public ShiftedWindowAttention(
            int channels, int window, int shift, int heads, double attentionDropout, double dropout) {
        if (heads < 1 || channels < 1 || channels % heads != 0 || window < 1 || shift < 0 || shift >= window) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "ShiftedWindowAttention: %d channels, a window of %d, a shift of %d, %d heads: expected heads that divide the channels, and a shift smaller than the window",
                            channels,
                            window,
                            shift,
                            heads));
        }
        this.window = window;
        this.shift = shift;
        this.heads = heads;
        this.attentionDropout = attentionDropout;
        this.dropout = dropout;
        long offsets = 2L * window - 1;
        relativePositionBiasTable =
                parameter(Init.truncNormal_(Tensors.zeros(offsets * offsets, heads), 0, BIAS_STD, -2, 2));
        relativePositionIndex = buffer(offsets(window));
        qkv = new Linear(channels, 3L * channels);
        proj = new Linear(channels, channels);
    }

    /** {@return the row of the table of each pair of tokens of a window} */
    private static Tensor offsets(int window) {
        int tokens = window * window;
        int side = 2 * window - 1;
        var rows = new long[tokens * tokens];
        for (int i = 0; i < tokens; i++) {
            for (int j = 0; j < tokens; j++) {
                int down = i / window - j / window + window - 1;
                int right = i % window - j % window + window - 1;
                rows[i * tokens + j] = (long) down * side + right;
            }
        }
        return Tensors.tensor(rows);
    }

    @Override
    protected Tensor compute(Tensor x) {
        if (x.dim() != 4) {
            throw new IllegalArgumentException("ShiftedWindowAttention: expected [N, H, W, C], got " + x.shape());
        }
        long h = x.size(1);
        long w = x.size(2);
        long bottom = Math.floorMod(-h, window);
        long right = Math.floorMod(-w, window);
        Tensor y = bottom + right == 0 ? x : Tensors.pad(x, 0, 0, 0, right, 0, bottom);
        long down = y.size(1) / window;
        long across = y.size(2) / window;
        int shiftH = down > 1 ? shift : 0; // one window sees everything
        int shiftW = across > 1 ? shift : 0;
        y = rolled(y, -shiftH, -shiftW);
        // [N, down, M, across, M, C] to [N down across, M^2, C]
        Tensor windows = y.unflatten(2, across, window).unflatten(1, down, window).permute(0, 1, 3, 2, 4, 5);
        Tensor attended = attend(windows.flatten(0, 2).flatten(1, 2), x.size(0), mask(y, shiftH, shiftW));
        Tensor mapped = Tensors.dropout(proj.forward(attended), dropout, isTraining());
        y =
                mapped.unflatten(1, window, window)
                        .unflatten(0, x.size(0), down, across)
                        .permute(0, 1, 3, 2, 4, 5)
                        .flatten(3, 4)
                        .flatten(1, 2);
        y = rolled(y, shiftH, shiftW);
        return bottom + right == 0 ? y : y.narrow(1, 0, h).narrow(2, 0, w);
    }

    private static Tensor rolled(Tensor x, long down, long right) {
        return down == 0 && right == 0 ? x : x.roll(new long[] {down, right}, new int[] {1, 2});
    }

    /**
     * {@return attention within windows, {@code [windows, M^2, C]}}
     *
     * @param apart the mask of the windows of one picture, or null
     */
    private Tensor attend(Tensor windows, long pictures, @Nullable Tensor apart) {
        long tokens = windows.size(1);
        // [windows, M^2, 3, heads, C / heads] to three [windows, heads, M^2, C / heads]
        List<Tensor> split = qkv.forward(windows).unflatten(2, 3, heads, -1).unbind(2);
        Tensor q = split.get(0).transpose(1, 2);
        Tensor k = split.get(1).transpose(1, 2);
        Tensor v = split.get(2).transpose(1, 2);
        Tensor bias =
                relativePositionBiasTable
                        .indexSelect(0, relativePositionIndex)
                        .unflatten(0, tokens, tokens)
                        .permute(2, 0, 1)
                        .contiguous();
        if (apart == null) {
            return attention(q, k, v, bias).transpose(1, 2).flatten(2);
        }
        Tensor scores = bias.unsqueeze(0).add(apart.unsqueeze(1)); // [windows of a picture, heads, M^2, M^2]
        long each = apart.size(0);
        Tensor y =
                attention(
                        q.unflatten(0, pictures, each),
                        k.unflatten(0, pictures, each),
                        v.unflatten(0, pictures, each),
                        scores);
        return y.flatten(0, 1).transpose(1, 2).flatten(2);
    }

    private Tensor attention(Tensor q, Tensor k, Tensor v, Tensor bias) {
        double p = isTraining() ? attentionDropout : 0;
        if (!bias.requiresGrad() || !Autograd.isGradEnabled()) {
            return Tensors.scaledDotProductAttention(q, k, v, o -> o.mask(bias).dropout(p));
        }
        // the fused kernel has no gradient for the bias; no query is without keys, which saves a mask of them
        Tensor scores = q.mul(1 / Math.sqrt(q.size(-1))).matmul(k.transpose(-2, -1));
        return Tensors.dropout(scores.add(bias).softmax(-1), p, true).matmul(v);
    }

    /**
     * {@return what is added to the scores of each window of a shifted picture, {@code [windows, M^2, M^2]}; null if it
     * is not shifted}
     *
     * <p>Tokens were neighbours if they are in the same of nine parts, which the last windows and the shift cut. The
     * mask is computed each time: it is small beside the scores, and kept masks would tie captured steps to one size.
     */
    private @Nullable Tensor mask(Tensor x, int shiftH, int shiftW) {
        if (shiftH + shiftW == 0) {
            return null;
        }
        DType type = relativePositionBiasTable.dtype();
        try (var _ = x.device().open()) {
            Tensor parts = part(x.size(1), shiftH, type).mul(3).unsqueeze(1).add(part(x.size(2), shiftW, type));
            Tensor windows =
                    parts.unflatten(1, -1, window)
                            .unflatten(0, -1, window)
                            .permute(0, 2, 1, 3)
                            .flatten(2)
                            .flatten(0, 1);
            return windows.unsqueeze(1).ne(windows.unsqueeze(2)).to(type).mul(APART);
        }
    }

    /** {@return 0 for rows of tokens before the last windows, 1 for those before the shift's edge, 2 after it} */
    private Tensor part(long n, int shift, DType type) {
        Tensor at = Tensors.arange(n);
        return at.ge(n - window).to(type).add(at.ge(n - shift).to(type));
    }

    @Override
    protected String extraRepr() {
        return String.format(Locale.ROOT, "window=%d, shift=%d, heads=%d", window, shift, heads)
                + (attentionDropout == 0 && dropout == 0
                        ? ""
                        : ", attention_dropout=%s, dropout=%s".formatted(attentionDropout, dropout));
    }

    /** The two products of attention, over whole windows; the projections count their own. */
    @Override
    protected long multiplyAdds(Tensor x, Tensor y) {
        long tokens = x.size(0) * Math.ceilDiv(x.size(1), window) * Math.ceilDiv(x.size(2), window) * window * window;
        return 2 * tokens * window * window * x.size(3);
    }
}
