package fathom.probe;

import fathom.primitive.Backend;
import fathom.primitive.Operand;
import fathom.primitive.Primitive;
import java.util.Arrays;
import jdk.jfr.FlightRecorder;
import org.jspecify.annotations.Nullable;

/**
 * The profiling hook of the dispatcher: forwards events to a {@link Listener} and to JDK Flight Recorder, and costs
 * next to nothing when neither is active.
 */
public final class Probe {
    /** Smaller allocations, in bytes, emit no Flight Recorder event. */
    private static final long MIN_ALLOCATION_BYTES = Long.getLong("fathom.profile.allocation", 1 << 16);

    /**
     * Never committed: asking an event whose type is not recorded is cheap. In a class of its own because loading the
     * event types takes 70 ms.
     */
    private static final class Events {
        static final KernelEvent KERNELS = new KernelEvent();
        static final AllocationEvent ALLOCATIONS = new AllocationEvent();
    }

    private static volatile @Nullable Listener listener;

    private Probe() {}

    /**
     * Replaces the listener, if it is the expected one.
     *
     * @param before the listener expected to be installed now
     * @return false, with nothing changed, if another one is installed
     */
    public static synchronized boolean replace(@Nullable Listener before, @Nullable Listener next) {
        if (listener != before) {
            return false;
        }
        listener = next;
        return true;
    }

    /** {@return whether kernels are being observed} */
    public static boolean isOn() {
        return listener != null || FlightRecorder.isInitialized() && Events.KERNELS.isEnabled();
    }

    /** Runs the primitive on the backend and reports it. */
    public static void run(Backend backend, Primitive primitive, Operand[] in, Operand[] out) {
        run(backend.name(), primitive, in, out, () -> backend.run(primitive, in, out));
    }

    /** Runs {@code work}, which computes the primitive, and reports it. */
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
            event.bytes = CostModel.bytes(in) + CostModel.bytes(out);
            event.backend = backend;
            event.commit();
        }
    }

    /** Runs the primitive on several sets of operands and reports them as one kernel. */
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

    /** {@return the start time of a section, for {@link #endSection}; 0 without a listener} */
    public static long beginSection() {
        return listener == null ? 0 : System.nanoTime();
    }

    /** Reports a section that began at {@code start}. */
    public static void endSection(String name, String kind, long start) {
        Listener l = listener;
        if (start != 0 && l != null) {
            l.section(name, kind, start, System.nanoTime());
        }
    }

    /** Reports an allocation. */
    public static void allocated(long bytes) {
        Listener l = listener;
        if (l != null) {
            l.allocation(bytes);
        }
        if (bytes >= MIN_ALLOCATION_BYTES && FlightRecorder.isInitialized() && Events.ALLOCATIONS.isEnabled()) {
            new AllocationEvent(bytes).commit();
        }
    }
}
