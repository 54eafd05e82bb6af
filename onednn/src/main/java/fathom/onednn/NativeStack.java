package fathom.onednn;

import java.util.Objects;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs native code on a thread whose stack is large enough for it, whatever {@code -Xss} says: the system's loader and
 * oneDNN's code generators need some hundred kilobytes, and past a stack's end the process dies.
 */
final class NativeStack {
    private static final long BYTES = 8 << 20;

    private NativeStack() {}

    /** A thread with such a stack; what it calls is run on it at once. */
    private static final class Roomy extends Thread {
        Roomy(Runnable body) {
            super(null, body, "fathom-onednn", BYTES, false);
            setDaemon(true);
        }
    }

    /** {@return what {@code body} returns, run on a thread with a large stack; its exceptions are thrown here} */
    static <T> T call(Supplier<T> body) {
        if (Thread.currentThread() instanceof Roomy) {
            return body.get();
        }
        var result = new AtomicReference<@Nullable T>();
        var failure = new AtomicReference<@Nullable Throwable>();
        var thread =
                new Roomy(() -> {
                    try {
                        result.set(body.get());
                    } catch (Throwable t) {
                        failure.set(t);
                    }
                });
        thread.start();
        join(thread);
        switch (failure.get()) {
            case null -> {}
            case RuntimeException e -> throw e;
            case Error e -> throw e;
            case Throwable t -> throw new IllegalStateException(t);
        }
        return Objects.requireNonNull(result.get(), "what runs here returns something");
    }

    /** Waits for the thread's end; an interrupt stays pending. */
    private static void join(Thread thread) {
        boolean interrupted = false;
        while (true) {
            try {
                thread.join();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
