package fathom.text;

import fathom.Tensor;
import fathom.nn.recurrent.GRU;
import fathom.nn.recurrent.RecurrentState;
import org.jspecify.annotations.Nullable;

/**
 * A {@link RecurrentLanguageModel} of one layer of gated recurrent units.
 *
 * @see <a href="https://d2l.ai/chapter_recurrent-modern/gru.html">Dive into Deep Learning, Gated Recurrent Units</a>
 */
public final class GRULanguageModel extends RecurrentLanguageModel {
    /** For a vocabulary of {@code vocabulary} tokens, with one layer of {@code hidden} units. */
    public GRULanguageModel(int vocabulary, int hidden) {
        super(new GRU(vocabulary, hidden));
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
        Step step = unroll(x, hidden == null ? null : new RecurrentState(hidden, null));
        return new Output(step.logits(), step.state().hidden());
    }

    /** The course's training of this model on characters, section 9.1. */
    public static final class Recipe extends LanguageModelRecipe {
        /** For {@code fathom train gru-lm}. */
        public Recipe() {
            super("gru-lm", "a language model of characters with 256 gated recurrent units", "9.1", 1, GRU::new);
        }
    }
}
