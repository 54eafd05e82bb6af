package fathom.nn;

import fathom.Tensor;

/**
 * Returns its input: PyTorch's {@code Identity}, under which name it prints. ({@code java.security.Identity} takes that
 * name in Java.)
 */
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
