package fathom.vision.transforms;

/** Options of {@link Transforms#pad(int, java.util.function.Consumer)}. */
public final class PadOptions {
    PaddingMode mode = PaddingMode.CONSTANT;
    Fill fill = Fill.ZERO;
    double maskFill;

    PadOptions() {}

    /** The pixels around the image. Default: CONSTANT. */
    public PadOptions mode(PaddingMode mode) {
        this.mode = mode;
        return this;
    }

    /** The constant, one for all channels or one per channel, on the scale of the pixels. Default: 0. */
    public PadOptions fill(double... channels) {
        fill = Fill.of(channels);
        return this;
    }

    /** The constant around masks, such as a class to ignore. Default: 0. */
    public PadOptions maskFill(double value) {
        maskFill = value;
        return this;
    }
}
