package fathom.nn.norm;

import java.util.function.Consumer;

/** Instance norm of images: {@code [N, C, H, W]} (Ulyanov et al., 2016). */
public final class InstanceNorm2d extends InstanceNorm {
    /** For {@code channels} channels. */
    public InstanceNorm2d(int channels) {
        this(channels, o -> {});
    }

    /** With options: {@code new InstanceNorm2d(64, o -> o.affine(true))}. */
    public InstanceNorm2d(int channels, Consumer<Options> options) {
        super(channels, 4, options);
    }
}
