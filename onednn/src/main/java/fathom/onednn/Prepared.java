package fathom.onednn;

import fathom.cpu.parallel.Scratch;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Cleaner;
import java.lang.ref.Reference;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A oneDNN primitive compiled for operands of given shapes and layouts; calls pass the addresses only. Thread-safe.
 *
 * <p>The other native objects of a call (stream, memory objects, argument array) are pooled, one set per call in
 * flight, up to a maximum. {@link #close} releases all native objects; otherwise they are released when this object
 * becomes unreachable.
 */
final class Prepared implements AutoCloseable {
    /** The {@link Scratch} slot of oneDNN's scratchpad. */
    static final int SCRATCHPAD_SLOT = 5;

    private static final Cleaner CLEANER = Cleaner.create();

    /** Size of {@code dnnl_exec_arg_t}: an int, padding, a pointer. */
    private static final long ARGUMENT_BYTES = 16;

    /** Maximum number of pooled sets of streams and memory objects. */
    private static final int MAX_KEPT = Math.max(16, 2 * Runtime.getRuntime().availableProcessors());

    /** Number of instances that are not closed. */
    private static final AtomicInteger LIVE = new AtomicInteger();

    private final Handles handles;
    private final Cleaner.Cleanable cleanable;
    private final int[] arguments;
    private final long scratchBytes;
    private final String implementation;
    private final ConcurrentLinkedQueue<Invocation> idle = new ConcurrentLinkedQueue<>();

    /** Number of invocations, in flight or in {@link #idle}. */
    private final AtomicInteger invocations = new AtomicInteger();

    /**
     * Compiles a primitive descriptor.
     *
     * @param plan primitive descriptor; this object takes ownership (also if the constructor fails)
     * @param arguments the arguments of {@link #run}, in order: {@code Dnnl.ARG_...}
     * @param known the memory descriptor of each argument; the caller keeps ownership
     */
    Prepared(long plan, int[] arguments, long[] known) {
        this.handles = new Handles(plan);
        this.cleanable = CLEANER.register(this, handles);
        this.arguments = arguments.clone();
        try {
            handles.descs = new long[arguments.length + 1];
            for (int i = 0; i < arguments.length; i++) {
                handles.descs[i] = Dnnl.cloneDesc(known[i]);
            }
            handles.descs[arguments.length] = Dnnl.cloneDesc(Dnnl.queryDesc(plan, Dnnl.QUERY_SCRATCHPAD_MD));
            this.scratchBytes = Dnnl.descBytes(handles.descs[arguments.length]);
            this.implementation = Dnnl.queryImplementation(plan);
            handles.primitive = Dnnl.createPrimitive(plan);
        } catch (RuntimeException | Error e) {
            cleanable.clean();
            throw e;
        }
    }

    /**
     * Compiles a matrix product, to be run with the addresses of a, b and c.
     *
     * @param plan its primitive descriptor; the result takes ownership
     */
    static Prepared product(long plan, long a, long b, long c) {
        return new Prepared(plan, new int[] {Dnnl.ARG_SRC, Dnnl.ARG_WEIGHTS, Dnnl.ARG_DST}, new long[] {a, b, c});
    }

    /** {@return the number of instances in this process that are not closed} */
    static int live() {
        return LIVE.get();
    }

    /** {@return the name of the selected implementation} */
    String implementation() {
        return implementation;
    }

    /** {@return whether it is a reference implementation of oneDNN, slower than other backends} */
    boolean isReference() {
        return implementation.startsWith("ref") || implementation.startsWith("simple");
    }

    /** {@return the memory descriptor of an argument, by position; it belongs to this object} */
    long desc(int position) {
        return handles.descs[position];
    }

    /** Releases all native objects. No call may be in flight, or follow. */
    @Override
    public void close() {
        cleanable.clean();
    }

    void run(long a, long b) {
        var call = begin();
        call.set(0, a);
        call.set(1, b);
        end(call);
    }

    void run(long a, long b, long c) {
        var call = begin();
        call.set(0, a);
        call.set(1, b);
        call.set(2, c);
        end(call);
    }

    void run(long a, long b, long c, long d) {
        var call = begin();
        call.set(0, a);
        call.set(1, b);
        call.set(2, c);
        call.set(3, d);
        end(call);
    }

    private Invocation begin() {
        var call = idle.poll();
        if (call == null) {
            call = handles.add(new Invocation(handles.descs, arguments));
            invocations.incrementAndGet();
        }
        return call;
    }

    private void end(Invocation call) {
        try {
            if (scratchBytes > 0) {
                call.set(arguments.length, Scratch.address(SCRATCHPAD_SLOT, scratchBytes));
            }
            int threads = OpenMp.enter();
            try {
                Dnnl.execute(handles.primitive, call.stream, arguments.length + 1, call.array);
            } finally {
                OpenMp.leave(threads);
            }
        } finally {
            if (invocations.get() > MAX_KEPT) {
                invocations.decrementAndGet();
                handles.destroy(call);
            } else {
                idle.add(call);
            }
            Reference.reachabilityFence(this);
        }
    }

    /** The native objects of one call in flight. */
    private static final class Invocation {
        final long stream;
        final long[] memories;
        final long[] addresses;
        final MemorySegment segment;
        final long array;

        Invocation(long[] descs, int[] arguments) {
            int count = arguments.length + 1;
            memories = new long[count];
            addresses = new long[count];
            segment = Arena.ofAuto().allocate(ARGUMENT_BYTES * count, 8);
            array = segment.address();
            stream = Dnnl.createStream();
            try {
                for (int i = 0; i < count; i++) {
                    memories[i] = Dnnl.createMemory(descs[i]);
                    segment.set(
                            ValueLayout.JAVA_INT,
                            i * ARGUMENT_BYTES,
                            i < arguments.length ? arguments[i] : Dnnl.ARG_SCRATCHPAD);
                    segment.set(ValueLayout.ADDRESS, i * ARGUMENT_BYTES + 8, MemorySegment.ofAddress(memories[i]));
                }
            } catch (RuntimeException | Error e) {
                destroy();
                throw e;
            }
        }

        void set(int position, long address) {
            if (addresses[position] != address) {
                Dnnl.setHandle(memories[position], address);
                addresses[position] = address;
            }
        }

        void destroy() {
            for (long memory : memories) {
                if (memory != 0) {
                    Dnnl.destroyMemory(memory);
                }
            }
            Dnnl.destroyStream(stream);
        }
    }

    /** All native objects of a {@link Prepared}; {@link #run} releases them. */
    private static final class Handles implements Runnable {
        private final Set<Invocation> invocations = new HashSet<>();
        private long plan;
        long primitive;
        long[] descs = {};

        Handles(long plan) {
            this.plan = plan;
            LIVE.incrementAndGet();
        }

        synchronized Invocation add(Invocation invocation) {
            invocations.add(invocation);
            return invocation;
        }

        synchronized void destroy(Invocation invocation) {
            if (invocations.remove(invocation)) {
                invocation.destroy();
            }
        }

        @Override
        public synchronized void run() {
            if (plan == 0) {
                return;
            }
            invocations.forEach(Invocation::destroy);
            invocations.clear();
            if (primitive != 0) {
                Dnnl.destroyPrimitive(primitive);
            }
            for (long desc : descs) {
                if (desc != 0) {
                    Dnnl.destroyDesc(desc);
                }
            }
            Dnnl.destroyPlan(plan);
            plan = 0;
            LIVE.decrementAndGet();
        }
    }
}
