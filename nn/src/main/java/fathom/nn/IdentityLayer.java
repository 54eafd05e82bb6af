package fathom.nn;

import fathom.Tensor;

/** The input itself: PyTorch's {@code Identity}, as which it prints; that name is one of {@code java.base}. */
public final class IdentityLayer extends BuiltInLayer {
    /** The identity. */
    public IdentityLayer() {}

    @Override
    protected Tensor compute(Tensor x) {
        return x;
    }

    @Override
    protected String reprName() {
        return "Identity";
    }
}
