package fathom.train.recipe;

import fathom.nn.Layer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The task of a recipe whose model translates sentences. */
public interface TranslatorTask extends RecipeTask {
    /** Options of {@link #translate}. */
    final class Options {
        private int beams = 1;
        private double lengthPenalty = 0.75;
        private @Nullable Path attention;

        /** Options with defaults. */
        public Options() {}

        /** The width of beam search. Default: 1, greedy decoding. */
        public Options beams(int beams) {
            if (beams < 1) {
                throw new RecipeException("beams", String.format(Locale.ROOT, "must be at least 1, is %d", beams));
            }
            this.beams = beams;
            return this;
        }

        /** The exponent of the length by which beam search divides the logarithm of probabilities. Default: 0.75. */
        public Options lengthPenalty(double exponent) {
            if (!(exponent >= 0) || Double.isInfinite(exponent)) {
                throw new RecipeException("lengthPenalty", "must not be negative, is " + exponent);
            }
            this.lengthPenalty = exponent;
            return this;
        }

        /**
         * The picture of the attention weights of the last sentence, {@code FILE.png} or {@code FILE.svg}; where there
         * are several kinds of attention, the name of each is added. Default: none.
         */
        public Options attention(@Nullable Path file) {
            if (file != null && !file.toString().endsWith(".png") && !file.toString().endsWith(".svg")) {
                throw new RecipeException("attention", "must end in .png or .svg, is " + file);
            }
            this.attention = file;
            return this;
        }

        /** {@return the width of beam search} */
        public int beams() {
            return beams;
        }

        /** {@return the exponent of the length} */
        public double lengthPenalty() {
            return lengthPenalty;
        }

        /** {@return the picture of the attention weights, or null} */
        public @Nullable Path attention() {
            return attention;
        }
    }

    /**
     * {@return the translations of sentences, a line each} Where the data has a translation, the line has its BLEU.
     *
     * @param net a trained network in evaluation mode
     * @throws RecipeException if there is no sentence, or attention weights are requested from a model without
     *     attention
     * @throws IOException if the picture cannot be written
     */
    List<String> translate(Layer net, List<String> sentences, Options options) throws IOException;
}
