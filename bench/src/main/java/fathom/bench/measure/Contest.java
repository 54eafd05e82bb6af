package fathom.bench.measure;

import fathom.bench.protocol.Answer;
import fathom.bench.work.ModelWork;
import fathom.bench.work.ProcessWork.PeakMemory;
import fathom.bench.work.ProcessWork.StartUp;
import fathom.bench.work.Row;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Both sides, and the measuring of rows with them. Each side has a process of its own, since two pools of threads in
 * one would disturb each other; it lasts for the rows of a family, and models get a fresh one each.
 */
public final class Contest implements AutoCloseable {
    private static final int PROCESS_PAIRS = 5;
    private static final int MEMORY_PAIRS = 2;

    private final Corner fathom;
    private final @Nullable Corner libtorch;
    private final double seconds;
    private final Ceilings ceilings;
    private String family = "";

    /**
     * Starts the sides and measures the ceilings.
     *
     * @param fathom starts Fathom
     * @param libtorch starts libtorch; null if it is not here
     * @param seconds about how long a row of weight 1 takes
     */
    public Contest(Launcher fathom, @Nullable Launcher libtorch, double seconds) {
        this.fathom = new Corner(fathom);
        this.libtorch = libtorch == null ? null : new Corner(libtorch);
        this.seconds = seconds;
        this.ceilings = Ceilings.measure(this.fathom.process(), Math.max(4, seconds));
    }

    /** How long to wait for an answer that should come within so many seconds. */
    static double patience(double seconds) {
        return 60 + 20 * seconds;
    }

    /** {@return what the machine can do} */
    public Ceilings ceilings() {
        return ceilings;
    }

    /** {@return how the sides introduce themselves} */
    public List<String> sides() {
        var sides = new ArrayList<String>();
        sides.add(fathom.process().description());
        if (libtorch != null) {
            sides.add(libtorch.process().description());
        }
        return sides;
    }

    /** {@return what a row gave; a failure is part of it} */
    public Result measure(Row row) {
        if (!row.family().equals(family) || row.work() instanceof ModelWork) {
            family = row.family();
            stop();
        }
        try {
            return switch (row.work()) {
                case StartUp _ -> inNewProcesses(row, PROCESS_PAIRS, l -> startUp(l, row));
                case PeakMemory m -> inNewProcesses(row, MEMORY_PAIRS, l -> peakMemory(l, row, m.steps()));
                default -> inTurns(row);
            };
        } catch (SideFailure e) {
            stop();
            return new Result(row, Pairs.NONE, null, e.getMessage());
        } catch (RowFailure e) {
            return new Result(row, Pairs.NONE, null, e.getMessage());
        }
    }

    private Result inTurns(Row row) {
        double time = seconds * row.weight();
        double patience = patience(time);
        var errors = new ArrayList<String>();
        boolean a = fathom.open(row, patience, errors);
        boolean b = libtorch != null && libtorch.open(row, patience, errors);
        Runner ours = n -> fathom.process().run(n, patience);
        Runner theirs = n -> libtorch == null ? 0 : libtorch.process().run(n, patience);
        Pairs pairs = Pairs.NONE;
        if (a) {
            pairs = new Turns(time).measure(ours, b ? theirs : null);
        } else if (b) {
            pairs = new Pairs(new double[0], new Turns(time).measure(theirs, null).fathom());
        }
        fathom.closeRow(patience);
        if (libtorch != null) {
            libtorch.closeRow(patience);
        }
        return new Result(
                row,
                pairs,
                ceilings.share(row.work(), pairs.fathomMedian()),
                errors.isEmpty() ? null : String.join("; ", errors));
    }

    /** A measurement of a process, which is started for it. */
    @FunctionalInterface
    private interface OfProcess {
        double measure(Launcher launcher);
    }

    private Result inNewProcesses(Row row, int pairs, OfProcess measurement) {
        stop();
        var ours = new double[pairs];
        var theirs = new double[libtorch == null ? 0 : pairs];
        for (int i = 0; i < pairs; i++) {
            ours[i] = measurement.measure(fathom.launcher);
            if (libtorch != null) {
                theirs[i] = measurement.measure(libtorch.launcher);
            }
        }
        return new Result(row, new Pairs(ours, theirs), null, null);
    }

    private static double startUp(Launcher launcher, Row row) {
        long start = System.nanoTime();
        try (SideProcess p = launcher.start()) {
            p.open(row, patience(1));
            p.run(1, patience(1));
            return (System.nanoTime() - start) * 1e-9;
        }
    }

    private static double peakMemory(Launcher launcher, Row row, int steps) {
        try (SideProcess p = launcher.start()) {
            Answer.Resident before = p.memory(patience(1));
            p.open(row, patience(1));
            p.run(steps, patience(20));
            return p.memory(patience(1)).peak() - before.now();
        }
    }

    /** Ends the processes; the next row starts new ones. */
    private void stop() {
        fathom.stop();
        if (libtorch != null) {
            libtorch.stop();
        }
    }

    @Override
    public void close() {
        stop();
    }

    /** A side with its process, started when it is needed. */
    private static final class Corner {
        private final Launcher launcher;
        private @Nullable SideProcess process;

        Corner(Launcher launcher) {
            this.launcher = launcher;
        }

        SideProcess process() {
            SideProcess p = process;
            if (p == null || !p.isAlive()) {
                stop();
                p = launcher.start();
                process = p;
            }
            return p;
        }

        boolean open(Row row, double patience, List<String> errors) {
            try {
                process().open(row, patience);
                return true;
            } catch (RowFailure e) {
                if (e instanceof SideFailure) {
                    stop();
                }
                errors.add(String.valueOf(e.getMessage()));
                return false;
            }
        }

        void closeRow(double patience) {
            SideProcess p = process;
            if (p != null && p.isAlive()) {
                p.closeRow(patience);
            }
        }

        void stop() {
            SideProcess p = process;
            process = null;
            if (p != null) {
                p.close();
            }
        }
    }
}
