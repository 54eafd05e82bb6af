package fathom.onednn;

import fathom.cpu.smallchannels.SmallChannelConvolution;
import fathom.primitive.Operand;

/**
 * A convolution, or its gradient by its input, that is not oneDNN's: with few channels in the result its vectors are
 * mostly empty, and {@link SmallChannelConvolution} is two to four times faster.
 */
final class SmallChannelPlan extends Plan {
    private final SmallChannelConvolution convolution;

    SmallChannelPlan(SmallChannelConvolution convolution) {
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
