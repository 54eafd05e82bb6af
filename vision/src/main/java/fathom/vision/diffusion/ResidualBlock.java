package fathom.vision.diffusion;

import fathom.Tensor;
import fathom.nn.Block;
import fathom.nn.IdentityLayer;
import fathom.nn.Init;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.activation.SiLU;
import fathom.nn.conv.Conv2d;
import fathom.nn.norm.GroupNorm;

/**
 * Two convolutions with a shortcut, between which the embedding of the time step is added to each channel. Initially it
 * is its shortcut alone.
 */
final class ResidualBlock extends Block {
    private final GroupNorm norm1;
    private final Conv2d conv1;
    private final Linear time;
    private final GroupNorm norm2;
    private final Conv2d conv2;
    private final Layer shortcut;
    private final SiLU act = new SiLU();

    ResidualBlock(int in, int out, int width, int groups) {
        norm1 = new GroupNorm(groups, in);
        conv1 = new Conv2d(in, out, 3, c -> c.padding(1));
        time = new Linear(width, out);
        norm2 = new GroupNorm(groups, out);
        conv2 = new Conv2d(out, out, 3, c -> c.padding(1));
        shortcut = in == out ? new IdentityLayer() : new Conv2d(in, out, 1);
        Init.zeros_(conv2.weight);
    }

    /**
     * {@return [N, out, H, W]}
     *
     * @param x [N, in, H, W]
     * @param embedding of the time step and the class, [N, width], after an activation
     */
    Tensor forward(Tensor x, Tensor embedding) {
        Tensor h = conv1.forward(act.forward(norm1.forward(x)));
        h = h.add(time.forward(embedding).unsqueeze(-1).unsqueeze(-1));
        h = conv2.forward(act.forward(norm2.forward(h)));
        return shortcut.forward(x).add(h);
    }
}
