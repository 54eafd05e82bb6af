package fathom.cpu.parallel;

import java.util.concurrent.locks.LockSupport;

/**
 * A team of daemon threads that waits for loops. A worker that has nothing to do spins for a moment, since the next
 * loop of a training step is often microseconds away, and then sleeps.
 */
final class Workers {
    /** How long a worker spins before it sleeps, in nanoseconds; no spinning with more threads than processors. */
    private static final long SPIN_NANOS = Long.getLong("fathom.threads.spin", 1_000_000);

    /** Bytes of a worker's stack, at least: native code runs on it, whatever {@code -Xss} says. */
    private static final long STACK = 1 << 20;

    private final Worker[] team;
    private final boolean spin;
    private volatile Region current = new Region(1, 1, (_, _) -> {});
    private volatile boolean closed;

    Workers(int threads) {
        spin = threads <= Runtime.getRuntime().availableProcessors();
        team = new Worker[threads - 1];
        for (int i = 0; i < team.length; i++) {
            team[i] = new Worker(i + 1, current);
            team[i].start();
        }
    }

    int threads() {
        return team.length + 1;
    }

    /** Runs the loop on the calling thread and the team; one loop at a time. */
    void run(Region region) {
        current = region;
        long wanted = Math.min(team.length, region.chunks() - 1);
        for (int i = 0; i < wanted; i++) {
            team[i].wake();
        }
        region.work();
        region.await();
    }

    /** Lets the workers end once they have nothing more to do. */
    void close() {
        closed = true;
        for (var worker : team) {
            LockSupport.unpark(worker);
        }
    }

    final class Worker extends Thread {
        private Region seen;
        private volatile boolean asleep;

        Worker(int number, Region seen) {
            super(null, null, "fathom-worker-" + number, STACK, false);
            this.seen = seen;
            setDaemon(true);
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
                        region.work();
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
