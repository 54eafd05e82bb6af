package fathom.nn.norm;

import java.util.function.Consumer;

/** Instance norm of sequences: {@code [N, C, L]} (Ulyanov et al., 2016). */
public final class InstanceNorm1d extends InstanceNorm {
    /** For {@code channels} channels. */
    public InstanceNorm1d(int channels) {
        this(channels, o -> {});
    }

    /** With options: {@code new InstanceNorm1d(64, o -> o.affine(true))}. */
    public InstanceNorm1d(int channels, Consumer<Options> options) {
        super(channels, 3, options);
    }
}
