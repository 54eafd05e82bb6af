package fathom.train.metric;

import java.util.Locale;

/** Validation of the states of accumulators, which are read from files. */
final class States {
    private States() {}

    /**
     * Checks the number of entries of a state.
     *
     * @throws IllegalArgumentException if it has another
     */
    static void checkLength(String metric, double[] state, long expected) {
        if (state.length != expected) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT, "%s: a state of %d numbers, expected %d", metric, state.length, expected));
        }
    }

    /**
     * {@return an entry that is a count}
     *
     * @param most its upper bound
     * @throws IllegalArgumentException if there is no such entry, or it is not a whole number from 0 to {@code most}
     */
    static long count(String metric, double[] state, int index, long most) {
        double value = index < state.length ? state[index] : Double.NaN;
        if (!(value >= 0 && value <= most && value == Math.rint(value))) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: entry %d of the state is %s; expected a whole number from 0 to %d",
                            metric,
                            index,
                            value,
                            most));
        }
        return (long) value;
    }

    /** As {@link #count(String, double[], int, long)}, for a count of examples. */
    static long count(String metric, double[] state, int index) {
        return count(metric, state, index, 1L << 53);
    }

    /**
     * {@return the entries of a state that are all counts of examples}
     *
     * @throws IllegalArgumentException if it has another number of entries, or one is not a count
     */
    static long[] counts(String metric, double[] state, long expected) {
        checkLength(metric, state, expected);
        var counts = new long[state.length];
        for (int i = 0; i < counts.length; i++) {
            counts[i] = count(metric, state, i);
        }
        return counts;
    }
}
