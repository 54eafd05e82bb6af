package fathom.bench.libtorch;

import java.util.ArrayList;
import java.util.List;
import org.bytedeco.pytorch.Conv2dImpl;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LayerNormImpl;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** torchvision's vision transformer, with the fused attention that its layers in Python use. */
final class VisionTransformer extends Net {
    private static final double EPS = 1e-6;

    private final Tensor classToken;
    private final Tensor positions;
    private final Conv2dImpl patches;
    private final List<Block> blocks = new ArrayList<>();
    private final LayerNormImpl norm;
    private final LinearImpl head;

    private VisionTransformer(int side, int patch, int depth, int heads, int width, int classes) {
        long tokens = (long) (side / patch) * (side / patch);
        classToken = parameter(torch.zeros(1, 1, width));
        positions = parameter(torch.randn(1, tokens + 1, width));
        patches = add(ConvNorm.convolution(3, width, patch, patch, 0, 1, true));
        for (int i = 0; i < depth; i++) {
            blocks.add(add(new Block(width, heads)));
        }
        norm = add(Perceptron.norm(width, EPS));
        head = add(new LinearImpl(width, classes));
    }

    static VisionTransformer b16(int side, int classes) {
        return new VisionTransformer(side, 16, 12, 12, 768, classes);
    }

    static VisionTransformer tiny(int side, int classes) {
        return new VisionTransformer(side, 4, 6, 3, 192, classes);
    }

    @Override
    Tensor forward(Tensor x) {
        Tensor embedded = then(patches.forward(x), y -> y.flatten(2, -1).transpose(1, 2));
        Tensor y = then(embedded, e -> torch.cat(new TensorVector(classToken.expand(e.size(0), 1, e.size(2)), e), 1));
        y = then(y, z -> z.add(positions));
        y = then(then(y, z -> sequence(z, blocks)), norm::forward);
        return then(y, z -> head.forward(z.select(1, 0)));
    }

    /** Attention and the feed-forward network, each after layer norm. */
    private static final class Block extends Net {
        private final LayerNormImpl norm1;
        private final LinearImpl projections;
        private final LinearImpl output;
        private final LayerNormImpl norm2;
        private final Perceptron mlp;
        private final int heads;
        private final TensorOptional noMask = new TensorOptional();
        private final DoubleOptional usualScale = new DoubleOptional();

        Block(int width, int heads) {
            this.heads = heads;
            norm1 = add(Perceptron.norm(width, EPS));
            projections = add(new LinearImpl(width, 3L * width));
            output = add(new LinearImpl(width, width));
            norm2 = add(Perceptron.norm(width, EPS));
            mlp = add(new Perceptron(width, 4 * width));
        }

        @Override
        Tensor forward(Tensor x) {
            Tensor y = then(norm1.forward(x), this::attention);
            y.add_(x);
            return plus(then(norm2.forward(y), mlp::forward), y);
        }

        private Tensor attention(Tensor x) {
            long n = x.size(0);
            long tokens = x.size(1);
            long width = x.size(2);
            // [N, T, 3 W] -> [3, N, H, T, W / H]
            Tensor parts =
                    then(
                            projections.forward(x),
                            p -> p.view(n, tokens, 3, heads, width / heads).permute(2, 0, 3, 1, 4));
            Tensor weighted =
                    then(
                            parts,
                            p ->
                                    torch.scaled_dot_product_attention(
                                            p.select(0, 0),
                                            p.select(0, 1),
                                            p.select(0, 2),
                                            noMask,
                                            0,
                                            false,
                                            usualScale,
                                            false));
            return then(then(weighted, w -> w.transpose(1, 2).reshape(n, tokens, width)), output::forward);
        }
    }
}
