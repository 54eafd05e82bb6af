package fathom.vision.layers;

import fathom.nn.Dropout;
import fathom.nn.Init;
import fathom.nn.Linear;
import fathom.nn.Sequential;
import fathom.nn.activation.GELU;

/**
 * The feed-forward network of a vision transformer's block, applied to each token: a linear layer, GELU, and a linear
 * layer back, with dropout after each. {@code [..., C]} keeps its shape. Weights are initialised Xavier-uniform, biases
 * near zero.
 */
public final class MLPBlock extends Sequential {
    private static final double BIAS_STD = 1e-6;

    /**
     * With {@code hidden} units.
     *
     * @param width the number of channels of a token, C
     * @param dropout the probability of zeroing an element after each linear layer
     */
    public MLPBlock(long width, long hidden, double dropout) {
        super(
                new Linear(width, hidden),
                new GELU(),
                new Dropout(dropout),
                new Linear(hidden, width),
                new Dropout(dropout));
        for (Linear linear : blocks(Linear.class)) {
            Init.xavierUniform_(linear.weight);
            if (linear.bias != null) {
                Init.normal_(linear.bias, 0, BIAS_STD);
            }
        }
    }
}
