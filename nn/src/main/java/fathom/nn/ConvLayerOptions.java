package fathom.nn;

import fathom.ConvSettings;

/** Settings of convolution layers: {@code new Conv2d(1, 6, 5, c -> c.padding(2).bias(false))}. */
public final class ConvLayerOptions extends ConvSettings<ConvLayerOptions> {
    private boolean bias = true;

    ConvLayerOptions() {}

    /** Whether a number is added to each output channel; true unless set. */
    public ConvLayerOptions bias(boolean bias) {
        this.bias = bias;
        return this;
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
