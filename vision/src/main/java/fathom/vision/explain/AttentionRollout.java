package fathom.vision.explain;

import fathom.Autograd;
import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Layer;
import fathom.options.InterpolateOptions.Mode;
import java.util.List;
import java.util.Locale;

/**
 * The flow of attention from the class token back to the patches of the image, through all blocks of a vision
 * transformer: the product over the blocks of the attention weights, averaged over heads, and of the shortcut around
 * them, half each. The values have one channel, are not negative, and are the same for all classes.
 *
 * @see <a href="https://arxiv.org/abs/2005.00928">Abnar and Zuidema (2020), Quantifying Attention Flow in
 *     Transformers</a>
 */
public final class AttentionRollout implements Explainer {
    /** For networks that are {@link Attentive}. */
    public AttentionRollout() {}

    /**
     * {@return how much of each token's output comes from each token of the input, [N, L, L]; rows sum to 1}
     *
     * @param weights the attention weights of each block, [N, heads, L, L]
     * @throws IllegalArgumentException if there are none
     */
    public static Tensor rollout(List<Tensor> weights) {
        if (weights.isEmpty()) {
            throw new IllegalArgumentException("AttentionRollout: there are no attention weights");
        }
        Tensor flow = mixed(weights.getFirst());
        for (Tensor block : weights.subList(1, weights.size())) {
            flow = mixed(block).matmul(flow);
        }
        return flow;
    }

    /** {@return the mean over the heads, and half of each token itself: the residual connection} */
    private static Tensor mixed(Tensor block) {
        Tensor own = Tensors.eye(block.size(-1)).to(block.device(), block.dtype());
        return block.detach().mean(1).add(own).div(2);
    }

    @Override
    public Attribution explain(Layer net, Tensor images, Tensor classes) {
        if (!(net instanceof Attentive attentive)) {
            throw new IllegalArgumentException(
                    "AttentionRollout: expected a network with attention among patches, got %s"
                            .formatted(net.getClass().getSimpleName()));
        }
        try (var f = new ClassScores("AttentionRollout", net, images, classes);
                var _ = Autograd.noGrad()) {
            return f.attribution(f.inBatches((x, labels) -> map(attentive, x)));
        }
    }

    private static Tensor map(Attentive net, Tensor x) {
        Tensor flow = rollout(net.attentionWeights(x));
        long patches = flow.size(1) - 1;
        long rows = Math.round(Math.sqrt((double) patches * x.size(2) / x.size(3)));
        if (rows < 1 || patches % rows != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT, "AttentionRollout: %d patches do not tile images %s", patches, x.shape()));
        }
        Tensor grid = flow.select(1, 0).narrow(1, 1, patches).reshape(x.size(0), 1, rows, patches / rows);
        Tensor map = grid.div(grid.sum(new int[] {2, 3}, KeepDim.KEEP_DIM)).to(DType.FLOAT32);
        return Tensors.interpolate(map, o -> o.size(x.size(2), x.size(3)).mode(Mode.BILINEAR));
    }
}
