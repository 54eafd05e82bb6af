package fathom.bench;

import java.util.Arrays;

/**
 * Measures contestants in turn, A B C A B C ..., so that a machine whose speed drifts is fair to all. Each turn repeats
 * its contestant for a fixed time; a figure is the median of the turns.
 */
final class Rounds {
    private final double secondsPerTurn;
    private final int turns;
    private final int warmUpTurns;

    /**
     * Rounds of so many turns each.
     *
     * @param warmUpTurns turns of each contestant that do not count, in which code is compiled and memory gets used
     * @param turns how many turns of each contestant count
     * @param secondsPerTurn how long a turn lasts
     */
    Rounds(int warmUpTurns, int turns, double secondsPerTurn) {
        this.warmUpTurns = warmUpTurns;
        this.turns = turns;
        this.secondsPerTurn = secondsPerTurn;
    }

    /**
     * Seconds per call of one contestant.
     *
     * @param median of its turns
     * @param least of its turns
     * @param greatest of its turns
     */
    record Time(double median, double least, double greatest) {
        /** {@return operations per second, for {@code operations} per call} */
        double rate(double operations) {
            return operations / median;
        }
    }

    /** {@return the times of each contestant, in order} */
    Time[] measure(Runnable... contestants) {
        for (int t = 0; t < warmUpTurns; t++) {
            for (Runnable c : contestants) {
                turn(c);
            }
        }
        var seconds = new double[contestants.length][turns];
        for (int t = 0; t < turns; t++) {
            for (int c = 0; c < contestants.length; c++) {
                seconds[c][t] = turn(contestants[c]);
            }
        }
        var times = new Time[contestants.length];
        for (int c = 0; c < contestants.length; c++) {
            Arrays.sort(seconds[c]);
            times[c] = new Time(seconds[c][turns / 2], seconds[c][0], seconds[c][turns - 1]);
        }
        return times;
    }

    private double turn(Runnable contestant) {
        long start = System.nanoTime();
        long end = start + (long) (secondsPerTurn * 1e9);
        long calls = 0;
        long now;
        do {
            contestant.run();
            calls++;
            now = System.nanoTime();
        } while (now < end);
        return (now - start) / 1e9 / calls;
    }
}
