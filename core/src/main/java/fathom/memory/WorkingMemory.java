package fathom.memory;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The working memory of kernels, counted beside that of tensors and under the same limit. It has one holder, which
 * caches idle memory for later kernels and frees it on request.
 */
public final class WorkingMemory {
    private static final AtomicLong HELD = new AtomicLong();
    private static volatile Runnable idle = () -> {};

    private WorkingMemory() {}

    /**
     * Sets the holder.
     *
     * @param giveBack frees memory not used by any kernel at the moment; takes no lock, since allocations call it under
     *     theirs
     */
    public static void setHolder(Runnable giveBack) {
        idle = giveBack;
    }

    /**
     * {@return the address of {@code bytes} uninitialised bytes, 64-byte aligned}
     *
     * @throws OutOfMemoryError with the sizes, if there is no room below the limit
     */
    public static long allocate(long bytes) {
        if (!hasRoom(bytes)) {
            makeRoom(bytes);
        }
        long address = Native.allocate(bytes);
        if (address == 0) {
            makeRoom(bytes);
            address = Native.allocate(bytes);
            if (address == 0) {
                throw new OutOfMemoryError(
                        String.format(
                                Locale.ROOT, "the system has no %,d bytes for the working memory of a kernel", bytes));
            }
        }
        HELD.addAndGet(bytes);
        return address;
    }

    private static boolean hasRoom(long bytes) {
        return Allocator.hostRoom() >= bytes;
    }

    /** Makes room as a tensor of that size would, by a collection if necessary. */
    private static void makeRoom(long bytes) {
        Allocator.trim();
        if (!hasRoom(bytes)) {
            try {
                Allocator.CPU.allocate(bytes).release("a kernel needed the room");
            } catch (OutOfMemoryError e) {
                throw new OutOfMemoryError(
                        String.format(
                                Locale.ROOT, "a kernel needs %,d bytes of working memory: %s", bytes, e.getMessage()));
            }
            Allocator.trim();
        }
    }

    /** Frees memory allocated by {@link #allocate}. */
    public static void free(long address, long bytes) {
        Native.free(address, bytes);
        HELD.addAndGet(-bytes);
    }

    /** {@return the bytes of working memory held, in use or cached} */
    public static long held() {
        return HELD.get();
    }

    /** {@return the maximum number of bytes held by tensors and kernels} */
    public static long limit() {
        return Allocator.CPU.deviceUsage().limit();
    }

    /** Frees working memory not used by any kernel at the moment. */
    static void trim() {
        idle.run();
    }
}
