package fathom;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The {@link OperationHandler} of each thread. While no thread has one, the check costs a field read. */
final class Handlers {
    private static final AtomicInteger ACTIVE = new AtomicInteger();
    private static final ThreadLocal<@Nullable OperationHandler> CURRENT = new ThreadLocal<>();

    private Handlers() {}

    /** {@return the handler of this thread; nearly always null} */
    static @Nullable OperationHandler current() {
        return ACTIVE.getPlain() == 0 ? null : CURRENT.get();
    }

    /** Installs {@code handler} on this thread, which must have none. */
    static void begin(OperationHandler handler) {
        CURRENT.set(handler);
        ACTIVE.incrementAndGet();
    }

    /** Removes the handler of this thread. */
    static void end() {
        ACTIVE.decrementAndGet();
        CURRENT.remove();
    }

    /**
     * Runs {@code body} as if this thread had no handler.
     *
     * @return the result of {@code body}
     */
    static <T extends @Nullable Object> T without(Supplier<T> body) {
        OperationHandler handler = current();
        if (handler == null) {
            return body.get();
        }
        end();
        try {
            return body.get();
        } finally {
            begin(handler);
        }
    }

    /** {@return the number of this thread's handler, which marks objects created under it; 0 for none} */
    static long mark() {
        OperationHandler handler = current();
        return handler == null ? 0 : handler.number();
    }

    /** Notifies the handler, if any, that a tensor is about to be changed other than in its values. */
    static void changing(Tensor tensor, String how) {
        OperationHandler handler = current();
        if (handler != null) {
            handler.changing(tensor, how);
        }
    }

    /**
     * {@return whether a decision by a tensor's values now might have to be different later, at a replay, without Java
     * code running: code that would take a shortcut depending on a value, or keep it for a message, must not}
     */
    static boolean isRecording() {
        return current() != null;
    }
}
