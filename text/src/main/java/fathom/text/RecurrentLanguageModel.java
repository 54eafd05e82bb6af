package fathom.text;

import fathom.Autograd;
import fathom.DType;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.nn.Linear;
import fathom.nn.recurrent.RecurrentBlock;
import fathom.nn.recurrent.RecurrentState;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A language model that predicts the next token: one-hot tokens, any recurrent network, a linear layer to logits.
 *
 * {@snippet :
 * var model = new RecurrentLanguageModel(new LSTM(28, 256, o -> o.numLayers(2)));
 * }
 *
 * @see <a href="https://d2l.ai/chapter_recurrent-neural-networks/rnn-concise.html">Dive into Deep Learning, Concise
 *     Implementation of Recurrent Neural Networks</a>
 */
public sealed class RecurrentLanguageModel extends Block permits GRULanguageModel {
    final RecurrentBlock rnn;
    final Linear linear;

    /**
     * With one-hot tokens as inputs, and as many outputs.
     *
     * @param rnn a recurrent network, not batch first, whose number of input features is that of the vocabulary's
     *     tokens
     */
    public RecurrentLanguageModel(RecurrentBlock rnn) {
        this.rnn = rnn;
        linear = new Linear(rnn.outputSize() * rnn.directions(), rnn.inputSize());
    }

    /** {@return the number of hidden units of a layer} */
    public final int hidden() {
        return Math.toIntExact(rnn.hiddenSize());
    }

    /** {@return the number of tokens of the vocabulary} */
    public final int vocabularySize() {
        return Math.toIntExact(rnn.inputSize());
    }

    /**
     * Logits, and the final states.
     *
     * @param logits {@code [T B, V]}, time-major: all sequences at the first step, then at the second, ...
     * @param state the states after the last token
     */
    public record Step(Tensor logits, RecurrentState state) {}

    /**
     * {@return logits of the token after each token, and the states}
     *
     * @param x token indices, int64 {@code [B, T]}
     * @param state the initial states; null for zeros
     */
    public final Step unroll(Tensor x, @Nullable RecurrentState state) {
        return unroll(rnn, linear, x, state);
    }

    static Step unroll(RecurrentBlock rnn, Linear linear, Tensor x, @Nullable RecurrentState state) {
        var out = rnn.unroll(Tensors.oneHot(x.t(), rnn.inputSize()).to(DType.FLOAT32), state);
        return new Step(linear.forward(out.output().flatten(0, 1)), out.state());
    }

    /**
     * {@return the mean cross-entropy of the next tokens; its exponential is the perplexity}
     *
     * @param logits logits, {@code [T B, V]}
     * @param y the next tokens, int64 {@code [B, T]}
     */
    public static Tensor loss(Tensor logits, Tensor y) {
        return Tensors.crossEntropy(logits, y.t().reshape(-1));
    }

    /**
     * {@return {@code prefix} followed by {@code more} generated tokens, each the most probable one (greedy decoding)}
     *
     * @param prefix at least one token
     */
    public final String generate(List<String> prefix, int more, Vocabulary vocabulary) {
        return generate(rnn, linear, prefix, more, vocabulary);
    }

    static String generate(RecurrentBlock rnn, Linear linear, List<String> prefix, int more, Vocabulary vocabulary) {
        if (prefix.isEmpty()) {
            throw new IllegalArgumentException("generate: expected a prefix of at least one token");
        }
        var text = new StringBuilder();
        prefix.forEach(text::append);
        try (var off = Autograd.noGrad();
                var scope = Scope.open()) {
            Tensor x = vocabulary.indices(prefix).to(linear.weight.device()).unsqueeze(0);
            RecurrentState state = null;
            for (int i = 0; i < more; i++) {
                var out = unroll(rnn, linear, x, state);
                state = out.state();
                Tensor last = out.logits().select(0, -1).argmax(0);
                text.append(vocabulary.token(Math.toIntExact(last.itemLong())));
                x = last.reshape(1, 1);
            }
        }
        return text.toString();
    }
}
