package fathom.capture;

import fathom.memory.Allocator;
import fathom.memory.Storage;
import fathom.memory.StorageScope;
import org.jspecify.annotations.Nullable;

/** The memory block shared by the plans of one captured step on one device: only one of them runs at a time. */
public final class Arena {
    /** Before a block of this size is allocated, the allocator's cache is trimmed. */
    private static final long TRIM_THRESHOLD = 1 << 25;

    private final Allocator memory;
    private @Nullable Storage block;
    private int relocations;

    /**
     * @param memory the device's allocator
     */
    public Arena(Allocator memory) {
        this.memory = memory;
    }

    /** {@return the memory of the device on which the plans run} */
    public Allocator memory() {
        return memory;
    }

    /** Grows the block to at least {@code bytes} bytes. */
    void reserve(long bytes) {
        if (block == null || block.bytes() < bytes) {
            if (block != null) {
                block.release("its plan needed more");
                block = null;
            }
            if (bytes >= TRIM_THRESHOLD) {
                memory.trimDevice(); // the cached memory of the eager steps is not needed any more
            }
            block = StorageScope.outside(() -> memory.allocate(Math.max(bytes, 1024)));
            relocations++;
        }
    }

    /** {@return a number that changes whenever the block's address does} */
    int relocations() {
        return relocations;
    }

    long address() {
        if (block == null) {
            throw new IllegalStateException("no memory was reserved for this plan");
        }
        return block.address();
    }

    /** {@return the size of the block} */
    public long bytes() {
        return block == null ? 0 : block.bytes();
    }
}
