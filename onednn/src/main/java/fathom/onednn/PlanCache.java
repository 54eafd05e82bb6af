package fathom.onednn;

import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/**
 * A cache of plans by signature, bounded in two ways. Above some hundred primitives, plans that were unused for a
 * minute are evicted: a program that cycles through hundreds of shapes keeps them all, one that is done with them does
 * not. And if plans take too much memory, the least recently used ones are evicted whatever their age. An evicted plan
 * is disposed when no call runs it any more.
 */
final class PlanCache {
    private static final System.Logger LOG = System.getLogger(PlanCache.class.getName());

    /** Clock ticks per second. */
    private static final long SECOND = 1_000_000_000L >> 20;

    private static final long MAX_IDLE = 60 * SECOND;

    private final int maxPlans;
    private final int minPrimitives;
    private final int maxPrimitives;
    private final IntSupplier primitives;
    private final ConcurrentHashMap<Signature, Entry> entries = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Signature, CompletableFuture<Entry>> pending = new ConcurrentHashMap<>();
    private final AtomicBoolean evicting = new AtomicBoolean();
    private final AtomicLong made = new AtomicLong();
    private long evictions;
    private volatile long swept;

    /**
     * @param maxPlans maximum number of entries, including {@link Plan#UNSUPPORTED}
     * @param minPrimitives number of oneDNN primitives that are kept whatever their age; a plan has one or several,
     *     which take the memory
     * @param maxPrimitives maximum number of oneDNN primitives
     * @param primitives the current number of oneDNN primitives
     */
    PlanCache(int maxPlans, int minPrimitives, int maxPrimitives, IntSupplier primitives) {
        this.maxPlans = maxPlans;
        this.minPrimitives = minPrimitives;
        this.maxPrimitives = maxPrimitives;
        this.primitives = primitives;
    }

    /** A plan and the time of its last use. */
    static final class Entry {
        private final Plan plan;

        /** The time of the last use, by a coarse clock; a lost update is harmless. */
        private volatile long used;

        private Entry(Plan plan, long used) {
            this.plan = plan;
            this.used = used;
        }

        Plan plan() {
            return plan;
        }

        /** Records a use by a caller that kept the entry. */
        void touch() {
            touch(now());
        }

        private void touch(long now) {
            if (used != now) {
                used = now;
            }
        }
    }

    private static long now() {
        return System.nanoTime() >> 20;
    }

    int size() {
        return entries.size();
    }

    /** {@return the total number of plans made so far} */
    long made() {
        return made.get();
    }

    /**
     * {@return the entry of a signature, whose plan is made at the first request; concurrent requests wait for it}
     *
     * @param make makes the plan; it must not request another plan
     */
    Entry find(Signature signature, Supplier<Plan> make) {
        long now = now();
        var entry = entries.get(signature);
        if (entry == null) {
            entry = made(signature, make, now);
        } else {
            entry.touch(now);
        }
        return entry;
    }

    private Entry made(Signature signature, Supplier<Plan> make, long now) {
        while (true) {
            var promise = new CompletableFuture<Entry>();
            var others = pending.putIfAbsent(signature, promise);
            if (others == null) {
                return make(signature, make, now, promise);
            }
            try {
                return others.join();
            } catch (CompletionException e) {
                // retry on this thread, which throws its own exception
            }
        }
    }

    private Entry make(Signature signature, Supplier<Plan> make, long now, CompletableFuture<Entry> promise) {
        try {
            var entry = entries.get(signature); // made between the two lookups
            if (entry == null) {
                entry = new Entry(make.get(), now);
                made.incrementAndGet();
                entries.put(signature, entry);
                bound(now);
            }
            promise.complete(entry);
            return entry;
        } catch (Throwable t) {
            promise.completeExceptionally(t);
            throw t;
        } finally {
            pending.remove(signature, promise);
        }
    }

    private void bound(long now) {
        int live = primitives.getAsInt();
        if (entries.size() > maxPlans || live > maxPrimitives) {
            evict();
        } else if (live > minPrimitives && now - swept > SECOND) {
            swept = now;
            entries.forEach((s, e) -> {
                if (now - e.used > MAX_IDLE) {
                    drop(s);
                }
            });
        }
    }

    /** Evicts the least recently used plans, an eighth of the maximum. */
    private void evict() {
        if (evicting.compareAndSet(false, true)) {
            try {
                List<Aged> oldest =
                        entries.entrySet().stream()
                                .map(e -> new Aged(e.getKey(), e.getValue().used))
                                .sorted(Comparator.comparingLong(Aged::used))
                                .toList();
                int dropped = 0;
                for (Aged a : oldest) {
                    if (entries.size() <= maxPlans - maxPlans / 8
                            && primitives.getAsInt() <= maxPrimitives - maxPrimitives / 8) {
                        break;
                    }
                    drop(a.signature());
                    dropped++;
                }
                if (Long.bitCount(++evictions) == 1) {
                    LOG.log(
                            System.Logger.Level.INFO,
                            "the plans of all shapes of products and convolutions exceed their share of memory: the {0} least"
                                    + " recently used ones were evicted and will be made again when needed",
                            dropped);
                }
            } finally {
                evicting.set(false);
            }
        }
    }

    /** Evicts all plans. */
    void clear() {
        entries.keySet().forEach(this::drop);
    }

    private void drop(Signature signature) {
        var entry = entries.remove(signature);
        if (entry != null) {
            entry.plan.release();
        }
    }

    private record Aged(Signature signature, long used) {}
}
