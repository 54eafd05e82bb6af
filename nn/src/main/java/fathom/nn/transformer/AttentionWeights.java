package fathom.nn.transformer;

import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * Collects the attention weights of a call of a Transformer or of a part of it, for heat maps.
 *
 * {@snippet :
 * var weights = new AttentionWeights();
 * encoder.forward(x, m -> m.weights(weights));
 * Plot.heatmaps(weights.source().select(0, 0), h -> h.xLabel("key positions")).save("attention.png");
 * }
 *
 * <p>All scores are materialised, which takes more time and memory than the fused kernel.
 */
public final class AttentionWeights {
    private final List<Tensor> source = new ArrayList<>();
    private final List<Tensor> target = new ArrayList<>();
    private final List<Tensor> memory = new ArrayList<>();

    /** Without weights. */
    public AttentionWeights() {}

    /** {@return the weights of the encoder's self-attention, {@code [N, layers, H, S, S]}} */
    public Tensor source() {
        return stacked("source", source);
    }

    /** {@return the weights of the decoder's self-attention, {@code [N, layers, H, T, T]}} */
    public Tensor target() {
        return stacked("target", target);
    }

    /** {@return the weights of the decoder's attention to the encoder's output, {@code [N, layers, H, T, S]}} */
    public Tensor memory() {
        return stacked("memory", memory);
    }

    private static Tensor stacked(String name, List<Tensor> layers) {
        if (layers.isEmpty()) {
            throw new IllegalStateException("AttentionWeights: the call had no attention of the " + name);
        }
        return Tensors.stack(layers, 1);
    }

    void addSource(Tensor weights) {
        source.add(batched(weights));
    }

    void addTarget(Tensor weights) {
        target.add(batched(weights));
    }

    void addMemory(Tensor weights) {
        memory.add(batched(weights));
    }

    /** Weights of a single sequence become a batch of one. */
    private static Tensor batched(Tensor weights) {
        return weights.dim() == 3 ? weights.unsqueeze(0) : weights;
    }
}
