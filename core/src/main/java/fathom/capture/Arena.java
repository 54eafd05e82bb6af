package fathom.capture;

import fathom.memory.Allocator;
import fathom.memory.Scopes;
import fathom.memory.Storage;
import org.jspecify.annotations.Nullable;

/** The block of memory that the plans of one captured step on one device share: only one of them runs at a time. */
public final class Arena {
    /** For a block of so many bytes, memory that waits for reuse is given back first. */
    private static final long LARGE = 1 << 25;

    private final Allocator memory;
    private @Nullable Storage block;
    private int moves;

    /**
     * @param memory the device's
     */
    public Arena(Allocator memory) {
        this.memory = memory;
    }

    /** {@return the memory of the device on which the plans run} */
    public Allocator memory() {
        return memory;
    }

    /** Makes room. */
    void reserve(long bytes) {
        if (block == null || block.bytes() < bytes) {
            if (block != null) {
                block.release("its plan needed more");
                block = null;
            }
            if (bytes >= LARGE) {
                memory.trimDevice(); // what the steps before were made of is not needed any more
            }
            block = Scopes.outside(() -> memory.allocate(Math.max(bytes, 1024)));
            moves++;
        }
    }

    /** {@return a number that changes when the block gets another address} */
    int moves() {
        return moves;
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
