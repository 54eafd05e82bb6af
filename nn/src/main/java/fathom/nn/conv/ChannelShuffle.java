package fathom.nn.conv;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.BuiltInLayer;

/** Interleaves the channels of the groups (Zhang et al., 2018); {@code [N, C, ...]} keeps its shape. */
public final class ChannelShuffle extends BuiltInLayer {
    private final int groups;

    /** With a number of groups, which divides the number of channels. */
    public ChannelShuffle(int groups) {
        this.groups = groups;
    }

    @Override
    protected Tensor compute(Tensor x) {
        return Tensors.channelShuffle(x, groups);
    }

    @Override
    protected String extraRepr() {
        return "groups=" + groups;
    }
}
