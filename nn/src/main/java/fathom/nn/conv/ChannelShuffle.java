package fathom.nn.conv;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.BuiltInLayer;

/** Deals the channels of groups out in turn (Zhang et al., 2018): {@code [N, C, ...]} keeps its shape. */
public final class ChannelShuffle extends BuiltInLayer {
    private final int groups;

    /** With a number of groups, which divides that of the channels. */
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
