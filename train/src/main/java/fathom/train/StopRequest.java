package fathom.train;

import java.util.ArrayList;
import java.util.List;

/**
 * Notices that a user wants the training to end: Ctrl-C (SIGINT), SIGTERM, or an interrupt of the training thread. The
 * second signal does what the first would have done without this.
 */
final class StopRequest implements AutoCloseable {
    private final List<Signals.Handling> handlings = new ArrayList<>();
    private volatile boolean stop;

    StopRequest() {
        for (String name : List.of("INT", "TERM")) {
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

    /** Asks for the end. */
    void stop() {
        stop = true;
    }

    /** {@return whether the end was asked for} */
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
