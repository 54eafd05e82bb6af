package fathom.nn.attention;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.util.Locale;

/**
 * Attention with linear biases (Press et al., 2022): instead of encoding positions, each head lowers the scores in
 * proportion to the distance of query and key.
 *
 * {@snippet :
 * Tensor bias = Alibi.bias(8, 128, 128);
 * Tensor y = scaledDotProductAttention(q, k, v, o -> o.mask(bias).causal(true));
 * }
 *
 * @see <a href="https://arxiv.org/abs/2108.12409">Press et al., Train Short, Test Long</a>
 */
public final class Alibi {
    /** The exponent of the last head's slope. */
    private static final double LAST = 8;

    private Alibi() {}

    /**
     * {@return the slopes of the heads, float32 {@code [H]}: a geometric sequence from 2^(-8 / H) to 2^-8; for a number
     * of heads that is no power of two, that of the next lower power, followed by every second one of twice as many}
     */
    public static Tensor slopes(int heads) {
        if (heads < 1) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "Alibi: expected at least one head, got %d", heads));
        }
        int power = Integer.highestOneBit(heads);
        var slopes = new float[heads];
        for (int i = 0; i < heads; i++) {
            double exponent = i < power ? (i + 1.0) / power : (2 * (i - power) + 1.0) / (2 * power);
            slopes[i] = (float) Math.pow(2, -LAST * exponent);
        }
        return Tensors.tensor(slopes);
    }

    /**
     * {@return the biases to add to scores, float32 {@code [H, L, S]}: minus the slope times the distance, the last
     * query being at the position of the last key}
     */
    public static Tensor bias(int heads, long queries, long keys) {
        Tensor position = Tensors.arange(keys - queries, keys).unsqueeze(1);
        Tensor distance = position.sub(Tensors.arange(keys)).abs().to(DType.FLOAT32);
        return slopes(heads).neg().reshape(heads, 1, 1).mul(distance);
    }
}
