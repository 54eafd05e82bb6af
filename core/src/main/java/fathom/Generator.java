package fathom;

import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A source of random numbers with a seed and a state of its own: {@code torch.Generator}.
 *
 * <p>Each thread draws from the generator of the process until it opens another one. Whatever is random draws from it
 * then: tensors, initialisers, dropout, the order and the transforms of loaders.
 *
 * {@snippet :
 * try (var _ = new Generator(42).open()) {
 *     var net = new Sequential(new Linear(2, 16), new Dropout(0.5), new Linear(16, 3));
 *     new Trainer(net, t -> t.seed(42)).fit(data, Epochs.of(10));     // the same, whatever other threads draw
 * }
 * }
 *
 * <p>A single operation may be given one: {@code randn(generator, 2, 3)}, {@code x.normal_(0, 1, generator)}, {@code
 * loader.generator(generator)}; whatever else is random by {@code generator.with(() -> dropout(x, 0.5, true))}. Numbers
 * are a function of the seed and of how often the generator was drawn from before. A generator may be used by several
 * threads; which of them gets which number is then up to chance.
 */
public final class Generator {
    /** PyTorch's seed of a generator that is given none. */
    private static final long DEFAULT_SEED = 67_280_421_310_721L;

    /** The generator of the process: it differs from process to process, unless {@code fathom.seed} says otherwise. */
    private static final Generator PROCESS = new Generator(Long.getLong("fathom.seed", differentSeed()));

    private static final ThreadLocal<@Nullable Opening> OPEN = new ThreadLocal<>();

    /** That a generator is open on a thread, and what was open before it. */
    record Opening(Generator generator, @Nullable Opening outer) {}

    /** The captured step that made this generator, which starts the same at each of its runs; 0 for none. */
    private final long step = Handlers.mark();

    private long seed;
    private long calls;

    /** A generator with a fixed seed, the same in each process; {@link #seed()} gives it a different one. */
    public Generator() {
        this(DEFAULT_SEED);
    }

    /** A generator that gives the numbers of this seed. */
    public Generator(long seed) {
        this.seed = seed;
    }

    /** {@return a generator that gives the numbers of a seed} */
    public static Generator of(long seed) {
        return new Generator(seed);
    }

    /** {@return the generator of the process, from which threads draw that have opened none} */
    public static Generator defaultGenerator() {
        return PROCESS;
    }

    /** {@return the generator that this thread draws from} */
    public static Generator current() {
        Opening open = OPEN.get();
        return open == null ? PROCESS : open.generator;
    }

    /** {@return what is open on this thread; null where it draws from the generator of the process} */
    static @Nullable Opening opening() {
        return OPEN.get();
    }

    /**
     * Has this thread draw from this generator until the setting is closed; then from the one before.
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
            throw new IllegalStateException(
                    "generators are to be closed in the opposite order of opening, on their thread");
        }
        if (opening.outer == null) {
            OPEN.remove();
        } else {
            OPEN.set(opening.outer);
        }
    }

    /** {@return what {@code body} makes with this generator open on the thread} */
    public <T extends @Nullable Object> T with(Supplier<T> body) {
        try (var _ = open()) {
            return body.get();
        }
    }

    /** Starts anew with a seed. */
    public synchronized Generator manualSeed(long seed) {
        outsideOfCapturedSteps("seeds a generator (manualSeed)");
        this.seed = seed;
        calls = 0;
        return this;
    }

    /** {@return a seed that differs from call to call and from process to process, with which this starts anew} */
    public long seed() {
        long different = differentSeed();
        manualSeed(different);
        return different;
    }

    /** {@return the seed this started with} */
    public synchronized long initialSeed() {
        return seed;
    }

    /** {@return the state, for {@link #setState}: the seed, and how often this was drawn from} */
    public synchronized long[] getState() {
        outsideOfCapturedSteps("reads a generator's state");
        return new long[] {seed, calls};
    }

    /**
     * Goes on from a state of {@link #getState}, of this generator or another one.
     *
     * @throws IllegalArgumentException if it is not two numbers
     */
    public synchronized Generator setState(long... state) {
        outsideOfCapturedSteps("sets a generator's state");
        if (state.length != 2) {
            throw new IllegalArgumentException(
                    "setState: wants the 2 numbers of getState, the seed and the number of draws, not " + state.length);
        }
        seed = state[0];
        calls = state[1];
        return this;
    }

    /** {@return the next number} */
    synchronized long next() {
        return mix(mix(seed) + calls++ * 0x9E3779B97F4A7C15L);
    }

    /** {@return the next number of the generator that this thread draws from} */
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

    /** {@return whether the captured step of this number made this generator} */
    boolean isMadeIn(long step) {
        return this.step == step;
    }

    /** What a step does to a generator that it did not make is not replayed. */
    private void outsideOfCapturedSteps(String what) {
        OperationHandler handler = Handlers.current();
        if (handler != null && !isMadeIn(handler.number())) {
            handler.usingGenerator(what);
        }
    }

    private static long differentSeed() {
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
