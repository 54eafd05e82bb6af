package fathom.train.recipe;

import java.util.Locale;

/**
 * The hyper-parameters of a training run.
 *
 * @param epochs the number of passes over the training data
 * @param batchSize the number of examples per update
 * @param optimizer the optimiser's name: one of {@link fathom.optim.Optimizers}, or the recipe's own
 * @param lr the learning rate
 * @param decay the factor applied to the learning rate after each epoch; 1 for a constant rate
 * @param clipNorm the maximum total norm of the gradients; 0 for no clipping
 */
public record HyperParameters(int epochs, int batchSize, String optimizer, double lr, double decay, double clipNorm) {
    private static final int EPOCHS = 10;
    private static final int BATCH_SIZE = 256;

    /** Validates the ranges. */
    public HyperParameters {
        atLeastOne("epochs", epochs);
        atLeastOne("batchSize", batchSize);
        above("lr", lr);
        above("decay", decay);
        if (!(clipNorm >= 0)) {
            throw new RecipeException("clipNorm", "must not be negative, is " + clipNorm);
        }
    }

    private static void atLeastOne(String name, int value) {
        if (value < 1) {
            throw new RecipeException(name, String.format(Locale.ROOT, "must be at least 1, is %d", value));
        }
    }

    private static void above(String name, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new RecipeException(name, "must be above 0, is " + value);
        }
    }

    /** {@return 10 epochs in batches of 256 at a constant rate} */
    public static HyperParameters of(String optimizer, double lr) {
        return new HyperParameters(EPOCHS, BATCH_SIZE, optimizer, lr, 1, 0);
    }

    /** {@return this with another number of epochs} */
    public HyperParameters withEpochs(int epochs) {
        return new HyperParameters(epochs, batchSize, optimizer, lr, decay, clipNorm);
    }

    /** {@return this with another batch size} */
    public HyperParameters withBatchSize(int batchSize) {
        return new HyperParameters(epochs, batchSize, optimizer, lr, decay, clipNorm);
    }

    /** {@return this with another factor of the learning rate after each epoch} */
    public HyperParameters withDecay(double decay) {
        return new HyperParameters(epochs, batchSize, optimizer, lr, decay, clipNorm);
    }

    /** {@return this with a bound of the gradients' norm} */
    public HyperParameters withClipNorm(double clipNorm) {
        return new HyperParameters(epochs, batchSize, optimizer, lr, decay, clipNorm);
    }

    /** {@return the hyper-parameters in one line: {@code sgd, lr 0.9, batch 256, 10 epochs}} */
    @Override
    public String toString() {
        String rate = lr == Math.rint(lr) && lr < 1e9 ? Long.toString((long) lr) : Double.toString(lr);
        return String.format(Locale.ROOT, "%s, lr %s, batch %d, %d epochs", optimizer, rate, batchSize, epochs)
                + (decay == 1 ? "" : ", the rate times " + decay + " each epoch");
    }
}
