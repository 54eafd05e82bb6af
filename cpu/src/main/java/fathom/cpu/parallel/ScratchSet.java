package fathom.cpu.parallel;

import fathom.memory.WorkingMemory;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/** The buffers that one thread at a time works in. */
final class ScratchSet {
    private static final int SLOTS = 8;
    private static final int OBJECTS = 2;
    private static final long LEAST = 4096;
    private static final VarHandle HOLDER;

    /** Holds a set while it is cleared. */
    private static final WeakReference<Scratch> CLEARING = new WeakReference<>(null);

    static {
        try {
            HOLDER = MethodHandles.lookup().findVarHandle(ScratchSet.class, "holder", WeakReference.class);
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Large Java objects of kernels. */
    final @Nullable Object[] objects = new Object[OBJECTS];

    /** Whether the pool does not keep it. */
    final boolean surplus;

    private final long[] addresses = new long[SLOTS];
    private final long[] sizes = new long[SLOTS];

    /** Whose it is; null where it is free. All else is the holder's. */
    private volatile @Nullable WeakReference<Scratch> holder;

    ScratchSet(WeakReference<Scratch> holder, boolean surplus) {
        this.holder = holder;
        this.surplus = surplus;
    }

    /** {@return whether it was free and is the taker's now} */
    boolean take(WeakReference<Scratch> taker) {
        return holder == null && HOLDER.compareAndSet(this, null, taker);
    }

    void release() {
        HOLDER.setRelease(this, null);
    }

    /** Frees what it holds where nobody works in it: it is free, or was left behind by a thread that is gone. */
    void clearIfIdle() {
        WeakReference<Scratch> by = holder;
        boolean idle = by == null || by != CLEARING && by.refersTo(null);
        if (idle && HOLDER.compareAndSet(this, by, CLEARING)) {
            clear();
            release();
        }
    }

    /** {@return whether a thread that is gone had it} */
    boolean isLeft() {
        WeakReference<Scratch> by = holder;
        return by != null && by != CLEARING && by.refersTo(null);
    }

    long address(int slot, long bytes) {
        return sizes[slot] >= bytes ? addresses[slot] : grown(slot, bytes);
    }

    private long grown(int slot, long bytes) {
        free(slot);
        // an eighth more, so that slowly growing sizes do not allocate each time
        long size = Math.max(bytes + bytes / 8, LEAST) + 63 & -64;
        long address = WorkingMemory.allocate(size);
        addresses[slot] = address;
        sizes[slot] = size;
        return address;
    }

    /** Frees all that it holds; for its holder. */
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
