package fathom.vision.transforms;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.vision.transforms.kernels.ByteColors;
import fathom.vision.transforms.kernels.FloatColors;
import java.lang.foreign.MemorySegment;
import java.util.Locale;

/**
 * A change of colours with a fixed parameter: torchvision's on tensors, {@link ByteColors} for uint8 and {@link
 * FloatColors} for values in [0, 1].
 */
record ColorChange(Kind kind, double value) implements ByteTransform {
    /** The kinds of changes. */
    enum Kind {
        /** Brightness by a factor. */
        BRIGHTNESS(1),
        /** Differences from the mean grey by a factor. */
        CONTRAST(1),
        /** Differences from grey by a factor. */
        SATURATION(1),
        /** Rotation of the colour circle, in turns. */
        HUE(0),
        /** Differences from a smoothed image by a factor. */
        SHARPNESS(1),
        /** The negative. */
        INVERT(Double.NaN),
        /** The upper bits only. */
        POSTERIZE(8),
        /** The negative of values from a threshold on. */
        SOLARIZE(Double.NaN),
        /** An even histogram of each channel. */
        EQUALIZE(Double.NaN),
        /** The range of each channel stretched to the whole one. */
        AUTOCONTRAST(Double.NaN);

        private final double neutral;

        Kind(double neutral) {
            this.neutral = neutral;
        }

        /** {@return the value that changes nothing; NaN if there is none} */
        double neutral() {
            return neutral;
        }

        private String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    @Override
    public Tensor apply(Tensor x) {
        Transforms.check(kind.text(), x);
        long channels = x.size(-3);
        if (channels != 1 && channels != 3) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT, "%s: expected images of 1 or 3 channels, got %s", kind.text(), x.shape()));
        }
        if (value == kind.neutral) {
            return x;
        }
        if (x.dtype() == DType.UINT8) {
            return bytes(x);
        }
        if (!x.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    "%s: expected UINT8 or floating-point pixels, got %s".formatted(kind.text(), x.dtype()));
        }
        return switch (kind) {
            case BRIGHTNESS -> FloatColors.brightness(x, value);
            case CONTRAST -> FloatColors.contrast(x, value);
            case SATURATION -> FloatColors.saturation(x, value);
            case HUE -> FloatColors.hue(x, value);
            case SHARPNESS -> FloatColors.sharpness(x, value);
            case INVERT -> x.rsub(1);
            case SOLARIZE -> x.rsub(1).where(x.ge(value / 255), x);
            case AUTOCONTRAST -> FloatColors.autocontrast(x);
            // defined by the levels of bytes, so the image is rounded to them
            case POSTERIZE, EQUALIZE -> bytes(x.mul(255).round().clamp(0, 255).to(DType.UINT8)).to(x.dtype()).div(255);
        };
    }

    /** {@return uint8 images of 1 or 3 channels, changed one by one} */
    private Tensor bytes(Tensor x) {
        byte[] pixels = x.toByteArray();
        var image = new ByteColors(pixels, (int) x.size(-3), (int) x.size(-2), (int) x.size(-1));
        for (int i = 0; i < (x.dim() == 4 ? x.size(0) : 1); i++) {
            image.select(i);
            change(image);
        }
        Tensor y = Tensors.fromBytes(MemorySegment.ofArray(pixels), DType.UINT8, x.shape().dims());
        return y.to(x.device());
    }

    private void change(ByteColors image) {
        switch (kind) {
            case BRIGHTNESS -> image.brightness((float) value);
            case CONTRAST -> image.contrast(value);
            case SATURATION -> image.saturation(value);
            case HUE -> image.hue((float) value);
            case SHARPNESS -> image.sharpness(value);
            case INVERT -> image.invert();
            case POSTERIZE -> image.posterize((int) value);
            case SOLARIZE -> image.solarize(value);
            case EQUALIZE -> image.equalize();
            case AUTOCONTRAST -> image.autocontrast();
        }
    }
}
