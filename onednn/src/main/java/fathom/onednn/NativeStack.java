package fathom.onednn;

import java.util.ArrayDeque;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs native code on threads whose stacks are large enough for it, whatever {@code -Xss} says: the system's loader and
 * oneDNN's code generators need some hundred kilobytes, and past a stack's end the process dies.
 *
 * <p>There is one such thread for the life of the process, and more only while several callers want one at a time, so
 * that plans are made in parallel. A caller waits; what it holds is not touched here, since the bodies take no lock of
 * its own and wait for the initialisation of no class that a caller may be in: class initialisers pass references to
 * methods of classes that are initialised, not lambdas, which are methods of the class being initialised.
 */
final class NativeStack {
    private static final long BYTES = 8 << 20;

    /** At least two: none of them should ever wait for the queue behind it, but a second one would end that. */
    private static final int MAX_THREADS = Math.clamp(Runtime.getRuntime().availableProcessors(), 2, 8);

    /** Calls that no thread has taken; guards the fields below. */
    private static final ArrayDeque<Call<?>> WAITING = new ArrayDeque<>();

    private static int threads;
    private static int idle;

    private NativeStack() {}

    /**
     * {@return what {@code body} returns, run on a thread with a large stack}
     *
     * <p>What it throws is thrown here, with the caller's frames below those of the other thread. An interrupt of the
     * caller stays pending. Where no thread can be started, the body runs on the caller's stack.
     */
    static <T> T call(Supplier<T> body) {
        if (Thread.currentThread() instanceof Roomy) {
            return body.get();
        }
        var call = new Call<>(body);
        if (!enqueue(call)) {
            return body.get();
        }
        return call.result();
    }

    /** {@return whether there is a thread for it} */
    private static boolean enqueue(Call<?> call) {
        synchronized (WAITING) {
            WAITING.add(call);
            if (idle >= WAITING.size()) {
                WAITING.notify();
                return true;
            }
            if (threads < MAX_THREADS) {
                try {
                    new Roomy(threads + 1).start();
                    threads++;
                } catch (OutOfMemoryError e) { // the system's limit of threads
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

    /** A thread with such a stack; what it calls is run on it at once. */
    private static final class Roomy extends Thread {
        Roomy(int number) {
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
                    // nobody has a reason to interrupt this thread, and others rely on it
                }
            }
        }
    }

    /** A body on its way through another thread. */
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

        @SuppressWarnings("NullAway") // there is a value where there is no failure
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
                case Throwable t -> throw new IllegalStateException(t); // a checked exception thrown past the compiler
            }
        }

        /** {@return the exception, whose frames go on where the call was made} */
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
