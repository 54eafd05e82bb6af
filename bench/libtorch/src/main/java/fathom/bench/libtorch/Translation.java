package fathom.bench.libtorch;

import fathom.bench.work.Translator;
import java.util.List;
import java.util.stream.IntStream;
import org.bytedeco.pytorch.EmbeddingImpl;
import org.bytedeco.pytorch.GRUImpl;
import org.bytedeco.pytorch.GRUOptions;
import org.bytedeco.pytorch.LayerNormImpl;
import org.bytedeco.pytorch.LinearImpl;
import org.bytedeco.pytorch.Scalar;
import org.bytedeco.pytorch.Tensor;
import org.bytedeco.pytorch.TensorOptional;
import org.bytedeco.pytorch.TensorVector;
import org.bytedeco.pytorch.global.torch;

/** The course's translators, computed as in the course's programs. Recurrent encoders read padding, as there. */
abstract class Translation extends SequenceNet {
    private static final int HIDDEN = Translator.HIDDEN;
    private static final double DROPOUT = Translator.DROPOUT;
    private static final double EPS = 1e-5;
    private static final double MASKED = -1e6;
    private static final int IGNORED = -100;
    private static final long MAX_LENGTH = 1000;

    final EmbeddingImpl source = table(Translator.SOURCE_WORDS, HIDDEN);
    final EmbeddingImpl target = table(Translator.TARGET_WORDS, HIDDEN);
    final LinearImpl dense = linear(HIDDEN, Translator.TARGET_WORDS, true);

    static Translation of(Translator model) {
        return switch (model) {
            case SEQ2SEQ -> new Recurrent();
            case BAHDANAU -> new Bahdanau();
            case TRANSFORMER -> new Attention();
        };
    }

    /** {@return vectors of the target's tokens, [N, T, H]} */
    abstract Tensor decoded(Tensor sources, Tensor lengths, Tensor targets);

    /** {@return the mean cross-entropy of the tokens of the targets [N, T + 1] but the first, without padding} */
    final Tensor loss(Tensor sources, Tensor sourceLengths, Tensor targets, Tensor targetLengths) {
        long steps = targets.size(1) - 1;
        Tensor logits = dense.forward(decoded(sources, sourceLengths, targets.narrow(1, 0, steps)));
        Tensor padding = within(targetLengths, steps).logical_not();
        Tensor labels = targets.narrow(1, 1, steps).masked_fill(padding, new Scalar(IGNORED));
        return torch.cross_entropy_loss(logits.view(-1, Translator.TARGET_WORDS), labels.view(-1));
    }

    final GRUImpl gru(long in) {
        var options = new GRUOptions(in, HIDDEN);
        options.num_layers().put(Translator.LAYERS);
        options.batch_first().put(true);
        options.dropout().put(DROPOUT);
        return add(new GRUImpl(options));
    }

    private static Tensor last(Tensor hidden) {
        return hidden.select(0, -1);
    }

    /** Gated recurrent units; the decoder reads the encoder's last state beside each token. */
    private static final class Recurrent extends Translation {
        private final GRUImpl encoder = gru(HIDDEN);
        private final GRUImpl decoder = gru(2L * HIDDEN);

        @Override
        Tensor decoded(Tensor sources, Tensor lengths, Tensor targets) {
            Tensor hidden = encoder.forward(source.forward(sources)).get1();
            Tensor context = last(hidden).unsqueeze(1).expand(targets.size(0), targets.size(1), HIDDEN);
            Tensor x = torch.cat(new TensorVector(target.forward(targets), context), 2);
            return decoder.forward(x, hidden).get0();
        }
    }

    /** Gated recurrent units with additive attention at each step. */
    private static final class Bahdanau extends Translation {
        private final GRUImpl encoder = gru(HIDDEN);
        private final GRUImpl decoder = gru(2L * HIDDEN);
        private final LinearImpl query = linear(HIDDEN, HIDDEN, false);
        private final LinearImpl key = linear(HIDDEN, HIDDEN, false);
        private final LinearImpl score = linear(HIDDEN, 1, false);

        @Override
        Tensor decoded(Tensor sources, Tensor lengths, Tensor targets) {
            var encoded = encoder.forward(source.forward(sources));
            Tensor values = encoded.get0();
            Tensor hidden = encoded.get1();
            Tensor keys = key.forward(values).unsqueeze(1); // [N, 1, S, H]
            Tensor padding = within(lengths, sources.size(1)).logical_not().unsqueeze(1);
            var masked = new Scalar(MASKED);
            Tensor x = target.forward(targets);
            var outputs = new TensorVector();
            for (long t = 0; t < targets.size(1); t++) {
                Tensor features = query.forward(last(hidden).unsqueeze(1)).unsqueeze(2).add(keys).tanh();
                Tensor scores = score.forward(features).squeeze(-1).masked_fill(padding, masked); // [N, 1, S]
                Tensor context = dropout(scores.softmax(2), DROPOUT).bmm(values);
                var step = decoder.forward(torch.cat(new TensorVector(context, x.narrow(1, t, 1)), 2), hidden);
                outputs.push_back(step.get0());
                hidden = step.get1();
            }
            return torch.cat(outputs, 1);
        }
    }

    /** The Transformer, with fused attention. */
    private static final class Attention extends Translation {
        private final List<Layer> encoder = IntStream.range(0, Translator.LAYERS).mapToObj(_ -> layer(false)).toList();
        private final List<Layer> decoder = IntStream.range(0, Translator.LAYERS).mapToObj(_ -> layer(true)).toList();
        private final Tensor positions = positions();

        private Layer layer(boolean cross) {
            return new Layer(cross);
        }

        private static Tensor positions() {
            Tensor table = torch.zeros(MAX_LENGTH, HIDDEN);
            for (int j = 0; j < HIDDEN / 2; j++) {
                double frequency = Math.pow(10_000, -2.0 * j / HIDDEN);
                Tensor angle = torch.arange(new Scalar(MAX_LENGTH)).mul(new Scalar(frequency));
                table.select(1, 2L * j).copy_(angle.sin());
                table.select(1, 2L * j + 1).copy_(angle.cos());
            }
            return table;
        }

        private Tensor embedded(EmbeddingImpl table, Tensor tokens) {
            Tensor x = table.forward(tokens).mul(new Scalar(Math.sqrt(HIDDEN)));
            return dropout(x.add(positions.narrow(0, 0, tokens.size(1))), DROPOUT);
        }

        @Override
        Tensor decoded(Tensor sources, Tensor lengths, Tensor targets) {
            var mask = new TensorOptional(within(lengths, sources.size(1)).view(-1, 1, 1, sources.size(1)));
            Tensor memory = embedded(source, sources);
            for (Layer layer : encoder) {
                memory = layer.encode(memory, mask);
            }
            Tensor x = embedded(target, targets);
            for (Layer layer : decoder) {
                x = layer.decode(x, memory, mask);
            }
            return x;
        }

        /** A layer of the encoder or the decoder, normalised behind each sum. */
        private final class Layer {
            private final Heads self = new Heads();
            private final LayerNormImpl norm1 = norm(HIDDEN, EPS);
            private final List<Heads> cross;
            private final List<LayerNormImpl> crossNorm;
            private final LinearImpl up = linear(HIDDEN, Translator.FEED_FORWARD, true);
            private final LinearImpl down = linear(Translator.FEED_FORWARD, HIDDEN, true);
            private final LayerNormImpl norm2 = norm(HIDDEN, EPS);

            Layer(boolean withCross) {
                cross = withCross ? List.of(new Heads()) : List.of();
                crossNorm = withCross ? List.of(norm(HIDDEN, EPS)) : List.of();
            }

            Tensor encode(Tensor x, TensorOptional mask) {
                return fed(norm1.forward(x.add(dropout(self.forward(x, x, mask, false), DROPOUT))));
            }

            Tensor decode(Tensor x, Tensor memory, TensorOptional mask) {
                Tensor y = norm1.forward(x.add(dropout(self.forward(x, x, new TensorOptional(), true), DROPOUT)));
                Tensor z = cross.getFirst().forward(y, memory, mask, false);
                return fed(crossNorm.getFirst().forward(y.add(dropout(z, DROPOUT))));
            }

            private Tensor fed(Tensor x) {
                Tensor y = down.forward(dropout(up.forward(x).relu(), DROPOUT));
                return norm2.forward(x.add(dropout(y, DROPOUT)));
            }
        }

        /** Attention of several heads. */
        private final class Heads {
            private final LinearImpl query = linear(HIDDEN, HIDDEN, true);
            private final LinearImpl keyValue = linear(HIDDEN, 2L * HIDDEN, true);
            private final LinearImpl output = linear(HIDDEN, HIDDEN, true);

            Tensor forward(Tensor x, Tensor memory, TensorOptional mask, boolean causal) {
                Tensor both = keyValue.forward(memory);
                Tensor k = heads(both.narrow(2, 0, HIDDEN), Translator.HEADS);
                Tensor v = heads(both.narrow(2, HIDDEN, HIDDEN), Translator.HEADS);
                Tensor q = heads(query.forward(x), Translator.HEADS);
                return output.forward(joined(attention(q, k, v, mask, DROPOUT, causal)));
            }
        }
    }
}
