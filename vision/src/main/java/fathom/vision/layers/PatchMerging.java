package fathom.vision.layers;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.BuiltInLayer;
import fathom.nn.Linear;
import fathom.nn.norm.LayerNorm;

/**
 * Patch merging between the stages of a Swin Transformer (Liu et al., 2021): the channels of each 2 x 2 tokens are
 * concatenated, normalised and mapped to half as many. {@code [N, H, W, C]} becomes {@code [N, ceil(H / 2), ceil(W /
 * 2), 2 C]}; odd sides are padded with zeros.
 */
public final class PatchMerging extends BuiltInLayer {
    private final Linear reduction;
    private final LayerNorm norm;

    /** For tokens of {@code channels} channels. */
    public PatchMerging(long channels) {
        reduction = new Linear(4 * channels, 2 * channels, o -> o.bias(false));
        norm = new LayerNorm(4 * channels);
    }

    @Override
    protected Tensor compute(Tensor x) {
        long bottom = x.size(1) % 2;
        long right = x.size(2) % 2;
        Tensor even = bottom + right == 0 ? x : Tensors.pad(x, 0, 0, 0, right, 0, bottom);
        // [N, H/2, 2, W/2, 2, C]: columns of a patch before its rows, as torchvision concatenates them
        Tensor patches = even.unflatten(2, -1, 2).unflatten(1, -1, 2).permute(0, 1, 3, 4, 2, 5);
        return reduction.forward(norm.forward(patches.flatten(3)));
    }
}
