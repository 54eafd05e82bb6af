package fathom.profile;

import fathom.primitive.Operand;
import fathom.primitive.Pointwise;
import fathom.primitive.Primitive;
import fathom.primitive.Reduce;
import fathom.probe.CostModel;
import fathom.probe.Listener;
import fathom.probe.Probe;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Records the kernels that run between its start and its stop, eagerly or from a captured plan: how often, how long,
 * and how many bytes they move.
 *
 * <pre>{@code
 * try (var p = Profiler.start()) {
 *     step();
 *     p.stop();
 *     IO.println(p.table());
 *     p.writeTrace(Path.of("trace.json")); // for chrome://tracing and ui.perfetto.dev
 * }
 * }</pre>
 *
 * <p>A process has at most one active profiler; it observes all threads. Kernels are timed as the caller sees them:
 * from call to return, over all workers. JDK Flight Recorder receives {@code fathom.Kernel} and {@code
 * fathom.Allocation} events with or without a profiler.
 */
public final class Profiler implements AutoCloseable {
    /** Beyond this number events still count in the table but are dropped from the trace. */
    private static final int MAX_TRACE_EVENTS = 1_000_000;

    private final Ceilings ceilings;
    private final Map<Key, Totals> sums = new HashMap<>();
    private final List<TraceEvent> events = new ArrayList<>();
    private final AtomicLong allocations = new AtomicLong();
    private final AtomicLong allocated = new AtomicLong();
    private final Recorder recorder = new Recorder();
    private long dropped;
    private long begin;
    private long end;

    private record Key(String primitive, String kernel, String backend) {}

    /** Totals of one kernel; guarded by the profiler's lock. */
    private static final class Totals {
        long count;
        long nanos;
        long bytes;
        long flops;
    }

    private Profiler(Ceilings ceilings) {
        this.ceilings = ceilings;
    }

    /**
     * Starts a profiler, after measuring the machine's ceilings for about a tenth of a second.
     *
     * @throws IllegalStateException if another profiler is running
     */
    public static Profiler start() {
        return start(Ceilings.measure());
    }

    /** Starts a profiler that reports against ceilings measured earlier. */
    public static Profiler start(Ceilings ceilings) {
        var p = new Profiler(ceilings);
        p.begin = System.nanoTime();
        if (!Probe.replace(null, p.recorder)) {
            throw new IllegalStateException("Profiler.start: another profiler is running; close it first");
        }
        return p;
    }

    /** Stops recording; the records remain available. */
    public void stop() {
        if (Probe.replace(recorder, null)) {
            end = System.nanoTime();
        }
    }

    @Override
    public void close() {
        stop();
    }

    /** {@return a named section of the trace, until it is closed: {@code try (var s = p.section("forward")) {...}}} */
    public Section section(String name) {
        long start = Probe.beginSection();
        return () -> Probe.endSection(name, "section", start);
    }

    /** A named section of the run. */
    @FunctionalInterface
    public interface Section extends AutoCloseable {
        @Override
        void close();
    }

    /** The listener that fills the totals and the trace. */
    private final class Recorder implements Listener {
        @Override
        public void kernel(Primitive primitive, String backend, Operand[] in, Operand[] out, long start, long end) {
            long bytes = CostModel.bytes(in) + CostModel.bytes(out);
            long flops = CostModel.flops(primitive, in, out);
            var key = new Key(displayName(primitive), detail(primitive, in, out), backend);
            synchronized (Profiler.this) {
                Totals s = sums.computeIfAbsent(key, k -> new Totals());
                s.count++;
                s.nanos += end - start;
                s.bytes += bytes;
                s.flops += flops;
            }
            add(new TraceEvent(key.primitive, "kernel", start, end, thread(), key.kernel, backend, bytes));
        }

        @Override
        public void section(String name, String kind, long start, long end) {
            add(new TraceEvent(name, kind, start, end, thread(), null, null, 0));
        }

        @Override
        public void allocation(long bytes) {
            allocations.incrementAndGet();
            allocated.addAndGet(bytes);
        }

        private TraceEvent.Origin thread() {
            Thread t = Thread.currentThread();
            return new TraceEvent.Origin(t.threadId(), t.getName());
        }
    }

    private synchronized void add(TraceEvent e) {
        if (events.size() < MAX_TRACE_EVENTS) {
            events.add(e);
        } else {
            dropped++;
        }
    }

    private static String displayName(Primitive p) {
        return switch (p) {
            case Reduce r -> r.op().name().toLowerCase(Locale.ROOT);
            case Pointwise w when w.kernel().outputs().size() > 1 -> w.name() + " and others";
            default -> p.name();
        };
    }

    private static String detail(Primitive p, Operand[] in, Operand[] out) {
        var text = new StringBuilder();
        if (!(p instanceof Pointwise)) {
            for (Operand o : in) {
                text.append(text.isEmpty() ? "" : " x ").append(Arrays.toString(o.shape()));
            }
            text.append(" -> ");
        }
        text.append(out.length == 0 ? "" : Arrays.toString(out[0].shape()));
        int more = p instanceof Pointwise w ? out.length / w.kernel().outputs().size() - 1 : 0;
        return more > 0 ? text + String.format(Locale.ROOT, " and %d more", more) : text.toString();
    }

    /**
     * One line of the table.
     *
     * @param primitive the primitive
     * @param kernel the shapes; empty where several are aggregated
     * @param backend the backend that ran it
     * @param count the number of calls
     * @param seconds the total time
     * @param bytes the bytes read and written, each element once
     * @param flops the floating-point operations of matrix products and convolutions, 0 for others
     * @param share the fraction of the binding ceiling achieved
     */
    public record Row(
            String primitive,
            String kernel,
            String backend,
            long count,
            double seconds,
            long bytes,
            long flops,
            double share) {}

    /** {@return a row per kernel and shapes, longest total time first} */
    public List<Row> kernels() {
        return rows(true);
    }

    /** {@return a row per primitive, longest total time first} */
    public List<Row> primitives() {
        return rows(false);
    }

    private synchronized List<Row> rows(boolean each) {
        var merged = new HashMap<Key, Totals>();
        sums.forEach((key, s) -> {
            Totals m = merged.computeIfAbsent(each ? key : new Key(key.primitive, "", key.backend), k -> new Totals());
            m.count += s.count;
            m.nanos += s.nanos;
            m.bytes += s.bytes;
            m.flops += s.flops;
        });
        var rows = new ArrayList<Row>();
        merged.forEach((key, s) ->
                rows.add(
                        new Row(
                                key.primitive,
                                key.kernel,
                                key.backend,
                                s.count,
                                s.nanos / 1e9,
                                s.bytes,
                                s.flops,
                                ceilings.share(s.flops, s.bytes, s.nanos / 1e9))));
        rows.sort(
                java.util.Comparator.comparingDouble(Row::seconds)
                        .reversed()
                        .thenComparing(Row::primitive)
                        .thenComparing(Row::kernel));
        return rows;
    }

    /** {@return the time from start to stop, or to now, in seconds} */
    public double seconds() {
        return ((end == 0 ? System.nanoTime() : end) - begin) / 1e9;
    }

    /** {@return the ceilings that {@link Row#share} refers to} */
    public Ceilings ceilings() {
        return ceilings;
    }

    /** {@return the number of tensor allocations} */
    public long allocations() {
        return allocations.get();
    }

    /** {@return the bytes allocated for tensors} */
    public long allocatedBytes() {
        return allocated.get();
    }

    /** {@return tables of the primitives and of the slowest kernels, for a terminal} */
    public String table() {
        return ProfileTable.of(this);
    }

    /**
     * Writes the trace in Chrome's format, for {@code chrome://tracing} and Perfetto.
     *
     * @throws IOException if the file cannot be written
     */
    public void writeTrace(Path file) throws IOException {
        List<TraceEvent> copy;
        synchronized (this) {
            copy = List.copyOf(events);
        }
        ChromeTrace.write(file, copy, begin, dropped);
    }

    /** A timed event of the trace. */
    record TraceEvent(
            String name,
            String kind,
            long start,
            long end,
            Origin thread,
            @Nullable String shapes,
            @Nullable String backend,
            long bytes) {
        record Origin(long id, String name) {}
    }
}
