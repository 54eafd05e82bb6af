package fathom.nn.conv;

import fathom.functional.AbstractConvOptions;
import fathom.options.PadMode;

/** Options of convolution layers: {@code new Conv2d(1, 6, 5, c -> c.padding(2).bias(false))}. */
public final class ConvLayerOptions extends AbstractConvOptions<ConvLayerOptions> {
    private boolean bias = true;
    private PadMode paddingMode = PadMode.ZEROS;

    ConvLayerOptions() {}

    /** Whether a learned bias is added to each output channel; true unless set. */
    public ConvLayerOptions bias(boolean bias) {
        this.bias = bias;
        return this;
    }

    /** The padding mode; zeros unless set. */
    public ConvLayerOptions paddingMode(PadMode paddingMode) {
        this.paddingMode = paddingMode;
        return this;
    }

    /** {@return the padding mode} */
    public PadMode paddingMode() {
        return paddingMode;
    }

    /** {@return whether a learned bias is added to each output channel} */
    public boolean bias() {
        return bias;
    }

    @Override
    protected ConvLayerOptions self() {
        return this;
    }
}
