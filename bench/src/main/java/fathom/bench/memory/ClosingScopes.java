package fathom.bench.memory;

import fathom.Captured;
import fathom.Fathom;
import fathom.Scope;
import fathom.Tensor;
import fathom.Tensors;
import fathom.io.Npy;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Objects;
import java.util.SplittableRandom;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.atomic.AtomicReferenceArray;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * A program in which scopes close on some threads while others compute with their tensors, in a JVM of its own: each
 * result must be correct, or an exception that says that the memory was released. Another thread trims the cache, so
 * that a use after free accesses unmapped memory. Arguments: seconds, threads of each kind. The last line of its output
 * is an {@link Outcome}.
 */
public final class ClosingScopes {
    /** Sizes for which sums of values up to {@code 2 * VALUES + 1} are exact in float32. */
    private static final int[] SIZES = {100, 1 << 10, 1 << 14, 100_000, 1 << 18, 1 << 20};

    private static final int VALUES = 7;

    private static final int FEW = 100;
    private static final long GRACE = 60_000_000_000L;

    private final long end;
    private final AtomicReferenceArray<@Nullable Shared> slots = new AtomicReferenceArray<>(16);
    private final AtomicLong correct = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private final AtomicReference<@Nullable String> failure = new AtomicReference<>();

    /** A tensor filled with one value. */
    private record Shared(Tensor tensor, int value) {}

    /**
     * The outcome of a run.
     *
     * @param correct the number of correct results
     * @param refused the number of uses that threw the exception
     * @param failure the first wrong result or unexpected exception; empty if there was none
     */
    public record Outcome(long correct, long refused, String failure) {
        private static final String MARK = "outcome ";

        String line() {
            return MARK + correct + "\t" + refused + "\t" + failure.replace('\n', ' ');
        }

        /** {@return the outcome in a line of output; null if the line has none} */
        public static @Nullable Outcome parse(String line) {
            if (!line.startsWith(MARK)) {
                return null;
            }
            String[] f = line.substring(MARK.length()).split("\t", 3);
            return new Outcome(Long.parseLong(f[0]), Long.parseLong(f[1]), f[2]);
        }
    }

    private ClosingScopes(double seconds) {
        end = System.nanoTime() + (long) (seconds * 1e9);
    }

    /** Runs the program. */
    public static void main(String[] args) throws InterruptedException {
        System.out.println(new ClosingScopes(Double.parseDouble(args[0])).run(Integer.parseInt(args[1])).line());
    }

    private Outcome run(int threads) throws InterruptedException {
        var all = new ArrayList<Thread>();
        for (int i = 0; i < threads; i++) {
            var owners = new SplittableRandom(i);
            var users = new SplittableRandom(-1 - i);
            all.add(start(() -> own(owners)));
            all.add(start(() -> use(users)));
        }
        all.add(start(this::trim));
        for (Thread t : all) {
            t.join();
        }
        String first = failure.get();
        return new Outcome(correct.get(), refused.get(), first == null ? "" : first);
    }

    private Thread start(Runnable body) {
        return Thread.ofPlatform()
                .start(() -> {
                    try {
                        while (isGoingOn()) {
                            body.run();
                        }
                    } catch (RuntimeException | Error e) {
                        failure.compareAndSet(null, e.toString());
                    }
                });
    }

    /** On a busy machine loading classes may take the whole time; then the run continues until some results exist. */
    private boolean isGoingOn() {
        long left = end - System.nanoTime();
        return failure.get() == null && (left > 0 || correct.get() < FEW && left > -GRACE);
    }

    /** Creates tensors in a scope, shares them, and closes the scope. */
    private void own(SplittableRandom random) {
        try (var _ = Scope.open()) {
            int count = 1 + random.nextInt(4);
            for (int i = 0; i < count; i++) {
                int value = 1 + random.nextInt(VALUES);
                Tensor t = Tensors.full(value, Tensors.FLOAT32, SIZES[random.nextInt(SIZES.length)]);
                slots.set(random.nextInt(slots.length()), new Shared(t, value));
            }
            if (random.nextInt(3) == 0) {
                LockSupport.parkNanos(random.nextInt(1_000_000));
            }
        }
    }

    private void trim() {
        Fathom.trimMemory();
        LockSupport.parkNanos(200_000);
    }

    private void use(SplittableRandom random) {
        Shared s = slots.get(random.nextInt(slots.length()));
        if (s == null) {
            return;
        }
        boolean scoped = random.nextBoolean();
        try {
            if (scoped) {
                try (var _ = Scope.open()) {
                    check(s, random.nextInt(10));
                }
            } else {
                check(s, random.nextInt(10));
            }
            correct.incrementAndGet();
        } catch (IllegalStateException e) {
            if (e.getMessage() == null || !e.getMessage().contains("was released")) {
                throw e;
            }
            refused.incrementAndGet();
        }
    }

    private final ThreadLocal<Captured> captured =
            ThreadLocal.withInitial(() -> Captured.of(x -> x.mul(2).add(1).sum()));

    private void check(Shared s, int way) {
        Tensor x = s.tensor;
        double value = s.value;
        double n = x.numel();
        switch (way) {
            case 0 -> equal("sum", n * value, x.sum().item());
            case 1 -> equal("sum of a sum", 2 * value, x.add(x).max().item());
            case 2 -> equal("view", 50 * value, x.narrow(0, 17, 50).sum().item());
            case 3 -> equal("item", value, x.select(0, x.numel() - 1).item());
            case 4 -> {
                for (float f : x.toFloatArray()) {
                    if (f != value) {
                        equal("array", value, f);
                    }
                }
            }
            case 5 -> equal("copy", -value, x.clone().neg_().min().item());
            case 6 -> equal("captured", n * (2 * value + 1), captured.get().call(x).item());
            case 7 -> {
                Tensor row = x.narrow(0, 0, 100).reshape(1, 100);
                equal("product", 100 * value * value, row.matmul(row.transpose(0, 1)).item());
            }
            case 8 -> gradient(x, value);
            default -> file(x, value);
        }
    }

    private static void gradient(Tensor x, double value) {
        Tensor w = Tensors.ones(x.numel()).requiresGrad_();
        w.mul(x).sum().backward();
        equal("gradient", value, Objects.requireNonNull(w.grad()).max().item());
    }

    private static void file(Tensor x, double value) {
        try {
            Path file = Files.createTempFile("fathom", ".npy");
            try {
                Npy.save(x, file);
                equal("file", value, Npy.load(file).min().item());
            } finally {
                Files.delete(file);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void equal(String what, double expected, double actual) {
        if (expected != actual) {
            throw new AssertionError("%s: expected %s, got %s".formatted(what, expected, actual));
        }
    }
}
