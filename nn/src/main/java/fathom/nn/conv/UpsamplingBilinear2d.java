package fathom.nn.conv;

import fathom.options.InterpolateOptions;
import java.util.function.Consumer;

/** Resizes images by linear interpolation, the corners' pixel centres falling on each other. */
public final class UpsamplingBilinear2d extends Upsample {
    /** By factors, one for both axes or one each. */
    public UpsamplingBilinear2d(double... scaleFactor) {
        this(o -> o.scaleFactor(scaleFactor));
    }

    /** With a size or factors: {@code o -> o.size(64, 64)}. */
    public UpsamplingBilinear2d(Consumer<InterpolateOptions> options) {
        super(options.andThen(o -> o.mode(InterpolateOptions.Mode.BILINEAR).alignCorners(true)));
    }
}
