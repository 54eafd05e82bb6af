package fathom.data;

import java.util.concurrent.atomic.AtomicLong;

/** The progress of an epoch, counted as its batches are returned. It does not keep the batches reachable. */
final class EpochProgress {
    private final long epoch;
    private final AtomicLong returned;
    private volatile boolean isEnded;

    EpochProgress(long epoch, long first) {
        this.epoch = epoch;
        returned = new AtomicLong(first);
    }

    /** {@return the index of the epoch} */
    long epoch() {
        return epoch;
    }

    /** {@return the number of batches returned, including those skipped at the start} */
    long returned() {
        return returned.get();
    }

    /** {@return whether the end was neither reported nor the iterator closed} */
    boolean isWithin() {
        return !isEnded;
    }

    /** {@return the batches, counted here} */
    Batches counting(Batches batches) {
        return new Batches() {
            @Override
            public boolean hasNext() {
                boolean more = batches.hasNext();
                if (!more) {
                    isEnded = true;
                }
                return more;
            }

            @Override
            public Batch next() {
                Batch batch = batches.next();
                returned.incrementAndGet();
                return batch;
            }

            @Override
            public void close() {
                isEnded = true;
                batches.close();
            }
        };
    }
}
