package fathom.train;

import java.util.Map;

/**
 * Accumulates a task's own results over one pass through the test data: what is not the mean of a function of outputs
 * and targets, such as BLEU, or mean average precision.
 *
 * @param <B> the type of the task's batches
 */
public interface TaskTally<B> {
    /** Adds a batch of test data. Called in evaluation mode, without recording gradients. */
    void add(B batch);

    /** {@return the results of all batches by name, recorded as those of metrics are} */
    Map<String, Double> values();
}
