package fathom.text.translation;

import fathom.Tensor;
import fathom.data.Batch;
import fathom.nn.Layer;
import fathom.train.Losses;
import fathom.train.Task;
import java.util.EnumMap;
import java.util.Map;

/**
 * A sequence-to-sequence model: an encoder of the source, and a decoder that predicts the target.
 *
 * {@snippet :
 * var pairs = FraEng.load(p -> p.pairs(600).steps(10));
 * var model = new EncoderDecoder<>(
 *     new GRUEncoder(pairs.source().size(), 32, 32, 2, 0.1),
 *     new GRUDecoder(pairs.target().size(), 32, 32, 2, 0.1),
 *     Markers.of(pairs.target()));
 * new Trainer(model.task(), t -> t.optimizer(p -> new Adam(p, 0.005)).clipNorm(1))
 *     .fit(DataLoader.of(pairs, 64).shuffle(true), Epochs.of(300));
 * var translator = new Translator(model, pairs.source(), pairs.target(), 10);
 * IO.println(translator.translate("go ."));
 * }
 *
 * @param <S> the decoder's state
 * @see <a href="https://d2l.ai/chapter_recurrent-modern/encoder-decoder.html">Dive into Deep Learning, The
 *     Encoder-Decoder Architecture</a>
 */
public final class EncoderDecoder<S extends Decoder.State<S>> extends Layer {
    private final Encoder encoder;
    private final Decoder<S> decoder;
    private final Markers markers;

    /**
     * A batch of sources and targets, as {@link fathom.text.datasets.FraEng} has them.
     *
     * @param source int64 {@code [N, S]}
     * @param sourceLengths the number of tokens of each source, int64 {@code [N]}
     * @param target int64 {@code [N, T + 1]}, from the token that begins it
     * @param targetLengths the number of tokens of each target to predict, int64 {@code [N]}
     */
    public record Pairs(Tensor source, Tensor sourceLengths, Tensor target, Tensor targetLengths) {}

    /**
     * A model of an encoder and a decoder.
     *
     * @param markers the target's tokens that are no words; sources are padded with the same token
     */
    public EncoderDecoder(Encoder encoder, Decoder<S> decoder, Markers markers) {
        this.encoder = encoder;
        this.decoder = decoder;
        this.markers = markers;
    }

    /** {@return the encoder} */
    public Encoder encoder() {
        return encoder;
    }

    /** {@return the decoder} */
    public Decoder<S> decoder() {
        return decoder;
    }

    /** {@return the target's tokens that are no words} */
    public Markers markers() {
        return markers;
    }

    /**
     * {@return logits of the target's tokens, each predicted from the true ones before it (teacher forcing), {@code [N,
     * T, V]}}
     *
     * @param source int64 {@code [N, S]}
     * @param sourceLengths the number of tokens of each source, int64 {@code [N]}
     * @param target the target from the token that begins it, without its last token: int64 {@code [N, T]}
     */
    public Tensor forward(Tensor source, Tensor sourceLengths, Tensor target) {
        return decoder.forward(target, decoder.start(encoder.forward(source, sourceLengths))).logits();
    }

    /**
     * {@return {@link #forward(Tensor, Tensor, Tensor)} for sources and targets in one tensor}
     *
     * @param x int64 {@code [N, 2, T]}: sources, whose length is the number of tokens that are no padding; and targets
     *     from the token that begins them
     */
    @Override
    public Tensor forward(Tensor x) {
        if (x.dim() != 3 || x.size(1) != 2) {
            throw new IllegalArgumentException(
                    "EncoderDecoder: expected sources and targets [N, 2, T], got " + x.shape());
        }
        Tensor source = x.select(1, 0);
        return forward(source, source.ne(markers.pad()).sum(1), x.select(1, 1));
    }

    /**
     * {@return the attention weights, {@code [N, layers, heads, queries, keys]} each, where there is attention}
     *
     * @param source int64 {@code [N, S]}
     * @param sourceLengths the number of tokens of each source, int64 {@code [N]}
     * @param target the tokens that the decoder reads, int64 {@code [N, T]}
     */
    public Map<AttentionKind, Tensor> attention(Tensor source, Tensor sourceLengths, Tensor target) {
        var all = new EnumMap<AttentionKind, Tensor>(AttentionKind.class);
        Tensor own = encoder.attention(source, sourceLengths);
        if (own != null) {
            all.put(AttentionKind.ENCODER, own);
        }
        all.putAll(decoder.attention(target, encoder.forward(source, sourceLengths)));
        return all;
    }

    /** {@return the cross-entropy of a batch: the mean over the tokens of the targets, without padding} */
    public Tensor loss(Pairs batch) {
        long steps = batch.target().size(1) - 1;
        Tensor logits = forward(batch.source(), batch.sourceLengths(), batch.target().narrow(1, 0, steps));
        return MaskedCrossEntropy.of(logits, batch.target().narrow(1, 1, steps), batch.targetLengths());
    }

    /**
     * {@return the training of this model by {@link #loss}; the average over an epoch is that over its tokens} The
     * loader's batches are {@link Pairs}.
     */
    public Task<Batch> task() {
        return new Task<>(Batch.class, this) {
            @Override
            public Losses step(Batch batch) {
                Pairs pairs = batch.as(Pairs.class);
                return Losses.of("loss", loss(pairs)).weight(pairs.targetLengths().sum());
            }

            @Override
            public Tensor predict(Batch batch) {
                Pairs pairs = batch.as(Pairs.class);
                long steps = pairs.target().size(1) - 1;
                return EncoderDecoder.this.forward(
                        pairs.source(), pairs.sourceLengths(), pairs.target().narrow(1, 0, steps));
            }
        };
    }
}
