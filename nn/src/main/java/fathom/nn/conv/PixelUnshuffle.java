package fathom.nn.conv;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.BuiltInLayer;

/**
 * Rearranges spatial positions into channels, the inverse of {@link PixelShuffle}: {@code [N, C, H r, W r]} becomes
 * {@code [N, C r^2, H, W]}.
 */
public final class PixelUnshuffle extends BuiltInLayer {
    private final int downscaleFactor;

    /** With a downscale factor for rows and columns. */
    public PixelUnshuffle(int downscaleFactor) {
        this.downscaleFactor = downscaleFactor;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return Tensors.pixelUnshuffle(x, downscaleFactor);
    }

    @Override
    protected String extraRepr() {
        return "downscale_factor=" + downscaleFactor;
    }
}
