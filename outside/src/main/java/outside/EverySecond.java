package outside;

import fathom.CustomKernel;
import fathom.DType;
import fathom.Shape;
import java.lang.foreign.ValueLayout;

/** A kernel that returns every second element of a float32 tensor in row-major order. */
final class EverySecond extends CustomKernel {
    @Override
    protected Spec[] infer(Spec... in) {
        if (in[0].dtype() != DType.FLOAT32) {
            throw new IllegalArgumentException("everySecond: expected float32, not " + in[0].dtype());
        }
        return new Spec[] {new Spec(DType.FLOAT32, Shape.of(in[0].shape().numel() / 2))};
    }

    @Override
    protected void compute(Buffer[] in, Buffer[] out) {
        for (long i = 0; i < out[0].shape().numel(); i++) {
            float value = in[0].memory().getAtIndex(ValueLayout.JAVA_FLOAT, 2 * i);
            out[0].memory().setAtIndex(ValueLayout.JAVA_FLOAT, i, value);
        }
    }
}
