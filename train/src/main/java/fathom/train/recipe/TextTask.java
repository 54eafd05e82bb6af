package fathom.train.recipe;

import fathom.nn.Layer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A task whose network generates text. */
public interface TextTask extends RecipeTask {
    /** Options of {@link #generate(Layer, String, Options)}; by default the most probable tokens, 50 at most. */
    final class Options {
        private int length = 50;
        private @Nullable Double temperature;
        private @Nullable Integer topK;
        private @Nullable Double topP;
        private @Nullable Double minP;
        private @Nullable Double repetitionPenalty;
        private @Nullable Integer beams;
        private @Nullable Long seed;
        private List<String> stop = List.of();
        private @Nullable Consumer<String> listener;

        /** Options with defaults. */
        public Options() {}

        /** The number of tokens to generate at most. Default: 50. */
        public Options length(int tokens) {
            check("length", tokens >= 1, "at least 1", tokens);
            length = tokens;
            return this;
        }

        /** The divisor of logits; 0 for the most probable token. Default: 0, or 1 with another option of sampling. */
        public Options temperature(@Nullable Double temperature) {
            check("temperature", temperature == null || temperature >= 0, "at least 0", temperature);
            this.temperature = temperature;
            return this;
        }

        /** The number of most probable tokens to draw from; 0 for all. Default: all. */
        public Options topK(@Nullable Integer k) {
            check("topK", k == null || k >= 0, "at least 0", k);
            topK = k;
            return this;
        }

        /** The probability that the most probable tokens to draw from have together at least. Default: 1. */
        public Options topP(@Nullable Double p) {
            check("topP", p == null || p > 0 && p <= 1, "above 0 and at most 1", p);
            topP = p;
            return this;
        }

        /** The minimum probability of a token relative to the most probable one. Default: 0. */
        public Options minP(@Nullable Double p) {
            check("minP", p == null || p >= 0 && p <= 1, "from 0 to 1", p);
            minP = p;
            return this;
        }

        /** The factor by which tokens that occurred become less probable. Default: 1. */
        public Options repetitionPenalty(@Nullable Double penalty) {
            check("repetitionPenalty", penalty == null || penalty > 0, "above 0", penalty);
            repetitionPenalty = penalty;
            return this;
        }

        /** The width of beam search. Default: 1, no beam search. */
        public Options beams(@Nullable Integer beams) {
            check("beams", beams == null || beams >= 1, "at least 1", beams);
            this.beams = beams;
            return this;
        }

        /** The seed of sampling. Default: drawn. */
        public Options seed(@Nullable Long seed) {
            this.seed = seed;
            return this;
        }

        /** Texts before which the text ends. Default: none. */
        public Options stop(List<String> words) {
            check("stop", words.stream().noneMatch(String::isEmpty), "texts that are not empty", words);
            stop = List.copyOf(words);
            return this;
        }

        /** Receives the text behind the prompt piece by piece, as it is written. Default: nobody. */
        public Options onText(@Nullable Consumer<String> listener) {
            this.listener = listener;
            return this;
        }

        private static void check(String name, boolean valid, String expected, @Nullable Object value) {
            if (!valid) {
                throw new RecipeException(
                        name, String.format(Locale.ROOT, "must be %s, is %s", expected, String.valueOf(value)));
            }
        }

        /** {@return the number of tokens to generate at most} */
        public int length() {
            return length;
        }

        /** {@return the divisor of logits, or null} */
        public @Nullable Double temperature() {
            return temperature;
        }

        /** {@return the number of tokens to draw from, or null} */
        public @Nullable Integer topK() {
            return topK;
        }

        /** {@return the probability of the tokens to draw from, or null} */
        public @Nullable Double topP() {
            return topP;
        }

        /** {@return the minimum relative probability, or null} */
        public @Nullable Double minP() {
            return minP;
        }

        /** {@return the penalty of tokens that occurred, or null} */
        public @Nullable Double repetitionPenalty() {
            return repetitionPenalty;
        }

        /** {@return the width of beam search, or null} */
        public @Nullable Integer beams() {
            return beams;
        }

        /** {@return the seed, or null} */
        public @Nullable Long seed() {
            return seed;
        }

        /** {@return texts before which the text ends} */
        public List<String> stop() {
            return stop;
        }

        /** {@return who receives the text piece by piece, or null} */
        public @Nullable Consumer<String> listener() {
            return listener;
        }

        /** {@return the name of an option beyond the length that is set; null if there is none} */
        private @Nullable String beyondLength() {
            var set = new LinkedHashMap<String, Boolean>();
            set.put("temperature", temperature != null);
            set.put("topK", topK != null);
            set.put("topP", topP != null);
            set.put("minP", minP != null);
            set.put("repetitionPenalty", repetitionPenalty != null);
            set.put("beams", beams != null);
            set.put("seed", seed != null);
            set.put("stop", !stop.isEmpty());
            return set.entrySet().stream().filter(Map.Entry::getValue).map(Map.Entry::getKey).findFirst().orElse(null);
        }
    }

    /**
     * {@return the prompt, as tokenised by the model, and its continuation}
     *
     * @param net a trained network in evaluation mode
     * @param prompt the beginning of the text
     * @param length the number of tokens to generate
     * @throws RecipeException if the prompt holds no token
     */
    String generate(Layer net, String prompt, int length);

    /**
     * {@return the prompt, as tokenised by the model, and its continuation}
     *
     * @param net a trained network in evaluation mode
     * @param prompt the beginning of the text
     * @throws RecipeException if the prompt holds no token, or the model does not know an option; unless overridden,
     *     none but the length
     */
    default String generate(Layer net, String prompt, Options options) {
        String unknown = options.beyondLength();
        if (unknown != null) {
            throw new RecipeException(unknown, "this model takes the most probable token, and has no other options");
        }
        return generate(net, prompt, options.length());
    }
}
