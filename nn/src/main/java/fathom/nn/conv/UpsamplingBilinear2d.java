package fathom.nn.conv;

import fathom.options.InterpolateOptions;
import java.util.function.Consumer;

/** Resizes images by bilinear interpolation with aligned corners ({@code align_corners=True}). */
public final class UpsamplingBilinear2d extends Upsample {
    /** With scale factors, one for both axes or one each. */
    public UpsamplingBilinear2d(double... scaleFactor) {
        this(o -> o.scaleFactor(scaleFactor));
    }

    /** With a size or scale factors: {@code o -> o.size(64, 64)}. */
    public UpsamplingBilinear2d(Consumer<InterpolateOptions> options) {
        super(options.andThen(o -> o.mode(InterpolateOptions.Mode.BILINEAR).alignCorners(true)));
    }
}
