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
 * Plans by signature, bounded in two ways. Beyond some hundred primitives a plan is released that was not used for a
 * minute: whoever goes through hundreds of shapes in turn keeps them all, whoever is done with them does not. And where
 * they take too much memory those not used for longest are released whatever their age. A plan goes when nobody runs it
 * any more.
 */
final class PlanCache {
    private static final System.Logger LOG = System.getLogger(PlanCache.class.getName());

    /** Units of the clock in a second. */
    private static final long SECOND = 1_000_000_000L >> 20;

    private static final long OLD = 60 * SECOND;

    private final int mostPlans;
    private final int many;
    private final int mostPrimitives;
    private final IntSupplier primitives;
    private final ConcurrentHashMap<Signature, Entry> entries = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Signature, CompletableFuture<Entry>> making = new ConcurrentHashMap<>();
    private final AtomicBoolean evicting = new AtomicBoolean();
    private final AtomicLong made = new AtomicLong();
    private long evictions;
    private volatile long swept;

    /**
     * @param mostPlans to keep, those included that say that there is none
     * @param many so many primitives of oneDNN are kept whatever their age; a plan has one or some of them, which take
     *     the memory
     * @param mostPrimitives to keep
     * @param primitives how many there are
     */
    PlanCache(int mostPlans, int many, int mostPrimitives, IntSupplier primitives) {
        this.mostPlans = mostPlans;
        this.many = many;
        this.mostPrimitives = mostPrimitives;
        this.primitives = primitives;
    }

    /** A plan and its age. */
    static final class Entry {
        private final Plan plan;

        /** When it was last asked for, by a coarse clock; a lost update does no harm. */
        private volatile long used;

        private Entry(Plan plan, long used) {
            this.plan = plan;
            this.used = used;
        }

        Plan plan() {
            return plan;
        }

        /** Tells that it is used, by somebody who kept it. */
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

    /** {@return how many plans were ever made} */
    long made() {
        return made.get();
    }

    /**
     * Finds the plan of a signature, made at the first question; threads that ask meanwhile wait for it.
     *
     * @param make makes it; asks for no other plan
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
            making.remove(signature, promise);
        }
    }

    private void bound(long now) {
        int live = primitives.getAsInt();
        if (entries.size() > mostPlans || live > mostPrimitives) {
            evict();
        } else if (live > many && now - swept > SECOND) {
            swept = now;
            entries.forEach((s, e) -> {
                if (now - e.used > OLD) {
                    drop(s);
                }
            });
        }
    }

    /** Drops the oldest, an eighth of what may be kept. */
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
                    if (entries.size() <= mostPlans - mostPlans / 8
                            && primitives.getAsInt() <= mostPrimitives - mostPrimitives / 8) {
                        break;
                    }
                    drop(a.signature());
                    dropped++;
                }
                if (Long.bitCount(++evictions) == 1) {
                    LOG.log(
                            System.Logger.Level.INFO,
                            "products and convolutions of more shapes than there is memory for plans of: the {0} used"
                                    + " least recently are planned anew when their turn comes",
                            dropped);
                }
            } finally {
                evicting.set(false);
            }
        }
    }

    /** Drops all. */
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
