package fathom.nn.norm;

import java.util.function.Consumer;

/** Instance norm of volumes: {@code [N, C, D, H, W]} (Ulyanov et al., 2016). */
public final class InstanceNorm3d extends InstanceNorm {
    /** For {@code channels} channels. */
    public InstanceNorm3d(int channels) {
        this(channels, o -> {});
    }

    /** With options: {@code new InstanceNorm3d(64, o -> o.affine(true))}. */
    public InstanceNorm3d(int channels, Consumer<Options> options) {
        super(channels, 5, options);
    }
}
