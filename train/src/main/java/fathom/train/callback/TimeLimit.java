package fathom.train.callback;

import fathom.train.TrainingCallback;
import java.time.Duration;

/**
 * Stops a training after some time and writes a checkpoint, from which {@code resume(true)} continues: for machines
 * that are lent for hours. The time counts from the start of the program's training, or from its resumption.
 */
public final class TimeLimit implements TrainingCallback {
    private final Duration limit;
    private long start;

    /**
     * A limit on the time of training; the batch that exceeds it is the last one.
     *
     * @throws IllegalArgumentException if it is not positive
     */
    public TimeLimit(Duration limit) {
        if (!limit.isPositive()) {
            throw new IllegalArgumentException("TimeLimit: must be positive, is " + limit);
        }
        this.limit = limit;
    }

    @Override
    public void onStart(Progress progress) {
        start = System.nanoTime();
    }

    @Override
    public void onBatch(Progress progress) {
        if (System.nanoTime() - start >= limit.toNanos()) {
            progress.stop();
        }
    }
}
