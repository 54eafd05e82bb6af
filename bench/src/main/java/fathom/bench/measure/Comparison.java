package fathom.bench.measure;

import fathom.bench.measure.Baseline.Library;
import fathom.bench.protocol.Answer;
import fathom.bench.work.LanguageWork;
import fathom.bench.work.ModelWork;
import fathom.bench.work.ProcessWork.PeakMemory;
import fathom.bench.work.ProcessWork.StartUp;
import fathom.bench.work.Row;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Measures rows with all sides. Each side has its own process, since two thread pools in one process would disturb each
 * other; a process lasts for the rows of a family, and each model gets a new one.
 *
 * <p>There may be several baselines, such as libtorch with different BLAS libraries; for each row the better one
 * counts. onnxruntime is measured in addition, where a row is inference, and a program in C, where it is word vectors.
 * The baselines of models are measured once more in new processes; if the better result differs by more than a third,
 * the row is measured again, and the measurement with the best baseline counts.
 */
public final class Comparison implements AutoCloseable {
    private static final int PROCESS_PAIRS = 5;
    private static final int MEMORY_PAIRS = 2;

    /** If the results of two processes differ by more than this factor, one of them was disturbed. */
    private static final double STEADY = 4.0 / 3;

    private static final int MAX_MEASUREMENTS = 3;

    private final Participant fathom;
    private final List<Participant> baselines;
    private final double seconds;
    private final Ceilings ceilings;
    private String family = "";

    /**
     * Starts the sides and measures the ceilings.
     *
     * @param fathom the launcher of Fathom
     * @param baselines the baselines that Fathom is compared with; may be empty
     * @param seconds the approximate time for a row of weight 1
     */
    public Comparison(Launcher fathom, List<Baseline> baselines, double seconds) {
        this.fathom = new Participant("Fathom", null, fathom);
        this.baselines = baselines.stream().map(o -> new Participant(o.name(), o.library(), o.launcher())).toList();
        this.seconds = seconds;
        this.ceilings = Ceilings.measure(this.fathom.process(), Math.max(4, seconds));
    }

    /** {@return the timeout for a response that is expected within {@code seconds}} */
    static double patience(double seconds) {
        return 60 + 20 * seconds;
    }

    /** {@return the machine's peaks} */
    public Ceilings ceilings() {
        return ceilings;
    }

    /** {@return the sides' descriptions of themselves} */
    public List<String> sides() {
        var sides = new ArrayList<String>();
        sides.add(fathom.process().description());
        baselines.forEach(o -> sides.add(o.process().description()));
        return sides;
    }

    /** {@return the result of a row, which may be a failure} */
    public Result measure(Row row) {
        if (!row.family().equals(family) || row.work() instanceof ModelWork || row.work() instanceof LanguageWork) {
            family = row.family();
            stop();
        }
        try {
            return switch (row.work()) {
                case StartUp _ -> inNewProcesses(row, PROCESS_PAIRS, l -> startUp(l, row));
                case PeakMemory m -> inNewProcesses(row, MEMORY_PAIRS, l -> peakMemory(l, row, m.steps()));
                case ModelWork _, LanguageWork _ -> steadily(row);
                default -> inTurns(row);
            };
        } catch (SideFailure e) {
            stop();
            return Result.failed(row, e.getMessage());
        } catch (RowFailure e) {
            return Result.failed(row, e.getMessage());
        }
    }

    /** Measures a row again if its better baseline was disturbed. */
    private Result steadily(Row row) {
        Result best = inTurns(row);
        for (int i = 1; i < MAX_MEASUREMENTS && isComplete(best) && moved(row, best); i++) {
            stop();
            Result again = inTurns(row);
            if (isComplete(again) && again.pairs().baselineMedian() < best.pairs().baselineMedian()) {
                best = again;
            }
        }
        return best;
    }

    private static boolean isComplete(Result r) {
        return r.pairs().isComplete();
    }

    /** {@return whether the better baseline is faster by more than a third in a new process without Fathom} */
    private boolean moved(Row row, Result before) {
        Participant better = baselines.stream().filter(o -> o.name.equals(before.baseline())).findFirst().orElseThrow();
        stop();
        double time = seconds * row.weight() / 4;
        double patience = patience(time);
        if (!better.open(row, patience, new ArrayList<>())) {
            return false;
        }
        double[][] alone = new Turns(time).measure(List.of(n -> better.process().run(n, patience)));
        better.closeRow(patience);
        stop();
        return before.pairs().baselineMedian() > STEADY * Quartiles.of(alone[0]).median();
    }

    private Result inTurns(Row row) {
        double time = seconds * row.weight();
        double patience = patience(time);
        var errors = new ArrayList<String>();
        var participants = new ArrayList<Participant>();
        for (Participant c : participants()) {
            if (c.runs(row) && c.open(row, patience, errors)) {
                participants.add(c);
            }
        }
        List<Runner> runners = participants.stream().<Runner>map(c -> n -> c.process().run(n, patience)).toList();
        double[][] turns = runners.isEmpty() ? new double[0][] : new Turns(time).measure(runners);
        participants().forEach(c -> c.closeRow(patience));
        double[] ours = {};
        var theirs = new LinkedHashMap<String, double[]>();
        var beside = new EnumMap<Library, Pairs>(Library.class);
        for (int i = 0; i < turns.length; i++) {
            Participant p = participants.get(i);
            if (p == fathom) {
                ours = turns[i];
            } else if (p.library != null && p.library.isBeside()) {
                beside.put(p.library, new Pairs(ours, turns[i])); // Fathom's turns come first
            } else {
                theirs.put(p.name, turns[i]);
            }
        }
        var share = ours.length == 0 ? null : ceilings.share(row.work(), Quartiles.of(ours).median());
        return Result.of(row, ours, theirs, share, errors.isEmpty() ? null : String.join("; ", errors)).beside(beside);
    }

    private List<Participant> participants() {
        var all = new ArrayList<Participant>();
        all.add(fathom);
        all.addAll(baselines);
        return all;
    }

    /** A measurement that starts its own process. */
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
            for (Participant o : baselines.stream().filter(b -> b.runs(row)).toList()) {
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
        participants().forEach(Participant::stop);
    }

    @Override
    public void close() {
        stop();
    }

    /** A side with its process, which is started on demand. */
    private static final class Participant {
        private final String name;
        private final @Nullable Library library;
        private final Launcher launcher;
        private @Nullable SideProcess process;

        /** A side; Fathom itself has no library. */
        Participant(String name, @Nullable Library library, Launcher launcher) {
            this.name = name;
            this.library = library;
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

        boolean runs(Row row) {
            return library == null || library.runs(row);
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
