package fathom.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;

/**
 * Small tensors' memory, sub-allocated from slabs with one weak reference each, because a reference costs more than
 * such a tensor. Slabs are small, since one live tensor keeps the whole slab alive, and each is shared by the threads
 * of a stripe, so that their number does not grow with that of threads.
 */
final class Slabs {
    /** Storages of at most this many bytes share a slab. */
    static final int MAX_BYTES = 512;

    /** The size of a slab in bytes. */
    static final int SLAB_BYTES = 1 << 11;

    /** A power of two. */
    private static final int STRIPES =
            Integer.highestOneBit(Math.clamp(4L * Runtime.getRuntime().availableProcessors(), 8, 256));

    private final AtomicReferenceArray<@Nullable Slab> current = new AtomicReferenceArray<>(STRIPES);
    private final Allocator allocator;

    Slabs(Allocator allocator) {
        this.allocator = allocator;
    }

    /** The holder of a slab's block; storages cut from it keep it reachable. */
    static final class Slab {
        private static final VarHandle USED;

        static {
            try {
                USED = MethodHandles.lookup().findVarHandle(Slab.class, "used", int.class);
            } catch (ReflectiveOperationException e) {
                throw new ExceptionInInitializerError(e);
            }
        }

        private final long address;

        @SuppressWarnings("unused") // see USED
        private volatile int used;

        Slab(long address) {
            this.address = address;
        }

        /** {@return the address of {@code size} bytes, a multiple of 16; 0 if the slab is used up} */
        long take(int size) {
            while (true) {
                int before = used;
                int from = size > 16 ? before + 63 & -64 : before;
                if (from + size > SLAB_BYTES) {
                    return 0;
                }
                if (USED.compareAndSet(this, before, from + size)) {
                    return address + from;
                }
            }
        }
    }

    Storage allocate(int bytes) {
        int size = bytes <= 16 ? 16 : bytes + 63 & -64;
        int stripe = (int) Thread.currentThread().threadId() & STRIPES - 1;
        while (true) {
            Slab slab = current.get(stripe);
            long address = slab == null ? 0 : slab.take(size);
            if (slab != null && address != 0) {
                return new Storage(allocator, address, bytes, slab);
            }
            Slab fresh = allocator.slab();
            if (!current.compareAndSet(stripe, slab, fresh)) {
                // another thread was faster: this thread's slab serves this tensor alone
                return new Storage(allocator, fresh.take(size), bytes, fresh);
            }
        }
    }
}
