package fathom.train;

import java.util.ArrayList;
import java.util.List;

/**
 * Detects requests to stop the training: Ctrl-C (SIGINT), SIGTERM, or an interrupt of the training thread. A second
 * signal has its default effect.
 */
final class StopRequest implements AutoCloseable {
    private final List<Signals.Handling> handlings = new ArrayList<>();
    private volatile boolean stop;

    /**
     * Begins to listen.
     *
     * @param signals whether to handle signals, which one thread of a process should do
     */
    StopRequest(boolean signals) {
        for (String name : signals ? List.of("INT", "TERM") : List.<String>of()) {
            Signals.Handling handling = Signals.handle(name, this::signalled);
            if (handling != null) {
                handlings.add(handling);
            }
        }
    }

    private void signalled(Signals.Handling handling) {
        if (stop) {
            handling.restore();
            handling.raise();
        }
        stop = true;
    }

    /** Requests the stop. */
    void stop() {
        stop = true;
    }

    /** {@return whether a stop was requested} */
    boolean isStopped() {
        if (Thread.currentThread().isInterrupted()) {
            stop = true;
        }
        return stop;
    }

    @Override
    public void close() {
        handlings.forEach(Signals.Handling::restore);
    }
}
