package fathom.bench.libtorch;

import fathom.bench.work.DecoderSize;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.DoubleOptional;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** Llama with a cache of keys and values in fixed memory, whose filled part alone is read. */
final class Llama extends SequenceNet {
    private static final double DEVIATION = 0.02;

    private final DecoderSize size;
    private final Tensor embedding;
    private final List<Layer> layers;
    private final Tensor norm;
    private final Tensor cosines;
    private final Tensor sines;

    Llama(DecoderSize size, int capacity, boolean bfloat16) {
        this.size = size;
        embedding = parameter(torch.randn(size.vocabulary(), size.width()).mul_(new Scalar(DEVIATION)));
        layers = IntStream.range(0, size.layers()).mapToObj(_ -> new Layer()).toList();
        norm = parameter(torch.ones(size.width()));
        eval();
        if (bfloat16) {
            toBfloat16();
        }
        var type = embedding.scalar_type();
        layers.forEach(l -> l.open(capacity, type));
        int half = size.headWidth() / 2;
        Tensor angles = torch.zeros(capacity, size.headWidth());
        for (int j = 0; j < half; j++) {
            double frequency = Math.pow(DecoderSize.THETA, -(double) j / half);
            Tensor column = torch.arange(new Scalar((long) capacity)).mul(new Scalar(frequency));
            angles.select(1, j).copy_(column);
            angles.select(1, j + half).copy_(column);
        }
        cosines = angles.cos().to(type);
        sines = angles.sin().to(type);
    }

    /**
     * {@return the most probable token behind the last one}
     *
     * @param ids [1, L]
     * @param past the number of tokens in the cache
     */
    Tensor next(Tensor ids, long past) {
        long length = ids.size(1);
        Tensor cos = cosines.narrow(0, past, length);
        Tensor sin = sines.narrow(0, past, length);
        Tensor x = torch.embedding(embedding, ids);
        for (Layer layer : layers) {
            x = layer.forward(x, past, cos, sin);
        }
        Tensor last = normalised(x.narrow(1, length - 1, 1), norm);
        return torch.linear(last, embedding).argmax(new org.bytedeco.pytorch.LongOptional(-1), false);
    }

    private Tensor normalised(Tensor x, Tensor weight) {
        return torch.rms_norm(
                x, new long[] {size.width()}, new TensorOptional(weight), new DoubleOptional(DecoderSize.EPS));
    }

    /** {@return queries or keys [1, H, L, D], turned by their positions; features j and j + D / 2 are a pair} */
    private static Tensor turned(Tensor x, Tensor cos, Tensor sin) {
        long half = x.size(3) / 2;
        Tensor swapped = torch.cat(new TensorVector(x.narrow(3, half, half).neg(), x.narrow(3, 0, half)), 3);
        return x.mul(cos).add(swapped.mul(sin));
    }

    /** Attention and a feed-forward network with a gate, each behind a norm and with a residual. */
    private final class Layer {
        private final LinearImpl q = linear(size.width(), size.width(), false);
        private final LinearImpl k = linear(size.width(), keyWidth(), false);
        private final LinearImpl v = linear(size.width(), keyWidth(), false);
        private final LinearImpl output = linear(size.width(), size.width(), false);
        private final LinearImpl gate = linear(size.width(), size.hidden(), false);
        private final LinearImpl up = linear(size.width(), size.hidden(), false);
        private final LinearImpl down = linear(size.hidden(), size.width(), false);
        private final Tensor norm1 = parameter(torch.ones(size.width()));
        private final Tensor norm2 = parameter(torch.ones(size.width()));
        private Tensor keys = torch.empty(0);
        private Tensor values = torch.empty(0);

        private long keyWidth() {
            return (long) size.keyHeads() * size.headWidth();
        }

        void open(long capacity, torch.ScalarType type) {
            keys = torch.zeros(1, size.keyHeads(), capacity, size.headWidth()).to(type);
            values = torch.zeros(1, size.keyHeads(), capacity, size.headWidth()).to(type);
        }

        Tensor forward(Tensor x, long past, Tensor cos, Tensor sin) {
            Tensor y = x.add(output.forward(attended(normalised(x, norm1), past, cos, sin)));
            Tensor z = normalised(y, norm2);
            return y.add(down.forward(torch.silu(gate.forward(z)).mul(up.forward(z))));
        }

        private Tensor attended(Tensor x, long past, Tensor cos, Tensor sin) {
            long length = x.size(1);
            Tensor queries = turned(heads(q.forward(x), size.heads()), cos, sin);
            keys.narrow(2, past, length).copy_(turned(heads(k.forward(x), size.keyHeads()), cos, sin));
            values.narrow(2, past, length).copy_(heads(v.forward(x), size.keyHeads()));
            Tensor allKeys = keys.narrow(2, 0, past + length);
            Tensor allValues = values.narrow(2, 0, past + length);
            if (length > 1) {
                return joined(attention(queries, allKeys, allValues, new TensorOptional(), 0, true));
            }
            // the queries that share keys are rows of one product: keys are not repeated
            long shared = size.heads() / size.keyHeads();
            Tensor rows = queries.reshape(1, size.keyHeads(), shared, size.headWidth());
            return attention(rows, allKeys, allValues, new TensorOptional(), 0, false).reshape(1, 1, size.width());
        }
    }
}
