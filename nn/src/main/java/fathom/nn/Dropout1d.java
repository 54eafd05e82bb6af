package fathom.nn;

import fathom.Tensor;
import fathom.Tensors;

/**
 * Zeros whole channels of sequences at random in training and scales the others by {@code 1 / (1 - p)} (Tompson et al.,
 * 2015).
 *
 * @see <a href="https://d2l.ai/chapter_multilayer-perceptrons/dropout.html">Dive into Deep Learning, Dropout</a>
 */
public final class Dropout1d extends BuiltInLayer {
    private final double p;

    /** With probability 0.5. */
    public Dropout1d() {
        this(0.5);
    }

    /**
     * With probability {@code p} of zeroing an element.
     *
     * @throws IllegalArgumentException if {@code p} is not from 0 to 1
     */
    public Dropout1d(double p) {
        if (!(p >= 0 && p <= 1)) {
            throw new IllegalArgumentException("Dropout1d: expected a probability from 0 to 1, got " + p);
        }
        this.p = p;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return Tensors.dropout1d(x, p, isTraining());
    }

    @Override
    protected String extraRepr() {
        return "p=%s, inplace=False".formatted(Reprs.number(p));
    }
}
