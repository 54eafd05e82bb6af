package fathom.train;

/**
 * The length of a training run: a number of passes over the training data.
 *
 * @param count at least 1
 */
public record Epochs(int count) {
    /** Validates the number. */
    public Epochs {
        if (count < 1) {
            throw new IllegalArgumentException("Epochs: expected at least 1, got " + count);
        }
    }

    /** {@return {@code count} passes} */
    public static Epochs of(int count) {
        return new Epochs(count);
    }
}
