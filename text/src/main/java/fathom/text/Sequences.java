package fathom.text;

import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.List;

/**
 * A long row of tokens cut into batches of short ones, each with what follows each token.
 *
 * @see <a href="https://d2l.ai/chapter_recurrent-neural-networks/language-model.html">Dive into Deep Learning, Language
 *     Models</a>
 */
public final class Sequences {
    private Sequences() {}

    /**
     * A batch.
     *
     * @param x tokens, {@code [B, T]}
     * @param y the tokens that follow them, {@code [B, T]}
     */
    public record Window(Tensor x, Tensor y) {}

    /**
     * {@return the batches of one pass, in random order, from a random start; what does not fill a batch is left out}
     *
     * @param corpus tokens, {@code [n]}
     * @param batchSize sequences in a batch
     * @param numSteps tokens in a sequence
     * @throws IllegalArgumentException if the corpus is too short for one batch
     */
    public static List<Window> random(Tensor corpus, int batchSize, int numSteps) {
        check(corpus, batchSize, numSteps);
        long start = Tensors.randint(numSteps, 1).itemLong();
        long count = Math.max((corpus.numel() - start - 1) / numSteps, 0);
        if (count < batchSize) {
            start = 0;
            count = (corpus.numel() - 1) / numSteps;
        }
        long[] order = Tensors.randperm(count).toLongArray();
        var windows = new ArrayList<Window>();
        for (int at = 0; at + batchSize <= count; at += batchSize) {
            var x = new ArrayList<Tensor>();
            var y = new ArrayList<Tensor>();
            for (int i = at; i < at + batchSize; i++) {
                long from = start + order[i] * numSteps;
                x.add(corpus.narrow(0, from, numSteps));
                y.add(corpus.narrow(0, from + 1, numSteps));
            }
            windows.add(new Window(Tensors.stack(x, 0), Tensors.stack(y, 0)));
        }
        return windows;
    }

    /**
     * {@return the batches of one pass, from a random start; each row of a batch goes on where that of the batch before
     * ended, so that hidden states may be handed on}
     *
     * @param corpus tokens, {@code [n]}
     * @param batchSize sequences in a batch
     * @param numSteps tokens in a sequence
     * @throws IllegalArgumentException if the corpus is too short for one batch
     */
    public static List<Window> sequential(Tensor corpus, int batchSize, int numSteps) {
        check(corpus, batchSize, numSteps);
        long offset = Tensors.randint(numSteps + 1L, 1).itemLong();
        long columns = (corpus.numel() - offset - 1) / batchSize;
        if (columns < numSteps) {
            offset = 0;
            columns = (corpus.numel() - 1) / batchSize;
        }
        Tensor xs = corpus.narrow(0, offset, columns * batchSize).reshape(batchSize, columns);
        Tensor ys = corpus.narrow(0, offset + 1, columns * batchSize).reshape(batchSize, columns);
        var windows = new ArrayList<Window>();
        for (long at = 0; at + numSteps <= columns; at += numSteps) {
            windows.add(new Window(xs.narrow(1, at, numSteps), ys.narrow(1, at, numSteps)));
        }
        return windows;
    }

    private static void check(Tensor corpus, int batchSize, int numSteps) {
        if (corpus.dim() != 1 || batchSize < 1 || numSteps < 1) {
            throw new IllegalArgumentException(
                    "Sequences: wants tokens [n], a batch and steps of at least 1, not %s, %d and %d"
                            .formatted(corpus.shape(), batchSize, numSteps));
        }
        if (corpus.numel() - 1 < (long) batchSize * numSteps) {
            throw new IllegalArgumentException(
                    "Sequences: %d tokens are too few for one batch of %d sequences of %d steps and what follows them"
                            .formatted(corpus.numel(), batchSize, numSteps));
        }
    }
}
