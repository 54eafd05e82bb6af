package fathom.board;

import fathom.train.NumberTable;
import fathom.train.RunSnapshot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Looks for changes in the folders of runs, a few times a second while anybody listens, and tells the listeners.
 *
 * <p>It polls, since not every file system reports changes, and the files of a run are few.
 */
final class RunWatcher implements AutoCloseable {
    private static final long SHORTEST_PAUSE = 400;

    /** So many times as long as looking took passes before the next time. */
    private static final int PAUSE = 10;

    private final List<Path> roots;
    private final Thread thread;

    // ---- guarded by this
    private final Map<Path, BoardRun> runs = new LinkedHashMap<>();
    private final List<Listener> listeners = new ArrayList<>();
    private boolean isClosed;

    /** Receives the state of all runs, then changes. Its calls do not overlap and must not block. */
    interface Listener {
        /** A run is new, or anything but its steps has changed. */
        void run(BoardRun run);

        /**
         * A run has more rows of steps.
         *
         * @param from the number of rows that remain; those before are unchanged
         */
        void steps(BoardRun run, int from);

        /** A run's folder is gone. */
        void gone(BoardRun run);

        /** The state is complete, and all changes so far have been reported. */
        void complete();
    }

    RunWatcher(List<Path> roots) {
        this.roots = List.copyOf(roots);
        this.thread = Thread.ofVirtual().name("fathom-board-watcher").unstarted(this::watch);
    }

    void start() {
        thread.start();
    }

    /** Adds a listener; it receives the current state at once. */
    synchronized void add(Listener listener) {
        look();
        listeners.add(listener);
        for (BoardRun run : runs.values()) {
            listener.run(run);
            listener.steps(run, 0);
        }
        listener.complete();
        notifyAll();
    }

    synchronized void remove(Listener listener) {
        listeners.remove(listener);
    }

    /** {@return the run of an id} */
    synchronized Optional<BoardRun> run(String id) {
        return runs.values().stream().filter(r -> r.id().equals(id)).findFirst();
    }

    private void watch() {
        try {
            while (true) {
                long took;
                synchronized (this) {
                    while (listeners.isEmpty() && !isClosed) {
                        wait();
                    }
                    if (isClosed) {
                        return;
                    }
                    long before = System.nanoTime();
                    look();
                    took = (System.nanoTime() - before) / 1_000_000;
                }
                Thread.sleep(Math.max(SHORTEST_PAUSE, PAUSE * took));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    /** Looks once, and reports changes. */
    private void look() {
        Set<Path> present = new HashSet<>();
        for (Path root : roots) {
            for (Path folder : RunSnapshot.find(root)) {
                if (present.add(folder)) {
                    look(root, folder);
                }
            }
        }
        for (BoardRun run : List.copyOf(runs.values())) {
            if (!present.contains(run.folder())) {
                runs.remove(run.folder());
                listeners.forEach(l -> l.gone(run));
            }
        }
        listeners.forEach(Listener::complete);
    }

    private void look(Path root, Path folder) {
        BoardRun before = runs.get(folder);
        // before reading: what changes meanwhile is seen the next time
        long fingerprint = RunSnapshot.fingerprint(folder);
        if (before != null && before.fingerprint() == fingerprint) {
            return;
        }
        BoardRun now = BoardRun.read(root, folder, fingerprint);
        runs.put(folder, now);
        if (before == null || !same(before.snapshot(), now.snapshot())) {
            listeners.forEach(l -> l.run(now));
        }
        NumberTable steps = now.snapshot().steps();
        int from = before == null ? 0 : common(before.snapshot().steps(), steps);
        if (from < steps.rows().size() || before != null && from < before.snapshot().steps().rows().size()) {
            listeners.forEach(l -> l.steps(now, from));
        }
    }

    /** {@return whether two snapshots differ in their steps alone} */
    private static boolean same(RunSnapshot a, RunSnapshot b) {
        return a.status() == b.status()
                && a.config().equals(b.config())
                && a.pictures().equals(b.pictures())
                && a.epochs().columns().equals(b.epochs().columns())
                && a.epochs().rows().size() == b.epochs().rows().size()
                && common(a.epochs(), b.epochs()) == a.epochs().rows().size();
    }

    /** {@return the number of rows at the start that two tables share} */
    private static int common(NumberTable a, NumberTable b) {
        if (!a.columns().equals(b.columns())) {
            return 0;
        }
        int most = Math.min(a.rows().size(), b.rows().size());
        for (int i = 0; i < most; i++) {
            if (!Arrays.equals(a.rows().get(i), b.rows().get(i))) {
                return i;
            }
        }
        return most;
    }

    @Override
    public void close() {
        synchronized (this) {
            isClosed = true;
            notifyAll();
        }
        thread.interrupt();
    }
}
