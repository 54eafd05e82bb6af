package fathom.text.generation;

import fathom.train.recipe.TextTask;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Options of {@link TextGenerator}; by default the most probable tokens, 50 at most. */
public final class GenerationOptions {
    private int maxTokens = 50;
    private @Nullable Double temperature;
    private int topK;
    private double topP = 1;
    private double minP;
    private double repetitionPenalty = 1;
    private int beams = 1;
    private double lengthPenalty = 1;
    private List<String> stopWords = List.of();
    private final Set<Integer> stopTokens = new TreeSet<>();
    private boolean endTokens = true;
    private boolean slide;
    private @Nullable Long seed;
    private @Nullable RowListener listener;
    private BooleanSupplier cancelled = () -> false;

    GenerationOptions() {}

    /** Receives the text of a row of the batch, piece by piece. */
    @FunctionalInterface
    public interface RowListener {
        /**
         * Called with a further piece, of whole characters.
         *
         * @param row the number of the prompt
         */
        void text(int row, String piece);
    }

    /** The maximum number of tokens to write; 50 unless set. Fewer where the network's positions end. */
    public GenerationOptions maxTokens(int tokens) {
        if (tokens < 1) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "maxTokens: must be at least 1, is %d", tokens));
        }
        maxTokens = tokens;
        return this;
    }

    /**
     * The divisor of logits; 0 for the most probable token. 0 unless set; 1 if {@link #topK}, {@link #topP} or {@link
     * #minP} is set.
     */
    public GenerationOptions temperature(double temperature) {
        this.temperature = temperature;
        return this;
    }

    /** The number of most probable tokens to draw from; all unless set. */
    public GenerationOptions topK(int k) {
        topK = k;
        return this;
    }

    /** The probability that the most probable tokens to draw from have together at least; 1 unless set. */
    public GenerationOptions topP(double p) {
        topP = p;
        return this;
    }

    /** The minimum probability of a token relative to the most probable one; 0 unless set. */
    public GenerationOptions minP(double p) {
        minP = p;
        return this;
    }

    /**
     * The divisor of positive logits, and the factor of negative ones, of tokens that the prompt or the text has
     * (Keskar et al., 2019); 1 unless set.
     */
    public GenerationOptions repetitionPenalty(double penalty) {
        if (!(penalty > 0) || Double.isInfinite(penalty)) {
            throw new IllegalArgumentException("repetitionPenalty: must be a positive number, is " + penalty);
        }
        repetitionPenalty = penalty;
        return this;
    }

    /** The number of beginnings that beam search keeps; 1 unless set, which is no beam search. */
    public GenerationOptions beams(int beams) {
        if (beams < 1) {
            throw new IllegalArgumentException(String.format(Locale.ROOT, "beams: must be at least 1, is %d", beams));
        }
        this.beams = beams;
        return this;
    }

    /**
     * With beam search, the exponent of the length by which the logarithm of a text's probability is divided; 1 unless
     * set.
     */
    public GenerationOptions lengthPenalty(double exponent) {
        lengthPenalty = exponent;
        return this;
    }

    /** Texts before which the text ends; none unless set. */
    public GenerationOptions stopWords(String... words) {
        for (String word : words) {
            if (word.isEmpty()) {
                throw new IllegalArgumentException("stopWords: a stop word is empty");
            }
        }
        stopWords = List.of(words);
        return this;
    }

    /** Tokens before which the text ends, beside those of the network's configuration. */
    public GenerationOptions stopTokens(int... tokens) {
        stopTokens.clear();
        for (int token : tokens) {
            stopTokens.add(token);
        }
        return this;
    }

    /** Whether the tokens that end texts in the network's configuration end them; true unless set. */
    public GenerationOptions endTokens(boolean end) {
        endTokens = end;
        return this;
    }

    /**
     * Whether a text goes on beyond the network's positions: each time they are full, the network reads the second half
     * of them anew, as the beginning. Not with beam search. False unless set: the text ends there.
     */
    public GenerationOptions slide(boolean slide) {
        this.slide = slide;
        return this;
    }

    /** The seed of all random numbers; drawn from the current generator unless set. */
    public GenerationOptions seed(long seed) {
        this.seed = seed;
        return this;
    }

    /** Receives the text of the first prompt as soon as characters are whole. Not with beam search. */
    public GenerationOptions onText(Consumer<String> listener) {
        this.listener =
                (row, piece) -> {
                    if (row == 0) {
                        listener.accept(piece);
                    }
                };
        return this;
    }

    /** Receives the texts of all prompts as soon as characters are whole. Not with beam search. */
    public GenerationOptions onRowText(RowListener listener) {
        this.listener = listener;
        return this;
    }

    /** Asked before each token whether to end; false unless set. An interrupt of the thread ends as well. */
    public GenerationOptions cancelled(BooleanSupplier cancelled) {
        this.cancelled = cancelled;
        return this;
    }

    /** {@return options that set those of a command} */
    public static Consumer<GenerationOptions> of(TextTask.Options asked) {
        return o -> {
            o.maxTokens(asked.length()).slide(true);
            set(asked.temperature(), o::temperature);
            set(asked.topK(), o::topK);
            set(asked.topP(), o::topP);
            set(asked.minP(), o::minP);
            set(asked.repetitionPenalty(), o::repetitionPenalty);
            set(asked.beams(), o::beams);
            set(asked.seed(), o::seed);
            o.stopWords(asked.stop().toArray(String[]::new));
            set(asked.listener(), o::onText);
        };
    }

    private static <T> void set(@Nullable T value, Consumer<T> option) {
        if (value != null) {
            option.accept(value);
        }
    }

    int maxTokens() {
        return maxTokens;
    }

    Sampling sampling() {
        boolean samples = topK > 0 || topP < 1 || minP > 0;
        double effective = temperature != null ? temperature : samples ? 1 : 0;
        return new Sampling(effective, topK, topP, minP);
    }

    double repetitionPenalty() {
        return repetitionPenalty;
    }

    int beams() {
        return beams;
    }

    double lengthPenalty() {
        return lengthPenalty;
    }

    List<String> stopWords() {
        return stopWords;
    }

    /** {@return all tokens that end a text} */
    Set<Integer> stopTokens(List<Integer> ofNetwork) {
        var all = new TreeSet<>(stopTokens);
        if (endTokens) {
            all.addAll(ofNetwork);
        }
        return all;
    }

    boolean slidesOn() {
        return slide;
    }

    @Nullable Long seed() {
        return seed;
    }

    @Nullable RowListener listener() {
        return listener;
    }

    boolean isCancelled() {
        return Thread.currentThread().isInterrupted() || cancelled.getAsBoolean();
    }
}
