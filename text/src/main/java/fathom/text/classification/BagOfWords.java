package fathom.text.classification;

import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Embedding;
import fathom.nn.Init;
import fathom.nn.Layer;
import java.util.List;

/**
 * Logistic regression on counts of words, which ignores their order: what a network has to surpass. Pairs have counts
 * of their own for the first and the second text.
 *
 * <p>x: int64 {@code [N, T]}, or {@code [N, 2, T]} -> logits {@code [N, classes]}
 */
public final class BagOfWords extends Layer {
    private final Embedding weight;
    private final Tensor bias;
    private final long words;
    private final long pad;

    /**
     * A classifier whose weights are 0.
     *
     * @param words the size of the vocabulary
     * @param pad the index of the padding token, which does not count
     */
    public BagOfWords(long words, long pad, long classes) {
        this.words = words;
        this.pad = pad;
        weight = new Embedding(2 * words, classes);
        Init.zeros_(weight.weight);
        bias = parameter(Tensors.zeros(classes));
    }

    @Override
    public Tensor forward(Tensor x) {
        Tensor index = x;
        if (x.dim() == 3) {
            Tensor first = x.narrow(1, 0, 1);
            index = Tensors.cat(List.of(first, x.narrow(1, 1, 1).add(words)), 1).flatten(1);
            x = x.flatten(1);
        }
        Tensor logits = weight.call(index).where(x.ne(pad).unsqueeze(-1), 0);
        return logits.sum(1).add(bias);
    }
}
