package fathom.text.decoder;

import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The keys and values of the tokens that a {@link CausalLM} has read, in memory for a fixed number of them. The number
 * of tokens read is a tensor, one for each row of the batch, so that a {@linkplain fathom.Captured captured} step is
 * one plan for all tokens, and rows may have different lengths.
 *
 * {@snippet :
 * var cache = new StaticCache(net, 1, 512);
 * Tensor logits = net.forward(prompt, c -> c.cache(cache));               // [1, L, V]
 * var step = Captured.of((Tensor last) -> net.forward(last, c -> c.cache(cache)).select(1, -1).argmax(-1));
 * Tensor token = logits.select(1, -1).argmax(-1);
 * for (int i = 0; i < 100; i++) {
 *     token = step.call(token.unsqueeze(1));
 * }
 * }
 *
 * <p>Not for several threads.
 */
public final class StaticCache {
    private final List<Tensor> keys = new ArrayList<>();
    private final List<Tensor> values = new ArrayList<>();
    private final Tensor lengths;
    private final long batch;
    private final long capacity;

    /** Whether nothing was read, as Java knows. */
    private boolean empty = true;

    /**
     * Memory for keys and values of a network, on its device and of its type.
     *
     * @param batch the number of rows
     * @param capacity the maximum number of tokens of a row
     * @throws IllegalArgumentException if the network has fewer positions, or a number is not positive
     */
    public StaticCache(CausalLM net, long batch, long capacity) {
        DecoderConfig config = net.config();
        if (batch < 1 || capacity < 1 || capacity > config.maxLength()) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "StaticCache: %d rows of %d tokens: expected at least one row, and 1 to %d tokens, the network's positions",
                            batch,
                            capacity,
                            config.maxLength()));
        }
        this.batch = batch;
        this.capacity = capacity;
        Tensor weight = net.embeddingWeight();
        Device device = weight.device();
        DType type = weight.dtype();
        for (int i = 0; i < config.layers(); i++) {
            keys.add(device.with(() -> zeros(config, type)).keep());
            values.add(device.with(() -> zeros(config, type)).keep());
        }
        lengths = device.with(() -> Tensors.zeros(DType.INT64, batch)).keep();
    }

    private Tensor zeros(DecoderConfig config, DType type) {
        return Tensors.zeros(type, batch, config.kvHeads(), capacity, config.headDim());
    }

    /** {@return the number of rows} */
    public long batch() {
        return batch;
    }

    /** {@return the maximum number of tokens of a row} */
    public long capacity() {
        return capacity;
    }

    /** {@return the type of keys and values} */
    public DType dtype() {
        return keys.getFirst().dtype();
    }

    /** {@return the number of tokens that each row has read, int64 [N]; it changes as the network reads} */
    public Tensor lengths() {
        return lengths;
    }

    /** Forgets all tokens. */
    public void clear() {
        lengths.zero_();
        empty = true;
    }

    /**
     * Replaces each row by another one, as beam search does.
     *
     * @param rows the row to take for each, int64 {@code [N]}
     */
    public void select_(Tensor rows) {
        keys.forEach(t -> t.copy_(t.indexSelect(0, rows)));
        values.forEach(t -> t.copy_(t.indexSelect(0, rows)));
        lengths.copy_(lengths.indexSelect(0, rows));
    }

    /** Forgets the tokens of each row behind a length, int64 {@code [N]}. */
    public void truncate_(Tensor lengths) {
        this.lengths.copy_(this.lengths.minimum(lengths));
    }

    boolean isEmpty() {
        return empty;
    }

    Tensor keys(int layer) {
        return keys.get(layer);
    }

    Tensor values(int layer) {
        return values.get(layer);
    }

    /** Writes keys and values, {@code [N, G, L, D]}, of a layer at positions, {@code [N, L]}. */
    void write(int layer, Tensor positions, Tensor k, Tensor v) {
        Tensor at = positions.unsqueeze(1).unsqueeze(-1).expand(k.shape().dims());
        keys.get(layer).scatter_(2, at, k);
        values.get(layer).scatter_(2, at, v);
    }

    /** Counts tokens that were read: for each row as many, or those of {@code counts}. */
    void advance(Tensor counts) {
        lengths.add_(counts);
        empty = false;
    }
}
