package fathom.nn;

import fathom.Tensor;
import fathom.Tensors;

/**
 * Zeros whole channels of volumes at random in training, and makes up for it in the others (Tompson et al., 2015).
 *
 * @see <a href="https://d2l.ai/chapter_multilayer-perceptrons/dropout.html">Dive into Deep Learning, Dropout</a>
 */
public final class Dropout3d extends BuiltInLayer {
    private final double p;

    /** Every second one. */
    public Dropout3d() {
        this(0.5);
    }

    /**
     * With this probability of a zero.
     *
     * @throws IllegalArgumentException if it is none
     */
    public Dropout3d(double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("Dropout3d: wants a probability from 0 to 1, not " + p);
        }
        this.p = p;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return Tensors.dropout3d(x, p, isTraining());
    }

    @Override
    protected String extraRepr() {
        return "p=%s, inplace=False".formatted(Reprs.number(p));
    }
}
