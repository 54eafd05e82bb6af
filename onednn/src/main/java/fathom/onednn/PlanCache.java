package fathom.onednn;

import java.util.Comparator;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;

/**
 * Plans by signature, bounded: when there are too many, those not used for longest are released, and go when nobody
 * runs them any more.
 */
final class PlanCache {
    private final int capacity;
    private final ConcurrentHashMap<Signature, Entry> entries = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Signature, CompletableFuture<Entry>> making = new ConcurrentHashMap<>();
    private final AtomicBoolean evicting = new AtomicBoolean();

    /**
     * @param capacity most plans to keep
     */
    PlanCache(int capacity) {
        this.capacity = capacity;
    }

    private static final class Entry {
        final Plan plan;

        /** When it was last asked for, by a coarse clock; a lost update does no harm. */
        volatile long used;

        Entry(Plan plan, long used) {
            this.plan = plan;
            this.used = used;
        }
    }

    int size() {
        return entries.size();
    }

    /**
     * Returns the plan of a signature, made at the first question; threads that ask meanwhile wait for it.
     *
     * @param make makes it; asks for no other plan
     */
    Plan get(Signature signature, Supplier<Plan> make) {
        long now = System.nanoTime() >> 20;
        var entry = entries.get(signature);
        if (entry == null) {
            entry = made(signature, make, now);
        } else if (entry.used != now) {
            entry.used = now;
        }
        return entry.plan;
    }

    private Entry made(Signature signature, Supplier<Plan> make, long now) {
        while (true) {
            var mine = new CompletableFuture<Entry>();
            var others = making.putIfAbsent(signature, mine);
            if (others == null) {
                return make(signature, make, now, mine);
            }
            try {
                return others.join();
            } catch (CompletionException e) {
                // this thread's own try says why
            }
        }
    }

    private Entry make(Signature signature, Supplier<Plan> make, long now, CompletableFuture<Entry> promise) {
        try {
            var entry = entries.get(signature); // made between the two looks
            if (entry == null) {
                entry = new Entry(make.get(), now);
                entries.put(signature, entry);
                if (entries.size() > capacity) {
                    evict();
                }
            }
            promise.complete(entry);
            return entry;
        } catch (Throwable t) {
            promise.completeExceptionally(t);
            throw t;
        } finally {
            making.remove(signature, promise);
        }
    }

    /** Drops the older eighth. */
    private void evict() {
        if (evicting.compareAndSet(false, true)) {
            try {
                entries.entrySet().stream()
                        .map(e -> new Aged(e.getKey(), e.getValue().used))
                        .sorted(Comparator.comparingLong(Aged::used))
                        .limit(Math.max(1, entries.size() - capacity + capacity / 8))
                        .forEach(aged -> drop(aged.signature()));
            } finally {
                evicting.set(false);
            }
        }
    }

    private void drop(Signature signature) {
        var entry = entries.remove(signature);
        if (entry != null) {
            entry.plan.release();
        }
    }

    private record Aged(Signature signature, long used) {}
}
