package fathom.vision.diffusion;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.activation.SiLU;

/**
 * A vector for each time step: sines and cosines of geometric frequencies (Vaswani et al., 2017), and two dense layers.
 * [N] becomes [N, width].
 */
final class TimeEmbedding extends Layer {
    private static final double MAX_PERIOD = 10_000;

    private final Tensor frequencies;
    private final Linear linear1;
    private final SiLU act = new SiLU();
    private final Linear linear2;

    /**
     * @param sines the number of frequencies
     * @param width the width of the result
     */
    TimeEmbedding(int sines, int width) {
        var f = new double[sines];
        for (int i = 0; i < sines; i++) {
            f[i] = Math.exp(-Math.log(MAX_PERIOD) * i / sines);
        }
        frequencies = transientBuffer(Tensors.tensor(f, DType.FLOAT32));
        linear1 = new Linear(2L * sines, width);
        linear2 = new Linear(width, width);
    }

    /** {@return sine and cosine features, [N, 2 * sines]} */
    Tensor sinusoidal(Tensor steps) {
        Tensor angles = steps.to(frequencies.dtype()).unsqueeze(1).mul(frequencies);
        return Tensors.cat(java.util.List.of(angles.sin(), angles.cos()), 1);
    }

    @Override
    public Tensor forward(Tensor steps) {
        return linear2.forward(act.forward(linear1.forward(sinusoidal(steps))));
    }
}
