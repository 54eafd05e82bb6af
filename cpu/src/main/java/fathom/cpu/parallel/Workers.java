package fathom.cpu.parallel;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;

/**
 * A team of daemon threads that run parallel loops. An idle worker spins for a moment, since the next loop of a
 * training step is often microseconds away, and then sleeps.
 */
final class Workers {
    /** How long a worker spins before it sleeps, in nanoseconds; it does not spin with more threads than processors. */
    private static final long SPIN_NANOS = Long.getLong("fathom.threads.spin", 1_000_000);

    /** Minimum bytes of a worker's stack, whatever {@code -Xss} says: native code runs on it. */
    private static final long STACK = 1 << 20;

    private final Worker[] team;
    private final boolean spin;

    /** Set while a loop occupies the team. */
    private final AtomicBoolean busy = new AtomicBoolean();

    private volatile Region current = new Region(1, 1, (_, _) -> {}, 1);
    private volatile boolean closed;

    /**
     * @param device the index of the CPU device; only the first one's team spins, since all share the same processors
     */
    Workers(int device, int threads) {
        spin = device == 0 && threads <= Runtime.getRuntime().availableProcessors();
        team = new Worker[threads - 1];
        String name = device == 0 ? "fathom-worker-" : "fathom-cpu" + device + "-worker-";
        for (int i = 0; i < team.length; i++) {
            team[i] = new Worker(name + (i + 1), i + 1, current);
            team[i].start();
        }
    }

    int threads() {
        return team.length + 1;
    }

    /** Claims the team for one loop. @return false if another loop occupies it */
    boolean claim() {
        return busy.compareAndSet(false, true);
    }

    /** Releases the team after {@link #claim}. */
    void release() {
        busy.set(false);
    }

    /** Runs the loop on the calling thread and the team; one loop at a time. */
    void run(Region region) {
        current = region;
        long needed = Math.min(team.length, region.chunks() - 1);
        for (int i = 0; i < needed; i++) {
            team[i].wake();
        }
        region.work(0);
        region.await();
    }

    /** Terminates the workers after the current loop. */
    void close() {
        closed = true;
        for (var worker : team) {
            LockSupport.unpark(worker);
        }
    }

    final class Worker extends Thread {
        private final int number;
        private Region seen;
        private volatile boolean asleep;

        Worker(String name, int number, Region seen) {
            super(null, null, name, STACK, false);
            this.number = number;
            this.seen = seen;
            setDaemon(true);
        }

        Workers team() {
            return Workers.this;
        }

        void wake() {
            if (asleep) {
                LockSupport.unpark(this);
            }
        }

        @Override
        public void run() {
            while (!closed) {
                var region = current;
                if (region == seen) {
                    idle();
                } else {
                    seen = region;
                    try (var _ = Scratch.open()) {
                        region.work(number);
                    }
                }
            }
        }

        private void idle() {
            if (spin && Spin.until(() -> current != seen || closed, SPIN_NANOS)) {
                return;
            }
            asleep = true;
            while (current == seen && !closed) {
                LockSupport.park(Workers.this);
            }
            asleep = false;
        }
    }
}
