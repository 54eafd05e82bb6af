package fathom.memory;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Native memory that kernels work in, counted beside that of tensors and under the same limit. It has one holder, which
 * keeps what is idle for the next kernel and gives it back when it is asked to.
 */
public final class WorkingMemory {
    private static final AtomicLong HELD = new AtomicLong();
    private static volatile Runnable idle = () -> {};

    private WorkingMemory() {}

    /**
     * Names the holder.
     *
     * @param giveBack frees what no kernel uses at the moment; takes no lock, since allocations call it under theirs
     */
    public static void setHolder(Runnable giveBack) {
        idle = giveBack;
    }

    /**
     * {@return the address of so many bytes, 64-byte aligned, contents undefined}
     *
     * @throws OutOfMemoryError with the sizes, where there is no room below the limit
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
                        String.format(Locale.ROOT, "the system has no %,d bytes for a kernel to work in", bytes));
            }
        }
        HELD.addAndGet(bytes);
        return address;
    }

    private static boolean hasRoom(long bytes) {
        return Allocator.hostRoom() >= bytes;
    }

    /** As a tensor of that size would make room, by a collection if need be. */
    private static void makeRoom(long bytes) {
        Allocator.trim();
        if (!hasRoom(bytes)) {
            try {
                Allocator.CPU.allocate(bytes).release("a kernel needed the room");
            } catch (OutOfMemoryError e) {
                throw new OutOfMemoryError(
                        String.format(Locale.ROOT, "a kernel needs %,d bytes to work in: %s", bytes, e.getMessage()));
            }
            Allocator.trim();
        }
    }

    /** Frees memory of {@link #allocate}. */
    public static void free(long address, long bytes) {
        Native.free(address, bytes);
        HELD.addAndGet(-bytes);
    }

    /** {@return bytes of all kernels' memory, in use or kept for the next} */
    public static long held() {
        return HELD.get();
    }

    /** {@return the most bytes that may be held, by tensors and kernels} */
    public static long limit() {
        return Allocator.CPU.deviceUsage().limit();
    }

    /** Frees what no kernel uses at the moment. */
    static void trim() {
        idle.run();
    }
}
