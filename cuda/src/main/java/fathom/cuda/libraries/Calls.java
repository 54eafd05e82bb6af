package fathom.cuda.libraries;

import java.util.function.Consumer;

/** What was decided about calls of the libraries, for whoever listens. */
public final class Calls {
    private static volatile Consumer<String> listener = text -> {};

    private Calls() {}

    /**
     * Passes all later messages to a listener: algorithms chosen, and calls that failed, by the names of their status.
     */
    public static void listen(Consumer<String> to) {
        listener = to;
    }

    static void report(String text) {
        listener.accept(text);
    }
}
