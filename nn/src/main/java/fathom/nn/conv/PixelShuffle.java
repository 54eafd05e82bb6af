package fathom.nn.conv;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.BuiltInLayer;

/**
 * Rearranges channels into spatial positions (sub-pixel upsampling): {@code [N, C r^2, H, W]} becomes {@code [N, C, H
 * r, W r]} (Shi et al., 2016).
 */
public final class PixelShuffle extends BuiltInLayer {
    private final int upscaleFactor;

    /** With an upscale factor for rows and columns. */
    public PixelShuffle(int upscaleFactor) {
        this.upscaleFactor = upscaleFactor;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return Tensors.pixelShuffle(x, upscaleFactor);
    }

    @Override
    protected String extraRepr() {
        return "upscale_factor=" + upscaleFactor;
    }
}
