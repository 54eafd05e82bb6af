package fathom.cpu.parallel;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * Working memory of a thread: a few buffers that grow to the largest size asked for and are used again by the next
 * kernel. A buffer asked for stays valid until the same thread asks for the same slot again.
 */
public final class Scratch {
    private static final int SLOTS = 8;
    private static final long ALIGNMENT = 64;
    private static final ThreadLocal<Scratch> LOCAL = ThreadLocal.withInitial(Scratch::new);

    private final @Nullable MemorySegment[] buffers = new MemorySegment[SLOTS];

    private Scratch() {}

    /**
     * Returns the address of this thread's buffer in a slot, aligned to 64 bytes, its contents undefined.
     *
     * @param slot 0 to 7; kernels that call one another use different slots
     * @param bytes size needed
     */
    public static long address(int slot, long bytes) {
        var mine = LOCAL.get();
        var buffer = mine.buffers[slot];
        if (buffer == null || buffer.byteSize() < bytes) {
            // an eighth more, so that slowly growing sizes do not allocate each time
            buffer = Arena.ofAuto().allocate(Math.max(bytes + bytes / 8, 4096), ALIGNMENT);
            mine.buffers[slot] = buffer;
        }
        return buffer.address();
    }
}
