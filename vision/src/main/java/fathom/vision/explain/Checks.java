package fathom.vision.explain;

import java.util.Locale;

/** Checks of options. */
final class Checks {
    private Checks() {}

    /**
     * {@return the value}
     *
     * @param what the method and the option, for the message
     * @throws IllegalArgumentException if it is less than 1
     */
    static int atLeastOne(String what, int value) {
        if (value < 1) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s: expected at least 1, got %d", what, value));
        }
        return value;
    }
}
