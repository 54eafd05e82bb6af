package fathom.nn.transformer;

import fathom.Tensor;
import fathom.nn.Block;
import fathom.nn.FailedLayer;
import fathom.nn.norm.LayerNorm;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A stack of {@link TransformerDecoderLayer}s, initialised as copies of one, and an optional norm after the last.
 *
 * @see <a href="https://d2l.ai/chapter_attention-mechanisms-and-transformers/transformer.html">Dive into Deep Learning,
 *     The Transformer Architecture</a>
 */
public final class TransformerDecoder extends Block {
    private final List<TransformerDecoderLayer> layers;
    private final @Nullable LayerNorm norm;

    /** Without a final norm. */
    public TransformerDecoder(TransformerDecoderLayer layer, int numLayers) {
        this(layer, numLayers, null);
    }

    /**
     * With an optional final norm.
     *
     * @param layer the layer that all layers are initialised as copies of
     */
    public TransformerDecoder(TransformerDecoderLayer layer, int numLayers, @Nullable LayerNorm norm) {
        layers = Stream.generate(layer::copy).limit(numLayers).toList();
        this.norm = norm;
    }

    /** {@return the target after all layers, without masks} */
    public Tensor forward(Tensor target, Tensor memory) {
        return forward(target, memory, m -> {});
    }

    /**
     * {@return the target after all layers}
     *
     * @param target {@code [T, N, E]} (batch first if set), or {@code [T, E]}
     * @param memory the encoder's output, {@code [S, N, E]}, or {@code [S, E]}
     * @param masks {@code o -> o.tgtIsCausal(true)}
     */
    public Tensor forward(Tensor target, Tensor memory, Consumer<TransformerMasks> masks) {
        var m = new TransformerMasks();
        masks.accept(m);
        return forward(target, memory, m);
    }

    Tensor forward(Tensor target, Tensor memory, TransformerMasks masks) {
        try {
            return decode(target, memory, masks);
        } catch (RuntimeException e) {
            throw FailedLayer.in(this, e);
        }
    }

    private Tensor decode(Tensor target, Tensor memory, TransformerMasks masks) {
        Tensor y = target;
        for (int i = 0; i < layers.size(); i++) {
            masks.layer(i);
            y = layers.get(i).forward(y, memory, masks);
        }
        return norm == null ? y : norm.forward(y);
    }
}
