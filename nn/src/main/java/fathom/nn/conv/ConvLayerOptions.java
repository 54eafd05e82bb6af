package fathom.nn.conv;

import fathom.functional.ConvSettings;
import fathom.options.PadMode;

/** Settings of convolution layers: {@code new Conv2d(1, 6, 5, c -> c.padding(2).bias(false))}. */
public final class ConvLayerOptions extends ConvSettings<ConvLayerOptions> {
    private boolean bias = true;
    private PadMode paddingMode = PadMode.ZEROS;

    ConvLayerOptions() {}

    /** Whether a number is added to each output channel; true unless set. */
    public ConvLayerOptions bias(boolean bias) {
        this.bias = bias;
        return this;
    }

    /** What the padding is made of; zeros unless set. */
    public ConvLayerOptions paddingMode(PadMode paddingMode) {
        this.paddingMode = paddingMode;
        return this;
    }

    /** {@return what the padding is made of} */
    public PadMode paddingMode() {
        return paddingMode;
    }

    /** {@return whether a number is added to each output channel} */
    public boolean bias() {
        return bias;
    }

    @Override
    protected ConvLayerOptions self() {
        return this;
    }
}
