package fathom.bench.measure;

import java.util.ArrayList;
import java.util.List;

/**
 * Runs a workload until its speed is steady. Time is divided into windows; the speed is steady when the fastest of the
 * last two is not significantly faster than the fastest before them. (The JVM compiles in tiers, with plateaus in
 * between; a window must be longer than those.)
 */
final class WarmUp {
    private static final int MIN_WINDOWS = 5;
    private static final int MAX_WINDOWS = 12;
    private static final double GAIN = 0.03;

    private final Runner runner;
    private final double window;
    private final List<Double> windows = new ArrayList<>();
    private long calls = 1;

    WarmUp(Runner runner, double window) {
        this.runner = runner;
        this.window = window;
    }

    /** Warms up. {@return the number of calls that take about {@code seconds} afterwards, at least one} */
    long callsLasting(double seconds) {
        while (windows.size() < MAX_WINDOWS && !isSteady(windows)) {
            windows.add(window());
        }
        return Math.max(1, Math.round(seconds / windows.getLast()));
    }

    /** {@return the seconds per call in the fastest batch of a window} */
    private double window() {
        double best = Double.POSITIVE_INFINITY;
        double spent = 0;
        while (spent < window) {
            double took = runner.run(calls) * 1e-9;
            spent += took;
            best = Math.min(best, took / calls);
            if (took < window / 8) {
                calls = Math.max(calls + 1, Math.min(2 * calls, (long) (window / 8 / (took / calls))));
            }
        }
        return best;
    }

    static boolean isSteady(List<Double> windows) {
        int n = windows.size();
        if (n < MIN_WINDOWS) {
            return false;
        }
        double before = windows.subList(0, n - 2).stream().mapToDouble(w -> w).min().orElseThrow();
        double last = Math.min(windows.get(n - 2), windows.get(n - 1));
        return last > (1 - GAIN) * before;
    }
}
