package fathom.vision.models;

/** Rounding of channel counts, as in the networks of the MobileNet family. */
final class Channels {
    private Channels() {}

    /** {@return the multiple of {@code divisor} next to {@code channels}, but no less than nine tenths of them} */
    static int divisible(double channels, int divisor) {
        int rounded = Math.max(divisor, (int) (channels + divisor / 2.0) / divisor * divisor);
        return rounded < 0.9 * channels ? rounded + divisor : rounded;
    }

    /** {@return the next multiple of 8} */
    static int divisible(double channels) {
        return divisible(channels, 8);
    }
}
