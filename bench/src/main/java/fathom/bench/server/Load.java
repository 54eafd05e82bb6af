package fathom.bench.server;

import java.util.List;
import java.util.Locale;

/**
 * What is asked of the server.
 *
 * @param way how the model is called
 * @param clients how many ask at once, each as fast as it is answered
 * @param virtual whether clients are virtual threads
 * @param batch rows of a request
 */
record Load(Way way, int clients, boolean virtual, int batch) {
    /** How the model is called. */
    enum Way {
        /** {@code forward} without a scope, as a user writes it first; memory is left to the collector. */
        FORWARD,
        /** {@code Predictor.predict}. */
        PREDICTOR
    }

    /** {@return the arguments from which {@link #parse} makes it again} */
    List<String> arguments() {
        return List.of(way.name(), "" + clients, "" + virtual, "" + batch);
    }

    static Load parse(String[] arguments) {
        return new Load(
                Way.valueOf(arguments[0]),
                Integer.parseInt(arguments[1]),
                Boolean.parseBoolean(arguments[2]),
                Integer.parseInt(arguments[3]));
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%s, %d %s, batch %d",
                way.name().toLowerCase(Locale.ROOT),
                clients,
                virtual ? "virtual threads" : "threads",
                batch);
    }
}
