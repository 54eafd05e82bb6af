package fathom;

import fathom.guard.Guard;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The recordings of a captured step: per key and guards, the fact that it occurred, a trace of it, or its plan. Beyond
 * the limits, the least recently used ones are dropped.
 */
final class Recordings {
    /** Maximum number of recordings of one key, under different guards. */
    private static final int MAX_PER_KEY = 8;

    /** Maximum number of keys: allows a plan for each of some hundred sequence lengths. */
    private static final int MAX_KEYS = 1024;

    /** Java heap use of a recorded operation, including its part of the plan; measured, and rounded up. */
    private static final long BYTES_PER_OPERATION = 2048;

    /**
     * Maximum number of operations of all recordings: an eighth of the heap, but enough for a dozen plans of a large
     * network.
     */
    private static final long MAX_OPERATIONS =
            Math.max(20_000, Runtime.getRuntime().maxMemory() / 8 / BYTES_PER_OPERATION);

    /** Number of lookups for which memory is kept that a tensor no longer uses: it may be given that memory again. */
    private static final int MAX_DISPLACED = 32;

    private static final System.Logger LOG = System.getLogger(Captured.class.getName());

    /** Number of consecutive calls without a valid plan after which the changing state is logged. */
    private static final int MAX_BROKEN = 16;

    private final Map<PlanKey, List<Recording>> byKey = new LinkedHashMap<>(16, 0.75f, true);
    private long dropped;
    private int brokenInARow;
    private @Nullable String whatChanges;

    /** The recording of one key and some guards: first the fact that it occurred; then a trace; then the plan. */
    static final class Recording {
        @Nullable Replay traced;
        @Nullable Replay plan;
        long calls;

        /** Lookups since the last use at which a tensor that it uses had other memory. */
        int displaced;

        private boolean isDead() {
            return plan != null && !plan.isAlive();
        }
    }

    /** {@return the recording whose guards hold; null if there is none, and one is begun} */
    @Nullable Recording find(PlanKey key) {
        List<Recording> known = byKey.get(key);
        if (known == null) {
            known = new ArrayList<>(1);
            byKey.put(key, known);
            if (byKey.size() > MAX_KEYS) {
                dropOldest(
                        String.format(Locale.ROOT, "the step was called with more than %d different shapes", MAX_KEYS));
            }
        }
        Recording untraced = null;
        for (int i = known.size() - 1; i >= 0; i--) {
            Recording r = known.get(i);
            Replay traced = r.traced;
            if (traced == null) {
                untraced = r; // matches any call, so it is used only if no other matches
            } else if (traced.holds()) {
                if (!r.isDead()) {
                    r.displaced = 0;
                    known.remove(i);
                    known.add(r);
                    if (r.plan != null) {
                        brokenInARow = 0;
                        whatChanges = null;
                    }
                    return r;
                }
                known.remove(i);
            } else if (traced.isDisplaced() && ++r.displaced > MAX_DISPLACED) {
                known.remove(i);
            }
        }
        logBroken(known);
        if (untraced != null) {
            return untraced;
        }
        known.add(new Recording());
        if (known.size() > MAX_PER_KEY) {
            known.removeFirst();
            logDropped(String.format(Locale.ROOT, "the step ran under more than %d different conditions", MAX_PER_KEY));
        }
        return null;
    }

    /** {@return whether there is a plan whose guards hold} */
    boolean hasPlan(PlanKey key) {
        List<Recording> known = byKey.getOrDefault(key, List.of());
        for (int i = known.size() - 1; i >= 0; i--) {
            Replay plan = known.get(i).plan;
            if (plan != null && plan.holds()) {
                return plan.isAlive();
            }
        }
        return false;
    }

    /** Logs once which state changes from call to call, so that no plan is ever replayed. */
    private void logBroken(List<Recording> known) {
        Replay latest = null;
        for (Recording r : known) {
            latest = r.traced == null ? latest : r.traced;
        }
        if (latest == null || ++brokenInARow != MAX_BROKEN) {
            return;
        }
        List<Guard> broken = latest.broken();
        whatChanges =
                broken.isEmpty()
                        ? "tensors that the step uses get other memory, gradients, modes or hooks"
                        : broken.getFirst().change();
        LOG.log(
                System.Logger.Level.INFO,
                "no plan was valid for {0} consecutive calls, which ran eagerly: the state that plans depend on changes from call to call: {1}."
                        + " Use Captured.scalar for numbers that change",
                MAX_BROKEN,
                whatChanges);
    }

    /** {@return the state that changes from call to call, so that no plan is valid; null if one is} */
    @Nullable String whatChanges() {
        return whatChanges;
    }

    void clear() {
        byKey.clear();
    }

    /** Drops the least recently used recordings if they exceed the limit in total; called after recording one. */
    void bound() {
        long operations = 0;
        for (List<Recording> known : byKey.values()) {
            for (Recording r : known) {
                operations += r.traced == null ? 0 : r.traced.size();
            }
        }
        while (operations > MAX_OPERATIONS && byKey.size() > 1) {
            for (Recording r : dropOldest("the plans of the step took more than an eighth of the Java heap")) {
                operations -= r.traced == null ? 0 : r.traced.size();
            }
        }
    }

    private List<Recording> dropOldest(String why) {
        Iterator<List<Recording>> all = byKey.values().iterator();
        List<Recording> oldest = all.next();
        all.remove();
        if (oldest.stream().anyMatch(r -> r.plan != null)) {
            logDropped(why);
        }
        return oldest;
    }

    /** Logs the first, second, fourth, ... time. */
    private void logDropped(String why) {
        if (Long.bitCount(++dropped) == 1) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "{0}, so the least recently used plans were dropped ({1} so far): they are recorded anew when their turn"
                            + " comes",
                    why,
                    dropped);
        }
    }
}
