package fathom.cpu.parallel;

import fathom.memory.WorkingMemory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/** A set of buffers, leased to one thread at a time. */
final class ScratchSet {
    private static final int SLOTS = 8;
    private static final int OBJECTS = 2;
    private static final long MIN_BYTES = 4096;
    private static final VarHandle HOLDER;

    /** The holder of a set while it is cleared. */
    private static final WeakReference<Scratch> CLEARING = new WeakReference<>(null);

    static {
        try {
            HOLDER = MethodHandles.lookup().findVarHandle(ScratchSet.class, "holder", WeakReference.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Cached large Java objects of kernels. */
    final @Nullable Object[] objects = new Object[OBJECTS];

    /** Whether the pool drops it when it is returned. */
    final boolean surplus;

    private final long[] addresses = new long[SLOTS];
    private final long[] sizes = new long[SLOTS];

    /** The current lessee; null if the set is free. All other state belongs to the holder. */
    private volatile @Nullable WeakReference<Scratch> holder;

    ScratchSet(WeakReference<Scratch> holder, boolean surplus) {
        this.holder = holder;
        this.surplus = surplus;
    }

    /** {@return whether it was free and is now leased to {@code lessee}} */
    boolean take(WeakReference<Scratch> lessee) {
        return holder == null && HOLDER.compareAndSet(this, null, lessee);
    }

    void release() {
        HOLDER.setRelease(this, null);
    }

    /** Clears the set if it is idle: free, or abandoned by a terminated thread. */
    void clearIfIdle() {
        WeakReference<Scratch> by = holder;
        boolean idle = by == null || by != CLEARING && by.refersTo(null);
        if (idle && HOLDER.compareAndSet(this, by, CLEARING)) {
            clear();
            release();
        }
    }

    /** {@return whether its holder has terminated} */
    boolean isAbandoned() {
        WeakReference<Scratch> by = holder;
        return by != null && by != CLEARING && by.refersTo(null);
    }

    long address(int slot, long bytes) {
        return sizes[slot] >= bytes ? addresses[slot] : grown(slot, bytes);
    }

    private long grown(int slot, long bytes) {
        free(slot);
        // an eighth more, so that slowly growing sizes do not reallocate each time
        long size = Math.max(bytes + bytes / 8, MIN_BYTES) + 63 & -64;
        long address = WorkingMemory.allocate(size);
        addresses[slot] = address;
        sizes[slot] = size;
        return address;
    }

    /** Frees all buffers and objects; called by the holder. */
    void clear() {
        for (int slot = 0; slot < SLOTS; slot++) {
            free(slot);
        }
        objects[0] = null;
        objects[1] = null;
    }

    private void free(int slot) {
        long size = sizes[slot];
        if (size > 0) {
            sizes[slot] = 0;
            WorkingMemory.free(addresses[slot], size);
        }
    }
}
