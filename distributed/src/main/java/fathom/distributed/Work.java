package fathom.distributed;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/**
 * A collective operation under way. Until {@link #await} has returned, its tensors must be neither read nor written.
 *
 * {@snippet :
 * Work work = group.allReduceAsync(gradient, ReduceOp.SUM);
 * prepareNextBatch();                 // meanwhile
 * work.await();
 * }
 */
public final class Work {
    private final CompletableFuture<Void> done;
    private final Runnable afterwards;
    private boolean isFinished;

    Work(CompletableFuture<Void> done, Runnable afterwards) {
        this.done = done;
        this.afterwards = afterwards;
    }

    /** {@return whether the operation is complete, or has failed} */
    public boolean isDone() {
        return done.isDone();
    }

    /**
     * Waits until the operation is complete.
     *
     * @throws DistributedException if it failed, on this process or on another
     */
    public void await() {
        try {
            done.get();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause();
            throw cause instanceof DistributedException d
                    ? new DistributedException(String.valueOf(d.getMessage()), d)
                    : new DistributedException("a collective operation failed: " + cause, cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new DistributedException("interrupted while waiting for a collective operation", e);
        }
        synchronized (this) {
            if (!isFinished) {
                isFinished = true;
                afterwards.run();
            }
        }
    }
}
