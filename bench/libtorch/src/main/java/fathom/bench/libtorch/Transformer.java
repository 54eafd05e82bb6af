package fathom.bench.libtorch;

import fathom.bench.work.Model;
import fathom.bench.work.Row.LibtorchMode;
import java.util.List;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LayerNormImpl;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.LongVector;
import org.bytedeco.pytorch.Module;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TransformerEncoderLayerImpl;
import org.bytedeco.pytorch.TransformerEncoderLayerOptions;
import org.bytedeco.pytorch.global.torch;

/** The Transformer encoder layer: libtorch's own, or one assembled from its modules with fused attention. */
final class Transformer {
    private final LinearImpl projections = new LinearImpl(Model.WIDTH, 3L * Model.WIDTH);
    private final LinearImpl output = new LinearImpl(Model.WIDTH, Model.WIDTH);
    private final LinearImpl up = new LinearImpl(Model.WIDTH, Model.FEED_FORWARD);
    private final LinearImpl down = new LinearImpl(Model.FEED_FORWARD, Model.WIDTH);
    private final LayerNormImpl norm1 = new LayerNormImpl(new LongVector(new long[] {Model.WIDTH}));
    private final LayerNormImpl norm2 = new LayerNormImpl(new LongVector(new long[] {Model.WIDTH}));

    private Transformer() {}

    static Problem problem(int batch, LibtorchMode mode) {
        Tensor x = torch.randn(Model.TOKENS, batch, Model.WIDTH);
        Tensor y = torch.randn(Model.TOKENS, batch, Model.WIDTH);
        if (mode == LibtorchMode.FUSED_ATTENTION) {
            var layer = new Transformer();
            return new Problem(layer.modules(), layer::forward, torch::mse_loss, x, y);
        }
        var options = new TransformerEncoderLayerOptions(Model.WIDTH, Model.HEADS);
        options.dim_feedforward().put(Model.FEED_FORWARD);
        options.dropout().put(Model.DROPOUT);
        var layer = new TransformerEncoderLayerImpl(options);
        return new Problem(List.of(layer), layer::forward, torch::mse_loss, x, y);
    }

    private List<Module> modules() {
        return List.of(projections, output, up, down, norm1, norm2);
    }

    /** As {@code torch.nn.TransformerEncoderLayer} in Python computes it in training. */
    private Tensor forward(Tensor x) {
        Tensor y = norm1.forward(x.add(dropout(attention(x))));
        Tensor z = down.forward(dropout(up.forward(y).relu()));
        return norm2.forward(y.add(dropout(z)));
    }

    private Tensor attention(Tensor x) {
        long tokens = x.size(0);
        long batch = x.size(1);
        // [T, B, 3 W] -> [3, B, H, T, W / H]
        Tensor parts =
                projections
                        .forward(x)
                        .view(tokens, batch, 3, Model.HEADS, Model.WIDTH / Model.HEADS)
                        .permute(2, 1, 3, 0, 4);
        Tensor weighted =
                torch.scaled_dot_product_attention(
                        parts.select(0, 0),
                        parts.select(0, 1),
                        parts.select(0, 2),
                        new TensorOptional(),
                        Model.DROPOUT,
                        false,
                        new DoubleOptional(),
                        false);
        return output.forward(weighted.permute(2, 0, 1, 3).reshape(tokens, batch, Model.WIDTH));
    }

    private static Tensor dropout(Tensor x) {
        return torch.dropout(x, Model.DROPOUT, true);
    }
}
