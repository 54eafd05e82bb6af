package fathom.cpu.parallel;

import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * Working memory of kernels: a few buffers that grow to the largest size asked for. A thread leases a set of them at
 * the first question in a kernel and returns it when the kernel ends, so there are about as many sets as threads that
 * compute at the same time, however many threads there are.
 *
 * <p>A buffer asked for stays valid, for all threads, until the same thread asks for the same slot again or its
 * outermost {@linkplain #open kernel} ends. Threads that ask outside of any kernel keep their set until they have run
 * one, or are gone.
 *
 * <p>An object is a thread's lease.
 */
public final class Scratch implements AutoCloseable {
    private static final ThreadLocal<Scratch> LOCAL = ThreadLocal.withInitial(Scratch::new);

    private final WeakReference<Scratch> self = new WeakReference<>(this);
    private int depth;
    private @Nullable ScratchSet set;

    /** The set that this thread had before, whose memory is in its caches. */
    private @Nullable ScratchSet before;

    private Scratch() {}

    /** A kernel begins on this thread: what it asks for is returned when the outermost one is closed. */
    public static Scratch open() {
        var mine = LOCAL.get();
        mine.depth++;
        return mine;
    }

    /** The kernel has ended. */
    @Override
    public void close() {
        if (--depth == 0 && set != null) {
            var mine = set;
            set = null;
            ScratchPool.giveBack(mine);
        }
    }

    /**
     * Returns the address of this thread's buffer in a slot, aligned to 64 bytes, its contents undefined.
     *
     * @param slot 0 to 7; kernels that call one another use different slots
     * @param bytes size needed
     * @throws OutOfMemoryError where the limit of memory leaves no room for it
     */
    public static long address(int slot, long bytes) {
        return LOCAL.get().set().address(slot, bytes);
    }

    /**
     * {@return the object that this thread's set holds under a number; null where none was {@linkplain #keep kept}}
     *
     * @param number 0 or 1
     */
    public static @Nullable Object kept(int number) {
        return LOCAL.get().set().objects[number];
    }

    /** Has this thread's set hold a large object for kernels to come; it goes when memory is short. */
    public static void keep(int number, Object object) {
        LOCAL.get().set().objects[number] = object;
    }

    private ScratchSet set() {
        ScratchSet mine = set;
        return mine != null ? mine : lease();
    }

    private ScratchSet lease() {
        ScratchSet mine = before;
        if (mine == null || !mine.take(self)) {
            mine = ScratchPool.lease(self);
            before = mine;
        }
        set = mine;
        return mine;
    }
}
