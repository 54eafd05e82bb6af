package fathom.bench.measure;

import java.util.ArrayList;
import java.util.List;

/**
 * Measures sides in alternation, within a time budget. Each is warmed up first, until its speed is steady; then they
 * alternate, A B C, C B A, A B C, ..., so that drift of the machine's speed affects all equally. A turn is a batch of
 * calls long enough for the clock's resolution, after one call that is not counted.
 */
final class Turns {
    private static final double TURN = 0.05;
    private static final double MIN_WINDOW = 0.3; // the time the JIT compiler takes for a kernel

    /**
     * The pause before each turn: libtorch's OpenBLAS threads keep spinning for more than 40 ms after a product, and
     * would take a third of two processors from the side that is measured.
     */
    private static final long REST_MILLIS = 120;

    private static final int MIN_PAIRS = 5;
    private static final int MAX_PAIRS = 31;

    private final double seconds;
    private double spent;

    /**
     * Creates a measurement of about {@code seconds} after the warm-up. Slow workloads get five pairs even if these
     * take longer, or three if even those take twice as long.
     */
    Turns(double seconds) {
        this.seconds = seconds;
    }

    /** {@return the seconds per call of each runner and turn: turn i of all runners is one round} */
    double[][] measure(List<Runner> runners) {
        var calls = new long[runners.size()];
        double window = Math.max(seconds / 10, Math.min(seconds, MIN_WINDOW));
        for (int i = 0; i < calls.length; i++) {
            calls[i] = new WarmUp(runners.get(i), window).callsLasting(TURN);
        }
        var times = runners.stream().map(r -> new ArrayList<Double>()).toList();
        for (int round = 0; round < MAX_PAIRS && wantsMore(round); round++) {
            for (int i = 0; i < calls.length; i++) {
                int side = round % 2 == 0 ? i : calls.length - 1 - i;
                if (calls.length > 1) {
                    rest();
                }
                times.get(side).add(turn(runners.get(side), calls[side]));
            }
        }
        return times.stream().map(Turns::array).toArray(double[][]::new);
    }

    private boolean wantsMore(int pairs) {
        return pairs < 3 || (pairs < MIN_PAIRS ? spent < 2 * seconds : spent < seconds);
    }

    private static void rest() {
        try {
            Thread.sleep(REST_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while measuring", e);
        }
    }

    private double turn(Runner runner, long calls) {
        if (calls > 1) {
            spent += runner.run(1) * 1e-9; // not counted: wakes threads and loads the operands into the cache
        }
        double took = runner.run(calls) * 1e-9;
        spent += took;
        return took / calls;
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
