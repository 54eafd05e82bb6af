package fathom.vision.layers;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.BuiltInLayer;
import fathom.nn.Reprs;
import java.util.Arrays;
import java.util.Locale;

/**
 * Zeroes a residual branch at random in training, for each example or for the whole batch, and scales it by {@code 1 /
 * (1 - p)} otherwise (Huang et al., 2016). {@code [N, ...]} keeps its shape.
 *
 * <pre>{@code
 * Tensor y = x.add(stochasticDepth.forward(branch.forward(x)));
 * }</pre>
 */
public final class StochasticDepth extends BuiltInLayer {
    private final double p;
    private final Mode mode;

    /** What is zeroed together. */
    public enum Mode {
        /** The whole batch. */
        BATCH,
        /** Each example, that is each row of the first dimension. */
        ROW
    }

    /**
     * With probability {@code p} of zeroing, for each example.
     *
     * @throws IllegalArgumentException if {@code p} is not from 0 to 1
     */
    public StochasticDepth(double p) {
        this(p, Mode.ROW);
    }

    /**
     * With probability {@code p} of zeroing.
     *
     * @throws IllegalArgumentException if {@code p} is not from 0 to 1
     */
    public StochasticDepth(double p, Mode mode) {
        checkProbability(p);
        this.p = p;
        this.mode = mode;
    }

    private static void checkProbability(double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("stochasticDepth: expected a probability from 0 to 1, got " + p);
        }
    }

    /**
     * {@return {@code x}, zeroed or scaled}
     *
     * @param x a branch, {@code [N, ...]}
     * @param p the probability of zeroing
     * @param training whether anything is zeroed; otherwise x is returned
     * @throws IllegalArgumentException if p is not a probability, or x is a scalar
     */
    public static Tensor stochasticDepth(Tensor x, double p, Mode mode, boolean training) {
        checkProbability(p);
        if (x.dim() == 0) {
            throw new IllegalArgumentException("stochasticDepth: expected [N, ...], got a scalar");
        }
        if (!training || p == 0) {
            return x;
        }
        var shape = new long[x.dim()];
        Arrays.fill(shape, 1);
        if (mode == Mode.ROW) {
            shape[0] = x.size(0);
        }
        return x.mul(Tensors.dropout(x.newOnes(x.dtype(), shape), p, true));
    }

    @Override
    protected Tensor compute(Tensor x) {
        return stochasticDepth(x, p, mode, isTraining());
    }

    @Override
    protected String extraRepr() {
        return "p=%s, mode=%s".formatted(Reprs.number(p), mode.name().toLowerCase(Locale.ROOT));
    }
}
