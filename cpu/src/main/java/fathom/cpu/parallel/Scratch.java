package fathom.cpu.parallel;

import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * Scratch memory of kernels: a few buffers that grow to the largest requested size. A thread leases a set of buffers at
 * the first request in a kernel and returns it when the kernel ends, so there are about as many sets as threads that
 * compute concurrently, not as many as threads.
 *
 * <p>A buffer is valid, for all threads, until the same thread requests the same slot again or its outermost
 * {@linkplain #open kernel} ends. A thread that requests a buffer outside of any kernel keeps its set until it has run
 * one, or has terminated.
 *
 * <p>An instance is a thread's lease.
 */
public final class Scratch implements AutoCloseable {
    private static final ThreadLocal<Scratch> LOCAL = ThreadLocal.withInitial(Scratch::new);

    private final WeakReference<Scratch> self = new WeakReference<>(this);
    private int depth;
    private @Nullable ScratchSet set;

    /** The set that this thread leased last, whose memory may still be in its caches. */
    private @Nullable ScratchSet previous;

    private Scratch() {}

    /** Marks the start of a kernel on this thread: the lease is returned when the outermost one is closed. */
    public static Scratch open() {
        var own = LOCAL.get();
        own.depth++;
        return own;
    }

    /** Marks the end of the kernel. */
    @Override
    public void close() {
        if (--depth == 0 && set != null) {
            var own = set;
            set = null;
            ScratchPool.release(own);
        }
    }

    /**
     * {@return the address of this thread's buffer in a slot, aligned to 64 bytes, with undefined contents}
     *
     * @param slot 0 to 7; kernels that call one another use different slots
     * @param bytes requested size
     * @throws OutOfMemoryError if the memory limit is exceeded
     */
    public static long address(int slot, long bytes) {
        return LOCAL.get().set().address(slot, bytes);
    }

    /**
     * {@return an object cached in this thread's set; null if none was {@linkplain #keep kept}}
     *
     * @param number 0 or 1
     */
    public static @Nullable Object kept(int number) {
        return LOCAL.get().set().objects[number];
    }

    /** Caches a large object in this thread's set for later kernels; it is dropped when memory is short. */
    public static void keep(int number, Object object) {
        LOCAL.get().set().objects[number] = object;
    }

    private ScratchSet set() {
        ScratchSet own = set;
        return own != null ? own : lease();
    }

    private ScratchSet lease() {
        ScratchSet own = previous;
        if (own == null || !own.take(self)) {
            own = ScratchPool.lease(self);
            previous = own;
        }
        set = own;
        return own;
    }
}
