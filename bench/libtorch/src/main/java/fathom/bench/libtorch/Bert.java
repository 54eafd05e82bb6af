package fathom.bench.libtorch;

import fathom.bench.work.EncoderSize;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.EmbeddingImpl;
import org.bytedeco.pytorch.LayerNormImpl;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.global.torch;
import org.jspecify.annotations.Nullable;

/** BERT without a pooler, with fused attention and one projection for queries, keys and values. */
final class Bert extends SequenceNet {
    private static final double DROPOUT = 0.1;

    private final EncoderSize size;
    private final EmbeddingImpl words;
    private final EmbeddingImpl positions;
    private final EmbeddingImpl types;
    private final LayerNormImpl norm;
    private final List<Layer> layers;
    private final @Nullable Head head;

    Bert(EncoderSize size, boolean withHead) {
        this.size = size;
        words = table(EncoderSize.VOCABULARY, size.width());
        positions = table(EncoderSize.POSITIONS, size.width());
        types = table(EncoderSize.TYPES, size.width());
        norm = norm(size.width(), EncoderSize.EPS);
        layers = IntStream.range(0, size.layers()).mapToObj(_ -> new Layer()).toList();
        head = withHead ? new Head() : null;
    }

    /** {@return the vectors of all tokens, [N, L, W], or the logits of the head, [N L, V]} */
    Tensor forward(Tensor ids) {
        Tensor embedded =
                words.forward(ids)
                        .add(positions.weight().narrow(0, 0, ids.size(1)))
                        .add(types.weight().narrow(0, 0, 1));
        Tensor x = dropout(norm.forward(embedded), DROPOUT);
        for (Layer layer : layers) {
            x = layer.forward(x);
        }
        return head == null ? x : head.forward(x.reshape(-1, size.width()));
    }

    /** A layer, normalised behind each of its two sums. */
    private final class Layer {
        private final LinearImpl projections = linear(size.width(), 3L * size.width(), true);
        private final LinearImpl output = linear(size.width(), size.width(), true);
        private final LinearImpl up = linear(size.width(), size.hidden(), true);
        private final LinearImpl down = linear(size.hidden(), size.width(), true);
        private final LayerNormImpl norm1 = norm(size.width(), EncoderSize.EPS);
        private final LayerNormImpl norm2 = norm(size.width(), EncoderSize.EPS);

        Tensor forward(Tensor x) {
            Tensor all = projections.forward(x);
            Tensor[] parts = new Tensor[3];
            for (int i = 0; i < parts.length; i++) {
                parts[i] = heads(all.narrow(2, (long) i * size.width(), size.width()), size.heads());
            }
            Tensor weighted = attention(parts[0], parts[1], parts[2], new TensorOptional(), DROPOUT, false);
            Tensor y = norm1.forward(x.add(dropout(output.forward(joined(weighted)), DROPOUT)));
            return norm2.forward(y.add(dropout(down.forward(torch.gelu(up.forward(y))), DROPOUT)));
        }
    }

    /** The head of a masked language model. */
    private final class Head {
        private final LinearImpl dense = linear(size.width(), size.width(), true);
        private final LayerNormImpl headNorm = norm(size.width(), EncoderSize.EPS);
        private final Tensor bias = parameter(torch.zeros(EncoderSize.VOCABULARY));

        Tensor forward(Tensor x) {
            Tensor y = headNorm.forward(torch.gelu(dense.forward(x)));
            return torch.linear(y, words.weight(), new TensorOptional(bias));
        }
    }
}
