package fathom.onednn;

import fathom.cpu.narrow.NarrowConvolution;
import fathom.primitive.Operand;

/**
 * A convolution, or its gradient by its input, that is not oneDNN's: with few channels in the result its vectors are
 * mostly empty, and {@link NarrowConvolution} is two to four times faster.
 */
final class NarrowPlan extends Plan {
    private final NarrowConvolution convolution;

    NarrowPlan(NarrowConvolution convolution) {
        this.convolution = convolution;
    }

    @Override
    void run(Operand[] in, Operand[] out) {
        convolution.run(in, out);
    }

    @Override
    void dispose() {
        // holds nothing native
    }
}
