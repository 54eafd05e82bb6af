package fathom.text.sentences;

import java.util.Locale;

/**
 * How a {@link SentenceEncoder} makes a vector of a text. What is not set is what the model's files say, else the
 * defaults below.
 */
public final class SentenceOptions {
    Pooling pooling = Pooling.MEAN;
    boolean normalize = true;
    int maxLength = 512;
    int batchSize = 32;
    String prompt = "";

    SentenceOptions() {}

    /** Sets the pooling. Default: {@link Pooling#MEAN}. */
    public SentenceOptions pooling(Pooling pooling) {
        this.pooling = pooling;
        return this;
    }

    /** Sets whether vectors have the Euclidean norm 1, so that their product is the cosine. Default: true. */
    public SentenceOptions normalize(boolean normalize) {
        this.normalize = normalize;
        return this;
    }

    /**
     * Sets the maximum number of tokens, with special ones; what follows them in longer texts is ignored. Default: 512,
     * or the number of positions of the model.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    public SentenceOptions maxLength(int tokens) {
        maxLength = positive("maxLength", tokens);
        return this;
    }

    /**
     * Sets the maximum number of texts that are computed at a time. Default: 32.
     *
     * @throws IllegalArgumentException if it is below 1
     */
    public SentenceOptions batchSize(int texts) {
        batchSize = positive("batchSize", texts);
        return this;
    }

    /**
     * Sets what precedes a question in {@link SentenceEncoder#encodeQuery}, as some models were trained with. Default:
     * nothing.
     */
    public SentenceOptions prompt(String prompt) {
        this.prompt = prompt;
        return this;
    }

    private static int positive(String name, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "SentenceEncoder: %s must be at least 1, got %d", name, value));
        }
        return value;
    }
}
