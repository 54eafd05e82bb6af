package fathom.bench.work;

import java.util.Locale;

/** The number of parameters, by which a side shows that its model is that of the others. */
final class ParameterCount {
    private ParameterCount() {}

    /**
     * Compares a side's model with what was expected.
     *
     * @param what names the model or the work
     * @throws IllegalStateException if the numbers differ
     */
    static void check(Object what, long expected, long found) {
        if (found != expected) {
            throw new IllegalStateException(
                    String.format(Locale.ROOT, "%s: expected %,d parameters, got %,d", what, expected, found));
        }
    }
}
