package fathom.bench.measure;

import fathom.bench.protocol.Answer;
import fathom.bench.work.ModelWork;
import fathom.bench.work.ProcessWork.PeakMemory;
import fathom.bench.work.ProcessWork.StartUp;
import fathom.bench.work.Row;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All sides, and the measuring of rows with them. Each side has a process of its own, since two pools of threads in one
 * would disturb each other; it lasts for the rows of a family, and models get a fresh one each.
 *
 * <p>There may be several opponents, such as libtorch with one or another library for products; the better one of a row
 * is the one that counts. The opponents of models are measured once more in new processes; where the better figure has
 * moved by more than a third the row is measured again, and what counts is the measurement in which the opponent did
 * best.
 */
public final class Contest implements AutoCloseable {
    private static final int PROCESS_PAIRS = 5;
    private static final int MEMORY_PAIRS = 2;

    /** Opponents whose figures of two processes are farther apart than this were disturbed in one of them. */
    private static final double STEADY = 4.0 / 3;

    private static final int MOST_MEASUREMENTS = 3;

    private final Corner fathom;
    private final List<Corner> opponents;
    private final double seconds;
    private final Ceilings ceilings;
    private String family = "";

    /**
     * Starts the sides and measures the ceilings.
     *
     * @param fathom starts Fathom
     * @param opponents who Fathom is measured beside; may be empty
     * @param seconds about how long a row of weight 1 takes
     */
    public Contest(Launcher fathom, List<Opponent> opponents, double seconds) {
        this.fathom = new Corner("Fathom", fathom);
        this.opponents = opponents.stream().map(o -> new Corner(o.name(), o.launcher())).toList();
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
        opponents.forEach(o -> sides.add(o.process().description()));
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
                case ModelWork _ -> steadily(row);
                default -> inTurns(row);
            };
        } catch (SideFailure e) {
            stop();
            return Result.failed(row, e.getMessage());
        } catch (RowFailure e) {
            return Result.failed(row, e.getMessage());
        }
    }

    /** Measures a row again where its better opponent was disturbed. */
    private Result steadily(Row row) {
        Result best = inTurns(row);
        for (int i = 1; i < MOST_MEASUREMENTS && isComplete(best) && moved(row, best); i++) {
            stop();
            Result again = inTurns(row);
            if (isComplete(again) && again.pairs().libtorchMedian() < best.pairs().libtorchMedian()) {
                best = again;
            }
        }
        return best;
    }

    private static boolean isComplete(Result r) {
        return r.pairs().isComplete();
    }

    /** {@return whether the better opponent, in a new process and without Fathom, is faster by more than a third} */
    private boolean moved(Row row, Result before) {
        Corner better = opponents.stream().filter(o -> o.name.equals(before.opponent())).findFirst().orElseThrow();
        stop();
        double time = seconds * row.weight() / 4;
        double patience = patience(time);
        if (!better.open(row, patience, new ArrayList<>())) {
            return false;
        }
        double[][] alone = new Turns(time).measure(List.of(n -> better.process().run(n, patience)));
        better.closeRow(patience);
        stop();
        return before.pairs().libtorchMedian() > STEADY * Quartiles.of(alone[0]).median();
    }

    private Result inTurns(Row row) {
        double time = seconds * row.weight();
        double patience = patience(time);
        var errors = new ArrayList<String>();
        var corners = new ArrayList<Corner>();
        for (Corner c : corners()) {
            if (c.open(row, patience, errors)) {
                corners.add(c);
            }
        }
        List<Runner> runners = corners.stream().<Runner>map(c -> n -> c.process().run(n, patience)).toList();
        double[][] turns = runners.isEmpty() ? new double[0][] : new Turns(time).measure(runners);
        corners().forEach(c -> c.closeRow(patience));
        double[] ours = {};
        var theirs = new LinkedHashMap<String, double[]>();
        for (int i = 0; i < turns.length; i++) {
            if (corners.get(i) == fathom) {
                ours = turns[i];
            } else {
                theirs.put(corners.get(i).name, turns[i]);
            }
        }
        var share = ours.length == 0 ? null : ceilings.share(row.work(), Quartiles.of(ours).median());
        return Result.of(row, ours, theirs, share, errors.isEmpty() ? null : String.join("; ", errors));
    }

    private List<Corner> corners() {
        var all = new ArrayList<Corner>();
        all.add(fathom);
        all.addAll(opponents);
        return all;
    }

    /** A measurement of a process, which is started for it. */
    @FunctionalInterface
    private interface OfProcess {
        double measure(Launcher launcher);
    }

    private Result inNewProcesses(Row row, int pairs, OfProcess measurement) {
        stop();
        var ours = new double[pairs];
        var theirs = new LinkedHashMap<String, double[]>();
        for (int i = 0; i < pairs; i++) {
            ours[i] = measurement.measure(fathom.launcher);
            for (Corner o : opponents) {
                theirs.computeIfAbsent(o.name, _ -> new double[pairs])[i] = measurement.measure(o.launcher);
            }
        }
        return Result.of(row, ours, theirs, null, null);
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
        corners().forEach(Corner::stop);
    }

    @Override
    public void close() {
        stop();
    }

    /** A side with its process, started when it is needed. */
    private static final class Corner {
        private final String name;
        private final Launcher launcher;
        private @Nullable SideProcess process;

        Corner(String name, Launcher launcher) {
            this.name = name;
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
