package fathom.text;

import fathom.Autograd;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.Batch;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.recurrent.LSTM;
import fathom.nn.recurrent.RecurrentBlock;
import fathom.nn.recurrent.RecurrentState;
import fathom.train.Losses;
import fathom.train.Task;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A language model that carries its hidden state from batch to batch, as {@link Sequences#sequentialPartition}
 * requires, with truncated backpropagation through time: the state is detached at batch boundaries. It shares the
 * model's weights under the same names. Use it to train a language model with a trainer:
 *
 * {@snippet :
 * var reader = new StatefulLanguageModel(model, 32);
 * new Trainer(reader.task(), t -> t.optimizer(p -> new SGD(p, 1)).clipNorm(1))
 *     .fit(Sequences.sequentialPartition(corpus, 32, 35), Epochs.of(500));
 * }
 *
 * @see <a href="https://d2l.ai/chapter_recurrent-neural-networks/rnn-scratch.html">Dive into Deep Learning, Recurrent
 *     Neural Network Implementation from Scratch</a>
 */
public final class StatefulLanguageModel extends Layer {
    private final RecurrentBlock rnn;
    private final Linear linear;

    /** The hidden states after the last batch, {@code [L D, B, H]}; not parameters, and not in the state dictionary. */
    private final Tensor hidden;

    /** The cell states of an LSTM, likewise; null for other networks. */
    private final @Nullable Tensor cells;

    /**
     * Starts with zero states for {@code batchSize} parallel sequences.
     *
     * @throws IllegalArgumentException if {@code batchSize} is less than 1
     */
    public StatefulLanguageModel(RecurrentLanguageModel model, int batchSize) {
        if (batchSize < 1) {
            throw new IllegalArgumentException("StatefulLanguageModel: batchSize must be at least 1, is " + batchSize);
        }
        rnn = model.rnn;
        linear = model.linear;
        long layers = (long) rnn.numLayers() * rnn.directions();
        hidden = transientBuffer(Tensors.zeros(layers, batchSize, rnn.outputSize()));
        cells = rnn instanceof LSTM ? transientBuffer(Tensors.zeros(layers, batchSize, rnn.hiddenSize())) : null;
    }

    /**
     * {@return the task of training this model: each epoch starts with zero states, the loss is that of {@link
     * RecurrentLanguageModel#loss}}
     */
    public Task<Batch> task() {
        return new Task<>(Batch.class, this) {
            @Override
            public void onEpochStart(Progress progress) {
                resetState();
            }

            @Override
            public Losses step(Batch batch) {
                return Losses.of("loss", RecurrentLanguageModel.loss(call(batch.x()), batch.y()));
            }
        };
    }

    /** Resets the hidden state to zeros: the next batch starts new sequences. */
    public void resetState() {
        hidden.zero_();
        if (cells != null) {
            cells.zero_();
        }
    }

    /** As {@link RecurrentLanguageModel#generate}; what was read before is neither used nor changed. */
    public String generate(List<String> prefix, int more, Vocabulary vocabulary) {
        return RecurrentLanguageModel.generate(rnn, linear, prefix, more, vocabulary);
    }

    /** The products of the recurrent units; those of the map to scores are its own. */
    @Override
    protected long multiplyAdds(Tensor x, Tensor y) {
        return x.numel() * rnn.parameters().stream().filter(p -> p.dim() == 2).mapToLong(Tensor::numel).sum();
    }

    /**
     * {@return as {@link RecurrentLanguageModel#unroll}, for any number of sequences; the state carried from batch to
     * batch is neither used nor changed}
     */
    public RecurrentLanguageModel.Step unroll(Tensor x, @Nullable RecurrentState initial) {
        return RecurrentLanguageModel.unroll(rnn, linear, x, initial);
    }

    /** {@return the state before the first token of one sequence: zeros, {@code [L D, 1, H]}} */
    RecurrentState initialState() {
        return new RecurrentState(
                Tensors.zeros(hidden.size(0), 1, hidden.size(2)),
                cells == null ? null : Tensors.zeros(cells.size(0), 1, cells.size(2)));
    }

    /**
     * {@return logits of the token after each token, {@code [T B, V]}, time-major: all sequences at the first step,
     * then at the second, ...}
     *
     * @param x token indices, int64 {@code [B, T]}
     * @throws IllegalArgumentException if B is not the batch size
     */
    @Override
    public Tensor forward(Tensor x) {
        if (x.dim() != 2 || x.size(0) != hidden.size(1)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "StatefulLanguageModel: expected tokens [%d, T], one sequence per hidden state, got %s",
                            hidden.size(1),
                            x.shape()));
        }
        // a copy, since the state is overwritten before backward needs its old value
        var before = new RecurrentState(hidden.clone(), cells == null ? null : cells.clone());
        var output = RecurrentLanguageModel.unroll(rnn, linear, x, before);
        try (var off = Autograd.noGrad()) {
            hidden.copy_(output.state().hidden());
            Tensor after = output.state().cell();
            if (cells != null && after != null) {
                cells.copy_(after);
            }
        }
        return output.logits();
    }
}
