package fathom.text.embeddings;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.nn.Embedding;

/**
 * The skip-gram model with the hierarchical softmax (Mikolov et al., 2013): a context word's probability is the product
 * of the decisions on its path in a Huffman tree, so that it costs the logarithm of the vocabulary's size and needs no
 * noise words. Trained on {@link ContextPairs} without negatives.
 *
 * @see <a href="https://d2l.ai/chapter_natural-language-processing-pretraining/approx-training.html">Dive into Deep
 *     Learning, Approximate Training</a>
 */
public final class HierarchicalSkipGram extends WordModel {
    /** The vectors of centre words, which are the result. */
    public final Embedding center;

    /** The vectors of the tree's inner nodes. */
    public final Embedding node;

    private final Tensor paths; // [V, L], padded with 0
    private final Tensor signs; // [V, L]: 1 to the left, -1 to the right, 0 for padding

    /** For words with these counts. */
    public HierarchicalSkipGram(long[] counts, long dimensions) {
        this(new HuffmanTree(counts), dimensions, false);
    }

    /**
     * For the words of a tree.
     *
     * @param sparse whether the tables have gradients of the rows looked up only, for optimisers that take them
     */
    public HierarchicalSkipGram(HuffmanTree tree, long dimensions, boolean sparse) {
        int n = tree.words();
        int depth = tree.depth();
        center = table(n, dimensions, o -> o.sparse(sparse));
        node = table(n - 1, dimensions, o -> o.sparse(sparse));
        var nodes = new long[n * depth];
        var directions = new float[n * depth];
        for (int i = 0; i < n; i++) {
            int[] path = tree.path(i);
            boolean[] code = tree.code(i);
            for (int k = 0; k < path.length; k++) {
                nodes[i * depth + k] = path[k];
                directions[i * depth + k] = code[k] ? -1 : 1;
            }
        }
        paths = Tensors.tensor(nodes).reshape(n, depth).keep();
        signs = Tensors.tensor(directions).reshape(n, depth).keep();
    }

    @Override
    public Tensor forward(Tensor index) {
        return center.forward(index);
    }

    /**
     * {@return the log probability of each context word: {@code [B, M]}}
     *
     * @param centers {@code [B, 1]}
     * @param contexts {@code [B, M]}
     */
    public Tensor logProbabilities(Tensor centers, Tensor contexts) {
        long b = contexts.size(0);
        long m = contexts.size(1);
        Tensor flat = contexts.flatten();
        Tensor nodes = paths.indexSelect(0, flat).reshape(b, -1); // [B, M L]
        Tensor sign = signs.indexSelect(0, flat).reshape(b, -1);
        Tensor logits = center.forward(centers).bmm(node.forward(nodes).transpose(1, 2)).squeeze(1);
        return logits.mul(sign).logsigmoid().mul(sign.abs()).reshape(b, m, -1).sum(2);
    }

    @Override
    public Tensor loss(Batch batch) {
        Tensor mask = batch.get(2).mul(batch.get(3)).to(DType.FLOAT32); // context words, no noise
        Tensor each = logProbabilities(batch.get(0), batch.get(1)).mul(mask);
        return each.sum(1).div(mask.sum(1)).mean().neg();
    }

    @Override
    public Tensor vectors() {
        return center.weight.detach();
    }
}
