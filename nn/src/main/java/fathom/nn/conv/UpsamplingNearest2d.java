package fathom.nn.conv;

import fathom.options.InterpolateOptions;
import java.util.function.Consumer;

/** Resizes images by nearest-neighbour interpolation. */
public final class UpsamplingNearest2d extends Upsample {
    /** With scale factors, one for both axes or one each. */
    public UpsamplingNearest2d(double... scaleFactor) {
        this(o -> o.scaleFactor(scaleFactor));
    }

    /** With a size or scale factors: {@code o -> o.size(64, 64)}. */
    public UpsamplingNearest2d(Consumer<InterpolateOptions> options) {
        super(options.andThen(o -> o.mode(InterpolateOptions.Mode.NEAREST)));
    }
}
