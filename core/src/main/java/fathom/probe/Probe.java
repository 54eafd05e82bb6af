package fathom.probe;

import fathom.primitive.Backend;
import fathom.primitive.Operand;
import fathom.primitive.Primitive;
import java.util.Arrays;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/**
 * The hook at the door: asks whether a {@link Listener} or JDK Flight Recorder wants to know, which costs next to
 * nothing where none does.
 */
public final class Probe {
    /** Allocations of fewer bytes than this make no event of Flight Recorder. */
    private static final long LEAST_ALLOCATION = Long.getLong("fathom.profile.allocation", 1 << 16);

    /** Never committed: an event of a type that is not recorded answers at once. Loading them takes 70 ms. */
    private static final class Events {
        static final KernelEvent KERNELS = new KernelEvent();
        static final AllocationEvent ALLOCATIONS = new AllocationEvent();
    }

    private static volatile @Nullable Listener listener;

    private Probe() {}

    /**
     * Has {@code next} hear of all from now on.
     *
     * @param before who is to hear of it now
     * @return false, with nothing changed, if another one hears of it
     */
    public static synchronized boolean replace(@Nullable Listener before, @Nullable Listener next) {
        if (listener != before) {
            return false;
        }
        listener = next;
        return true;
    }

    /** {@return whether anybody wants to know of kernels} */
    public static boolean isOn() {
        return listener != null || FlightRecorder.isInitialized() && Events.KERNELS.isEnabled();
    }

    /** Has the backend compute, and tells of it. */
    public static void run(Backend backend, Primitive primitive, Operand[] in, Operand[] out) {
        run(backend.name(), primitive, in, out, () -> backend.run(primitive, in, out));
    }

    /** Runs what computes the primitive, and tells of it. */
    public static void run(String backend, Primitive primitive, Operand[] in, Operand[] out, Runnable work) {
        var event = new KernelEvent();
        event.begin();
        long start = System.nanoTime();
        work.run();
        long end = System.nanoTime();
        event.end();
        Listener l = listener;
        if (l != null) {
            l.kernel(primitive, backend, in, out, start, end);
        }
        if (event.shouldCommit()) {
            event.primitive = primitive.name();
            event.shapes = shapes(in) + " -> " + shapes(out);
            event.bytes = Traffic.bytes(in) + Traffic.bytes(out);
            event.backend = backend;
            event.commit();
        }
    }

    /** Has the backend compute many sets of operands, and tells of them as one. */
    public static void runEach(Backend backend, Primitive primitive, Operand[][] in, Operand[][] out) {
        if (!isOn()) {
            backend.runEach(primitive, in, out);
            return;
        }
        run(backend.name(), primitive, joined(in), joined(out), () -> backend.runEach(primitive, in, out));
    }

    private static Operand[] joined(Operand[][] sets) {
        return Arrays.stream(sets).flatMap(Arrays::stream).toArray(Operand[]::new);
    }

    private static String shapes(Operand[] operands) {
        var text = new StringBuilder();
        for (Operand o : operands) {
            text.append(text.isEmpty() ? "" : ", ").append(o.dtype()).append(Arrays.toString(o.shape()));
        }
        return text.toString();
    }

    /** {@return when a section began, for {@link #endSection}; 0 if nobody listens} */
    public static long beginSection() {
        return listener == null ? 0 : System.nanoTime();
    }

    /** Tells of a section that began at {@code start}. */
    public static void endSection(String name, String kind, long start) {
        Listener l = listener;
        if (start != 0 && l != null) {
            l.section(name, kind, start, System.nanoTime());
        }
    }

    /** Tells of memory handed out. */
    public static void allocated(long bytes) {
        Listener l = listener;
        if (l != null) {
            l.allocation(bytes);
        }
        if (bytes >= LEAST_ALLOCATION && FlightRecorder.isInitialized() && Events.ALLOCATIONS.isEnabled()) {
            new AllocationEvent(bytes).commit();
        }
    }
}
