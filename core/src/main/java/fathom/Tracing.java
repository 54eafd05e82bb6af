package fathom;

import fathom.capture.Trace;
import fathom.memory.Storage;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** A step that is being captured on this thread: what the door, leaves and generators tell it. */
final class Tracing {
    private static final AtomicInteger ACTIVE = new AtomicInteger();
    private static final AtomicInteger MOVES = new AtomicInteger();
    private static final AtomicLong COUNT = new AtomicLong();
    private static final ThreadLocal<@Nullable Tracing> CURRENT = new ThreadLocal<>();

    final Trace trace;

    /** Tells this trace from all others; never 0. */
    final long number = COUNT.incrementAndGet();

    /** What was open when the step began: it draws from whatever the thread draws from. */
    private final Generator.@Nullable Opening opening = Generator.opening();

    /**
     * By the number of each draw, the generator that the step names for it; null where it is the one that the thread
     * draws from.
     */
    final List<@Nullable Generator> generators = new ArrayList<>();

    /** What must hold for a replay. */
    final List<BooleanSupplier> conditions = new ArrayList<>();

    /** Leaves whose gradient the step looked at or set, with the gradient that each had when it began. */
    final Map<Tensor, @Nullable Tensor> leaves = new IdentityHashMap<>();

    /** The leaves whose first gradient is an input of the trace, in the order of their numbers. */
    final List<Tensor> given = new ArrayList<>();

    private Tracing(Trace trace) {
        this.trace = trace;
        int moves = MOVES.get();
        conditions.add(() -> MOVES.get() == moves);
    }

    /** {@return what traces on this thread; nearly always null} */
    static @Nullable Tracing current() {
        return ACTIVE.getPlain() == 0 ? null : CURRENT.get();
    }

    static Tracing begin(Trace trace) {
        var t = new Tracing(trace);
        CURRENT.set(t);
        ACTIVE.incrementAndGet();
        return t;
    }

    void end() {
        ACTIVE.decrementAndGet();
        CURRENT.remove();
    }

    /** A tensor was given other memory, or wants a gradient from now on or no longer: plans made before are void. */
    static void memoryMoved() {
        MOVES.incrementAndGet();
        Tracing t = current();
        if (t != null) {
            t.trace.refuse("it changes what a tensor is (setData, requiresGrad_)", false);
        }
    }

    /** {@return the number of the trace on this thread; 0 for none} */
    static long step() {
        Tracing t = current();
        return t == null ? 0 : t.number;
    }

    /** Notes a number that the step drew. A generator that the step itself makes gives the same ones each time. */
    void drawn(long key, Generator.@Nullable Opening open, Generator generator) {
        if (open == opening) {
            trace.draw(key);
            generators.add(null);
        } else if (!generator.isMadeIn(number)) {
            trace.draw(key);
            generators.add(generator);
        }
    }

    void onlyWhile(BooleanSupplier condition) {
        conditions.add(condition);
    }

    void kept(Tensor t) {
        if (trace.isFresh(t.storage())) {
            trace.refuse("it keeps a tensor (keep()); return it as a result", false);
        }
    }

    /**
     * Notes that the gradient of a leaf matters, with the gradient it has.
     *
     * @return whether the leaf was not known
     */
    boolean leaf(Tensor leaf, @Nullable Tensor before) {
        if (!dropped(leaf, before)) {
            return false;
        }
        if (before != null && !trace.isFresh(before.storage())) {
            given(trace, before);
            given.add(leaf);
        }
        return true;
    }

    /**
     * As {@link #leaf}, where the gradient is replaced without a look at it: its memory is no part of the step.
     *
     * @return whether the leaf was not known
     */
    boolean dropped(Tensor leaf, @Nullable Tensor before) {
        if (leaves.containsKey(leaf) || trace.isFresh(leaf.storage())) {
            return false;
        }
        leaves.put(leaf, before);
        return true;
    }

    /** Notes a tensor whose memory is given with each call. */
    static void given(Trace trace, Tensor t) {
        Storage s = t.storage();
        long address = t.dataAddress();
        long low = address;
        long high = address + t.dtype().size();
        long[] shape = t.rawShape();
        for (int d = 0; d < shape.length; d++) {
            long reach = (shape[d] - 1) * t.rawStrides()[d] * t.dtype().size();
            low += Math.min(0, reach);
            high += Math.max(0, reach);
        }
        trace.given(s, address, low, high);
    }
}
