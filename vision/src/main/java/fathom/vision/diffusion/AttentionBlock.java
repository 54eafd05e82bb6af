package fathom.vision.diffusion;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.nn.conv.Conv2d;
import fathom.nn.norm.GroupNorm;

/** Self-attention over the positions of an image, with a shortcut: [N, C, H, W] to the same shape. */
final class AttentionBlock extends Layer {
    private final GroupNorm norm;
    private final Conv2d qkv;
    private final Conv2d proj;
    private final int heads;

    AttentionBlock(int channels, int heads, int groups) {
        this.heads = heads;
        norm = new GroupNorm(groups, channels);
        qkv = new Conv2d(channels, 3 * channels, 1);
        proj = new Conv2d(channels, channels, 1);
        Init.zeros_(proj.weight);
    }

    @Override
    public Tensor forward(Tensor x) {
        long n = x.size(0);
        long c = x.size(1);
        // [N, 3, heads, c / heads, positions] with positions as the sequence
        Tensor split = qkv.forward(norm.forward(x)).reshape(n, 3, heads, c / heads, -1).transpose(3, 4);
        Tensor y =
                Tensors.scaledDotProductAttention(
                        split.select(1, 0).contiguous(),
                        split.select(1, 1).contiguous(),
                        split.select(1, 2).contiguous());
        return x.add(proj.forward(y.transpose(2, 3).reshape(x.shape().dims())));
    }
}
