package fathom.train;

import java.util.ArrayList;
import java.util.List;
import sun.misc.Signal;
import sun.misc.SignalHandler;

/**
 * Notices that a user wants the training to end: Ctrl-C (SIGINT), SIGTERM, or an interrupt of the training thread. The
 * second signal does what the first would have done without this.
 */
@SuppressWarnings("sunapi") // Java has no other way to outlive Ctrl-C
final class StopRequest implements AutoCloseable {
    private final List<Runnable> restore = new ArrayList<>();
    private volatile boolean stop;

    StopRequest() {
        for (String name : List.of("INT", "TERM")) {
            try {
                var signal = new Signal(name);
                var before = new SignalHandler[1];
                SignalHandler handler =
                        s -> {
                            if (stop) {
                                Signal.handle(signal, before[0]);
                                Signal.raise(signal);
                            }
                            stop = true;
                        };
                before[0] = Signal.handle(signal, handler);
                restore.add(() -> Signal.handle(signal, before[0]));
            } catch (IllegalArgumentException e) {
                // the JVM was told to leave signals alone (-Xrs), or there is no such signal here
                continue;
            }
        }
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
        restore.forEach(Runnable::run);
    }
}
