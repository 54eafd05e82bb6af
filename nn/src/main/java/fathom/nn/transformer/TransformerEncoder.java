package fathom.nn.transformer;

import fathom.Tensor;
import fathom.nn.BuiltInLayer;
import fathom.nn.norm.LayerNorm;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A stack of {@link TransformerEncoderLayer}s, initialised as copies of one, and an optional norm after the last.
 *
 * @see <a href="https://d2l.ai/chapter_attention-mechanisms-and-transformers/transformer.html">Dive into Deep Learning,
 *     The Transformer Architecture</a>
 */
public final class TransformerEncoder extends BuiltInLayer {
    private final List<TransformerEncoderLayer> layers;
    private final @Nullable LayerNorm norm;

    /** Without a final norm. */
    public TransformerEncoder(TransformerEncoderLayer layer, int numLayers) {
        this(layer, numLayers, null);
    }

    /**
     * With an optional final norm.
     *
     * @param layer the layer that all layers are initialised as copies of
     */
    public TransformerEncoder(TransformerEncoderLayer layer, int numLayers, @Nullable LayerNorm norm) {
        layers = Stream.generate(layer::copy).limit(numLayers).toList();
        this.norm = norm;
    }

    /** {@return the sequence after all layers, without masks} */
    @Override
    protected Tensor compute(Tensor x) {
        return forward(x, new TransformerMasks());
    }

    /**
     * {@return the sequence after all layers}
     *
     * @param x {@code [S, N, E]} (batch first if set), or {@code [S, E]}
     * @param masks {@code o -> o.srcKeyPaddingMask(p)}
     */
    public Tensor forward(Tensor x, Consumer<TransformerMasks> masks) {
        var m = new TransformerMasks();
        masks.accept(m);
        return hooked(x, forward(x, m));
    }

    Tensor forward(Tensor x, TransformerMasks masks) {
        Tensor y = x;
        for (int i = 0; i < layers.size(); i++) {
            masks.layer(i);
            y = layers.get(i).forward(y, masks);
        }
        return norm == null ? y : norm.forward(y);
    }
}
