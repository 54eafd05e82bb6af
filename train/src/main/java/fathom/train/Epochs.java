package fathom.train;

/**
 * How long to train: a number of passes over the training data.
 *
 * @param count at least 1
 */
public record Epochs(int count) {
    /** Checks the number. */
    public Epochs {
        if (count < 1) {
            throw new IllegalArgumentException("Epochs: wants at least 1, not " + count);
        }
    }

    /** {@return that many passes} */
    public static Epochs of(int count) {
        return new Epochs(count);
    }
}
