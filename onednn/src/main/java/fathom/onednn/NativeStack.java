package fathom.onednn;

import java.util.ArrayDeque;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs native code on threads with a sufficiently large stack, whatever {@code -Xss} says: the system's loader and
 * oneDNN's code generators need some hundred kilobytes, and a stack overflow kills the process.
 *
 * <p>There is one such thread for the life of the process, and more only while there are several concurrent callers, so
 * that plans are made in parallel. A caller waits for the result. To avoid deadlocks, the bodies must not take locks of
 * the caller or wait for a class that the caller is initialising: class initialisers pass references to methods of
 * initialised classes, not lambdas, which are methods of the class being initialised.
 */
final class NativeStack {
    private static final long BYTES = 8 << 20;

    /** At least two: a second thread resolves a body that, against the rule, waits for a queued one. */
    private static final int MAX_THREADS = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 8);

    /** Queued calls; guards the fields below. */
    private static final ArrayDeque<Call<?>> WAITING = new ArrayDeque<>();

    private static int threads;
    private static int idle;

    private NativeStack() {}

    /**
     * {@return the result of {@code body}, run on a thread with a large stack}
     *
     * <p>Exceptions of the body are rethrown, with the caller's frames below those of the other thread. An interrupt of
     * the caller stays pending. If no thread can be started, the body runs on the caller's stack.
     */
    static <T> T call(Supplier<T> body) {
        if (Thread.currentThread() instanceof LargeStackThread) {
            return body.get();
        }
        var call = new Call<>(body);
        if (!enqueue(call)) {
            return body.get();
        }
        return call.result();
    }

    /** {@return whether a thread will run the call} */
    private static boolean enqueue(Call<?> call) {
        synchronized (WAITING) {
            WAITING.add(call);
            if (idle >= WAITING.size()) {
                WAITING.notify();
                return true;
            }
            if (threads < MAX_THREADS) {
                try {
                    new LargeStackThread(threads + 1).start();
                    threads++;
                } catch (OutOfMemoryError e) { // the system's thread limit
                    if (threads == 0) {
                        WAITING.remove(call);
                        return false;
                    }
                }
            }
            return true;
        }
    }

    private static Call<?> next() throws InterruptedException {
        synchronized (WAITING) {
            while (WAITING.isEmpty()) {
                idle++;
                try {
                    WAITING.wait();
                } finally {
                    idle--;
                }
            }
            return WAITING.remove();
        }
    }

    /** A thread with a large stack; nested calls run on it directly. */
    private static final class LargeStackThread extends Thread {
        LargeStackThread(int number) {
            super(null, null, "fathom-native-" + number, BYTES, false);
            setDaemon(true);
        }

        @Override
        @SuppressWarnings("InfiniteLoopStatement")
        public void run() {
            while (true) {
                try {
                    next().run();
                } catch (InterruptedException e) {
                    // nothing interrupts this thread on purpose, and callers depend on it
                }
            }
        }
    }

    /** A body to run on another thread, and its result. */
    private static final class Call<T> {
        private final Supplier<T> body;
        private final CountDownLatch done = new CountDownLatch(1);
        private @Nullable T value;
        private @Nullable Throwable failure;

        Call(Supplier<T> body) {
            this.body = body;
        }

        void run() {
            try {
                value = body.get();
            } catch (Throwable t) {
                failure = t;
            } finally {
                done.countDown();
            }
        }

        @SuppressWarnings("NullAway") // there is a value if there is no failure
        T result() {
            boolean interrupted = false;
            while (true) {
                try {
                    done.await();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            switch (failure) {
                case null -> {
                    return value;
                }
                case RuntimeException e -> throw joined(e);
                case Error e -> throw joined(e);
                case Throwable t -> throw new IllegalStateException(t); // a sneakily thrown checked exception
            }
        }

        /** {@return the exception, with the caller's frames appended} */
        private static <E extends Throwable> E joined(E thrown) {
            StackTraceElement[] there = thrown.getStackTrace();
            StackTraceElement[] here = new Throwable().getStackTrace();
            var all = new StackTraceElement[there.length + here.length - 1];
            System.arraycopy(there, 0, all, 0, there.length);
            System.arraycopy(here, 1, all, there.length, here.length - 1);
            thrown.setStackTrace(all);
            return thrown;
        }
    }
}
