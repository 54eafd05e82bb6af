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
 * A primitive of oneDNN compiled for operands of given shapes and layouts: what remains to be said per call is where
 * the operands are. May be run by any number of threads at a time.
 *
 * <p>What a call needs besides (a stream, memory objects, the array of arguments) is kept from call to call, one set
 * per call in flight, up to some number. Everything native is released by {@link #close}, or else once the object is
 * unreachable.
 */
final class Prepared implements AutoCloseable {
    /** The slot of {@link Scratch} that holds oneDNN's working memory for one call. */
    static final int SCRATCHPAD_SLOT = 5;

    private static final Cleaner CLEANER = Cleaner.create();

    /** Size of {@code dnnl_exec_arg_t}: an int, padding, a pointer. */
    private static final long ARGUMENT_BYTES = 16;

    /** Calls at a time whose streams and memory objects are kept. */
    private static final int MAX_KEPT = Math.max(16, 2 * Runtime.getRuntime().availableProcessors());

    /** How many there are. */
    private static final AtomicInteger LIVE = new AtomicInteger();

    private final Handles handles;
    private final Cleaner.Cleanable cleanable;
    private final int[] arguments;
    private final long scratchBytes;
    private final String implementation;
    private final ConcurrentLinkedQueue<Invocation> idle = new ConcurrentLinkedQueue<>();

    /** What calls in flight and {@link #idle} hold. */
    private final AtomicInteger invocations = new AtomicInteger();

    /**
     * Compiles a plan.
     *
     * @param plan primitive description; becomes this object's (also when this constructor fails)
     * @param arguments which arguments {@link #run} takes, in order: {@code Dnnl.ARG_...}
     * @param known the description of each argument's memory; stays the caller's
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
     * Compiles a product of matrices, to be run with the addresses of a, b and c.
     *
     * @param plan its description; becomes the result's
     */
    static Prepared product(long plan, long a, long b, long c) {
        return new Prepared(plan, new int[] {Dnnl.ARG_SRC, Dnnl.ARG_WEIGHTS, Dnnl.ARG_DST}, new long[] {a, b, c});
    }

    /** {@return how many there are in this process} */
    static int live() {
        return LIVE.get();
    }

    /** The name oneDNN gives to the code it chose. */
    String implementation() {
        return implementation;
    }

    /** Whether it is oneDNN's plain loop for what nobody has optimised: slower than what others do. */
    boolean isReference() {
        return implementation.startsWith("ref") || implementation.startsWith("simple");
    }

    /** The description of an argument's memory, by its position; it belongs to this object. */
    long desc(int position) {
        return handles.descs[position];
    }

    /** Releases everything native. Nobody may be running it, nor run it afterwards. */
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

    /** What one call at a time uses. */
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

    /** Everything native behind a {@link Prepared}; running it releases all. */
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
