package fathom.text;

import fathom.Autograd;
import fathom.DType;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.nn.Layer;
import fathom.nn.Linear;
import fathom.nn.loss.Loss;
import fathom.nn.recurrent.GRU;
import fathom.train.recipe.HyperParameters;
import fathom.train.recipe.RecipeCard;
import fathom.train.recipe.RecipeExample;
import fathom.train.recipe.RecipeTask;
import fathom.train.recipe.TaskOptions;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A language model that predicts the next token: one-hot tokens, gated recurrent units, a linear layer to logits.
 *
 * @see <a href="https://d2l.ai/chapter_recurrent-modern/gru.html">Dive into Deep Learning, Gated Recurrent Units</a>
 */
public final class GRULanguageModel extends Block {
    final GRU rnn;
    final Linear linear;
    private final int hidden;

    /** For a vocabulary of {@code vocabulary} tokens, with one layer of {@code hidden} units. */
    public GRULanguageModel(int vocabulary, int hidden) {
        this.hidden = hidden;
        rnn = new GRU(vocabulary, hidden);
        linear = new Linear(hidden, vocabulary);
    }

    /** {@return the number of hidden units} */
    public int hidden() {
        return hidden;
    }

    /**
     * Logits, and the final hidden state.
     *
     * @param logits {@code [T B, V]}, time-major: all sequences at the first step, then at the second, ...
     * @param hidden {@code [1, B, H]}
     */
    public record Output(Tensor logits, Tensor hidden) {}

    /**
     * {@return logits of the token after each token}
     *
     * @param x token indices, int64 {@code [B, T]}
     * @param hidden the initial state, {@code [1, B, H]}; null for zeros
     */
    public Output forward(Tensor x, @Nullable Tensor hidden) {
        return forward(rnn, linear, x, hidden);
    }

    static Output forward(GRU rnn, Linear linear, Tensor x, @Nullable Tensor hidden) {
        long vocabulary = linear.weight.size(0);
        var out = rnn.forward(Tensors.oneHot(x.t(), vocabulary).to(DType.FLOAT32), hidden);
        return new Output(linear.forward(out.output().flatten(0, 1)), out.hidden());
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
    public String generate(List<String> prefix, int more, Vocabulary vocabulary) {
        return generate(rnn, linear, prefix, more, vocabulary);
    }

    static String generate(GRU rnn, Linear linear, List<String> prefix, int more, Vocabulary vocabulary) {
        if (prefix.isEmpty()) {
            throw new IllegalArgumentException("generate: expected a prefix of at least one token");
        }
        var text = new StringBuilder();
        prefix.forEach(text::append);
        try (var off = Autograd.noGrad();
                var scope = Scope.open()) {
            Tensor x = vocabulary.indices(prefix).to(linear.weight.device()).unsqueeze(0);
            Tensor hidden = null;
            for (int i = 0; i < more; i++) {
                var out = forward(rnn, linear, x, hidden);
                hidden = out.hidden();
                Tensor last = out.logits().select(0, -1).argmax(0);
                text.append(vocabulary.token(Math.toIntExact(last.itemLong())));
                x = last.reshape(1, 1);
            }
        }
        return text.toString();
    }

    /** The course's training of this model on characters. */
    public static final class Recipe implements fathom.train.recipe.Recipe {
        private static final int EPOCHS = 500;
        private static final int BATCH_SIZE = 32;

        /** Characters that The Time Machine's first chapters consist of, the unknown one among them. */
        private static final int VOCABULARY = 28;

        /** For {@code fathom train gru-lm}. */
        public Recipe() {}

        @Override
        public RecipeCard card() {
            return RecipeCard.of("gru-lm", "a language model of characters with 256 gated recurrent units")
                    .withSection("9.1")
                    .withData(
                            "The Time Machine",
                            "a text file. Default: The Time Machine by H. G. Wells, the first 10,000 characters.");
        }

        @Override
        public HyperParameters hyperParameters() {
            return HyperParameters.of("sgd", 1).withEpochs(EPOCHS).withBatchSize(BATCH_SIZE).withClipNorm(1);
        }

        @Override
        public Loss loss() {
            return new SequenceLoss();
        }

        @Override
        public RecipeExample example(int batchSize) {
            Layer net =
                    new StatefulLanguageModel(new GRULanguageModel(VOCABULARY, LanguageModelTask.HIDDEN), batchSize);
            long steps = LanguageModelTask.STEPS;
            return new RecipeExample(
                    net,
                    Tensors.randint(0, VOCABULARY, batchSize, steps),
                    Tensors.randint(0, VOCABULARY, batchSize, steps));
        }

        @Override
        public RecipeTask open(TaskOptions options) {
            return new LanguageModelTask(options);
        }
    }

    /** {@link GRULanguageModel#loss} as a block. */
    private static final class SequenceLoss extends Loss {
        @Override
        public Tensor forward(Tensor input, Tensor target) {
            return loss(input, target);
        }
    }
}
