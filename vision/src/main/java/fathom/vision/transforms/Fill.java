package fathom.vision.transforms;

import fathom.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The value of pixels that a transform adds, of all channels or of each.
 *
 * @param channels one value for all channels, or one per channel
 */
record Fill(List<Double> channels) {
    static final Fill ZERO = of(0);

    static Fill of(double... channels) {
        if (channels.length == 0 || Arrays.stream(channels).anyMatch(Double::isNaN)) {
            throw new IllegalArgumentException(
                    "fill: expected a number, or one per channel, got " + Arrays.toString(channels));
        }
        return new Fill(Arrays.stream(channels).boxed().toList());
    }

    /** {@return the values, one or one per channel} */
    double[] array() {
        return channels.stream().mapToDouble(c -> c).toArray();
    }

    /** {@return the values of the channels of images} */
    double[] values(int channels) {
        if (this.channels.size() > 1 && this.channels.size() != channels) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT, "fill: %d values for images of %d channels", this.channels.size(), channels));
        }
        var values = new double[channels];
        Arrays.setAll(values, this::at);
        return values;
    }

    /** {@return the value of channel {@code c}} */
    private double at(int c) {
        return channels.get(channels.size() == 1 ? 0 : c);
    }

    /** {@return a tensor of a shape and of the type of {@code x}, full of this} */
    Tensor empty(Tensor x, long... shape) {
        if (channels.size() == 1) {
            return x.newFull(shape, at(0));
        }
        double[] values = values(Math.toIntExact(x.size(-3)));
        Tensor out = x.newZeros(shape);
        for (int c = 0; c < values.length; c++) {
            out.narrow(-3, c, 1).fill_(values[c]);
        }
        return out;
    }

    /** {@return the values as a tensor {@code [C, 1, 1]}, of the type of {@code x}} */
    Tensor tensor(Tensor x) {
        return x.newTensor(values(Math.toIntExact(x.size(-3))), x.dtype()).reshape(-1, 1, 1);
    }
}
