package fathom.bench.server;

import java.util.List;
import java.util.Locale;

/**
 * The load on the server.
 *
 * @param entry how the model is called
 * @param clients the number of concurrent clients, each sending its next request upon an answer
 * @param virtual whether clients are virtual threads
 * @param batch the batch size of a request
 */
record Load(Entry entry, int clients, boolean virtual, int batch) {
    /** How the model is called. */
    enum Entry {
        /** {@code forward} without a scope, as in a user's first attempt; memory is left to the garbage collector. */
        FORWARD,
        /** {@code Predictor.predict}. */
        PREDICTOR
    }

    /** {@return the arguments that {@link #parse} reads} */
    List<String> arguments() {
        return List.of(entry.name(), "" + clients, "" + virtual, "" + batch);
    }

    static Load parse(String[] arguments) {
        return new Load(
                Entry.valueOf(arguments[0]),
                Integer.parseInt(arguments[1]),
                Boolean.parseBoolean(arguments[2]),
                Integer.parseInt(arguments[3]));
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s, %d %s, batch %d",
                entry.name().toLowerCase(Locale.ROOT),
                clients,
                virtual ? "virtual threads" : "threads",
                batch);
    }
}
