package fathom.text.tokenizers;

import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Options of {@link Tokenizer#encode} and {@link Tokenizer#batch}. */
public final class EncodeOptions {
    boolean addSpecialTokens = true;
    int maxLength = Integer.MAX_VALUE;
    Truncation truncation = Truncation.LONGEST_FIRST;
    boolean truncateLeft;
    int padTo;
    int padToMultipleOf = 1;
    boolean padLeft;
    @Nullable String padToken;

    EncodeOptions() {}

    /** Which of two inputs is truncated. */
    public enum Truncation {
        /** The longer one, until both are equally long. */
        LONGEST_FIRST,
        /** The first one. */
        ONLY_FIRST,
        /** The second one. */
        ONLY_SECOND
    }

    /** Sets whether special tokens such as {@code [CLS]} are added. Default: true. */
    public EncodeOptions addSpecialTokens(boolean add) {
        addSpecialTokens = add;
        return this;
    }

    /**
     * Sets the maximum number of tokens, with special ones; longer inputs are truncated. Default: no maximum.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    public EncodeOptions maxLength(int tokens) {
        maxLength = positive("maxLength", tokens);
        return this;
    }

    /** Sets which of two inputs is truncated. Default: the longer one. */
    public EncodeOptions truncation(Truncation truncation) {
        this.truncation = truncation;
        return this;
    }

    /** Sets whether truncation removes the first tokens. Default: it removes the last ones. */
    public EncodeOptions truncateLeft(boolean left) {
        truncateLeft = left;
        return this;
    }

    /**
     * Sets the number of tokens that short inputs are padded to. Default: none; batches are padded to the longest
     * input.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    public EncodeOptions padTo(int tokens) {
        padTo = positive("padTo", tokens);
        return this;
    }

    /**
     * Sets a number of which the padded length of a batch is a multiple: few different lengths, fewer plans of a
     * captured model. Default: 1.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    public EncodeOptions padToMultipleOf(int tokens) {
        padToMultipleOf = positive("padToMultipleOf", tokens);
        return this;
    }

    /** Sets whether padding precedes the tokens, as for generation. Default: it follows them. */
    public EncodeOptions padLeft(boolean left) {
        padLeft = left;
        return this;
    }

    /** Sets the token for padding. Default: that of the file, or {@code [PAD]}, {@code <pad>} or the like. */
    public EncodeOptions padToken(String token) {
        padToken = token;
        return this;
    }

    private static int positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "Tokenizer: %s must be at least 1, got %d", name, value));
        }
        return value;
    }
}
