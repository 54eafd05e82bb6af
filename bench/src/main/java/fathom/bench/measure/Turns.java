package fathom.bench.measure;

import java.util.ArrayList;
import java.util.List;

/**
 * Measures sides in turns, within a time. Each is warmed up first, until its speed is steady; then they alternate, A B
 * C, C B A, A B C, ..., so that a machine whose speed drifts is fair to all. A turn is a batch of calls that lasts long
 * enough for the clock, after one call that does not count.
 */
final class Turns {
    private static final double TURN = 0.05;
    private static final double LEAST_WINDOW = 0.3; // the JVM's compiler takes as long for a kernel

    /**
     * Before each turn all sides rest: libtorch's threads of OpenBLAS stay awake for more than 40 ms after a product,
     * and would take a third of two processors from the side whose turn it is.
     */
    private static final long REST_MILLIS = 120;

    private static final int LEAST_PAIRS = 5;
    private static final int MOST_PAIRS = 31;

    private final double seconds;
    private double spent;

    /**
     * Turns for about so many seconds after the warm-up. Work so slow that five pairs take longer gets five pairs all
     * the same, or three if even they take twice as long.
     */
    Turns(double seconds) {
        this.seconds = seconds;
    }

    /** {@return seconds per call of each runner, a row of turns each: turn i of all of them is one round} */
    double[][] measure(List<Runner> runners) {
        var calls = new long[runners.size()];
        double window = Math.max(seconds / 10, Math.min(seconds, LEAST_WINDOW));
        for (int i = 0; i < calls.length; i++) {
            calls[i] = new WarmUp(runners.get(i), window).callsLasting(TURN);
        }
        var times = runners.stream().map(r -> new ArrayList<Double>()).toList();
        for (int round = 0; round < MOST_PAIRS && wantsMore(round); round++) {
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
        return pairs < 3 || (pairs < LEAST_PAIRS ? spent < 2 * seconds : spent < seconds);
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
            spent += runner.run(1) * 1e-9; // wakes threads and brings the operands back into the cache
        }
        double took = runner.run(calls) * 1e-9;
        spent += took;
        return took / calls;
    }

    private static double[] array(List<Double> values) {
        return values.stream().mapToDouble(Double::doubleValue).toArray();
    }
}
