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
 * What is known of a captured step: per key and guards, whether it occurred, a trace of it, or its plan. Of too many,
 * those not used for longest are dropped.
 */
final class Recordings {
    /** Most recordings of one key, under different guards. */
    private static final int MOST_OF_A_KEY = 8;

    /** Most keys: a plan for each of some hundred lengths of sequences. */
    private static final int MOST_KEYS = 1024;

    /** What a recorded operation takes of the Java heap, with its part of the plan; measured, and rounded up. */
    private static final long BYTES_OF_AN_OPERATION = 2048;

    /** Most operations of all recordings: an eighth of the heap, but enough for a dozen plans of a large network. */
    private static final long MOST_OPERATIONS =
            Math.max(20_000, Runtime.getRuntime().maxMemory() / 8 / BYTES_OF_AN_OPERATION);

    /** So many lookups hold on to memory that a tensor no longer looks at: it may be given that memory again. */
    private static final int MOST_DISPLACED = 32;

    private static final System.Logger LOG = System.getLogger(Captured.class.getName());

    /** After so many calls in a row at which no plan held, what changes is logged. */
    private static final int MANY_BROKEN = 16;

    private final Map<PlanKey, List<Recording>> byKey = new LinkedHashMap<>(16, 0.75f, true);
    private long dropped;
    private int brokenInARow;
    private @Nullable String whatChanges;

    /** What is known under one key and some guards: that it occurred; then a trace of it; then its plan. */
    static final class Recording {
        @Nullable Replay traced;
        @Nullable Replay plan;
        long calls;

        /** Lookups since the last use at which a tensor that it met had other memory. */
        int displaced;

        private boolean isDead() {
            return plan != null && !plan.isAlive();
        }
    }

    /** {@return the recording whose guards hold; null where there is none, and one is begun} */
    @Nullable Recording find(PlanKey key) {
        List<Recording> known = byKey.get(key);
        if (known == null) {
            known = new ArrayList<>(1);
            byKey.put(key, known);
            if (byKey.size() > MOST_KEYS) {
                dropOldest(
                        String.format(
                                Locale.ROOT, "the step was called with more than %d different shapes", MOST_KEYS));
            }
        }
        Recording untraced = null;
        for (int i = known.size() - 1; i >= 0; i--) {
            Recording r = known.get(i);
            Replay traced = r.traced;
            if (traced == null) {
                untraced = r; // fits any call, so it is for those that no other fits
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
            } else if (traced.isDisplaced() && ++r.displaced > MOST_DISPLACED) {
                known.remove(i);
            }
        }
        noteBroken(known);
        if (untraced != null) {
            return untraced;
        }
        known.add(new Recording());
        if (known.size() > MOST_OF_A_KEY) {
            known.removeFirst();
            noteDropped(
                    String.format(Locale.ROOT, "the step ran under more than %d different conditions", MOST_OF_A_KEY));
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

    /** Logs once what it is that changes from call to call, so that no plan is ever replayed. */
    private void noteBroken(List<Recording> known) {
        Replay latest = null;
        for (Recording r : known) {
            latest = r.traced == null ? latest : r.traced;
        }
        if (latest == null || ++brokenInARow != MANY_BROKEN) {
            return;
        }
        List<Guard> broken = latest.broken();
        whatChanges =
                broken.isEmpty()
                        ? "tensors that the step uses are given other memory, gradients, modes or hooks"
                        : broken.getFirst().change();
        LOG.log(
                System.Logger.Level.INFO,
                "no plan held at {0} calls in a row, which ran eagerly: what a plan depends on changes from call to call: {1}."
                        + " Captured.scalar takes numbers that change",
                MANY_BROKEN,
                whatChanges);
    }

    /** {@return what changes from call to call so that no plan holds; null where one does} */
    @Nullable String whatChanges() {
        return whatChanges;
    }

    void clear() {
        byKey.clear();
    }

    /** Drops recordings not used for longest, where they have become too large in all; one has just been made. */
    void bound() {
        long operations = 0;
        for (List<Recording> known : byKey.values()) {
            for (Recording r : known) {
                operations += r.traced == null ? 0 : r.traced.size();
            }
        }
        while (operations > MOST_OPERATIONS && byKey.size() > 1) {
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
            noteDropped(why);
        }
        return oldest;
    }

    /** Logs the first time, the second, the fourth, and so on. */
    private void noteDropped(String why) {
        if (Long.bitCount(++dropped) == 1) {
            LOG.log(
                    System.Logger.Level.INFO,
                    "{0}, so plans not used for longest were dropped ({1} so far): they are made anew when their turn"
                            + " comes",
                    why,
                    dropped);
        }
    }
}
