package fathom;

import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A source of random numbers with a seed and a state of its own: {@code torch.Generator}.
 *
 * <p>Each thread draws from the generator of the process until it opens another one, from which all random operations
 * then draw: tensors, initialisers, dropout, shuffling and random transforms of loaders.
 *
 * {@snippet :
 * try (var _ = new Generator(42).open()) {
 *     var net = new Sequential(new Linear(2, 16), new Dropout(0.5), new Linear(16, 3));
 *     new Trainer(net, t -> t.seed(42)).fit(data, Epochs.of(10));     // reproducible, whatever other threads draw
 * }
 * }
 *
 * <p>A generator can also be passed to a single operation: {@code randn(generator, 2, 3)}, {@code x.normal_(0, 1,
 * generator)}, {@code loader.generator(generator)}; or, for any random operation, {@code generator.with(() ->
 * dropout(x, 0.5, true))}. Numbers depend only on the seed and on the number of earlier draws. A generator may be
 * shared by several threads; which of them gets which number is then unspecified.
 */
public final class Generator {
    /** PyTorch's default seed. */
    private static final long DEFAULT_SEED = 67_280_421_310_721L;

    /** The generator of the process: seeded differently in each process, unless {@code fathom.seed} is set. */
    private static final Generator PROCESS = new Generator(Long.getLong("fathom.seed", randomSeed()));

    private static final ThreadLocal<@Nullable Opening> OPEN = new ThreadLocal<>();

    /** An open generator on a thread, and what was open before it. */
    record Opening(Generator generator, @Nullable Opening outer) {}

    /** The captured step that created this generator, which is the same in each of its runs; 0 for none. */
    private final long step = Handlers.mark();

    private long seed;
    private long calls;

    /** A generator with PyTorch's default seed, the same in each process; {@link #seed()} sets a random one. */
    public Generator() {
        this(DEFAULT_SEED);
    }

    /** A generator with this seed. */
    public Generator(long seed) {
        this.seed = seed;
    }

    /** {@return a generator with a seed} */
    public static Generator of(long seed) {
        return new Generator(seed);
    }

    /** {@return the generator of the process, used by threads that have opened none} */
    public static Generator defaultGenerator() {
        return PROCESS;
    }

    /** {@return this thread's current generator} */
    public static Generator current() {
        Opening open = OPEN.get();
        return open == null ? PROCESS : open.generator;
    }

    /** {@return the generator opened on this thread; null if it uses that of the process} */
    static @Nullable Opening opening() {
        return OPEN.get();
    }

    /**
     * Makes this the current generator of the thread, until the setting is closed.
     *
     * @return a setting whose closing throws an {@link IllegalStateException} on another thread, or before settings
     *     that were opened after it
     */
    public Autograd.Setting open() {
        var opening = new Opening(this, OPEN.get());
        OPEN.set(opening);
        return () -> close(opening);
    }

    private static void close(Opening opening) {
        if (OPEN.get() != opening) {
            throw new IllegalStateException("generators must be closed in reverse order of opening, on their thread");
        }
        if (opening.outer == null) {
            OPEN.remove();
        } else {
            OPEN.set(opening.outer);
        }
    }

    /** {@return the result of {@code body}, run with this as the current generator of the thread} */
    public <T extends @Nullable Object> T with(Supplier<T> body) {
        try (var _ = open()) {
            return body.get();
        }
    }

    /** Restarts with a seed. */
    public synchronized Generator manualSeed(long seed) {
        outsideOfCapturedSteps("seeds a generator (manualSeed)");
        this.seed = seed;
        calls = 0;
        return this;
    }

    /** {@return a random seed, different from call to call and from process to process, with which this restarts} */
    public long seed() {
        long different = randomSeed();
        manualSeed(different);
        return different;
    }

    /** {@return the seed this started with} */
    public synchronized long initialSeed() {
        return seed;
    }

    /** {@return the state, for {@link #setState}: the seed, and the number of draws} */
    public synchronized long[] getState() {
        outsideOfCapturedSteps("reads a generator's state");
        return new long[] {seed, calls};
    }

    /**
     * Restores a state returned by {@link #getState} of this or another generator.
     *
     * @throws IllegalArgumentException if it does not consist of two numbers
     */
    public synchronized Generator setState(long... state) {
        outsideOfCapturedSteps("sets a generator's state");
        if (state.length != 2) {
            throw new IllegalArgumentException(
                    "setState: expected the 2 numbers of getState, the seed and the number of draws, not "
                            + state.length);
        }
        seed = state[0];
        calls = state[1];
        return this;
    }

    /** {@return the next number} */
    synchronized long next() {
        return mix(mix(seed) + calls++ * 0x9E3779B97F4A7C15L);
    }

    /** {@return the next number of this thread's current generator} */
    public static long draw() {
        Opening open = OPEN.get();
        Generator generator = open == null ? PROCESS : open.generator;
        long number = generator.next();
        OperationHandler handler = Handlers.current();
        if (handler != null) {
            handler.drawn(number, open, generator);
        }
        return number;
    }

    /** {@return whether the captured step with this number created this generator} */
    boolean isMadeIn(long step) {
        return this.step == step;
    }

    /** Rejects the capture: operations of a step on a generator that it did not create are not replayed. */
    private void outsideOfCapturedSteps(String what) {
        OperationHandler handler = Handlers.current();
        if (handler != null && !isMadeIn(handler.number())) {
            handler.usingGenerator(what);
        }
    }

    private static long randomSeed() {
        return System.nanoTime() ^ Long.rotateLeft(ProcessHandle.current().pid(), 32);
    }

    private static long mix(long z) {
        z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
        z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
        return z ^ z >>> 31;
    }

    @Override
    public synchronized String toString() {
        return String.format(Locale.ROOT, "Generator(seed %d, drawn from %d times)", seed, calls);
    }
}
