package fathom.nn;

import fathom.Tensor;

/** A layer of this library: its hooks run however it is called. */
public abstract class BuiltInLayer extends Layer {
    private static final String PACKAGE = BuiltInLayer.class.getPackageName();

    BuiltInLayer() {}

    /** Layers with layers within override it. */
    @Override
    boolean isOpaque() {
        return !isHooked() && getClass().getPackageName().equals(PACKAGE); // a user's subclass may keep what it likes
    }

    /** {@return the result for one input} */
    protected abstract Tensor compute(Tensor x);

    @Override
    public final Tensor forward(Tensor x) {
        try {
            return hooked(x, compute(x));
        } catch (RuntimeException e) {
            throw FailedLayer.in(this, e);
        }
    }

    @Override
    public final Tensor call(Tensor x) {
        return forward(x);
    }
}
