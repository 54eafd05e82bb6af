package fathom.memory;

import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import org.jspecify.annotations.Nullable;

/**
 * A block of native memory in use, and the weak reference that is cleared when its holder (a storage or a slab) becomes
 * unreachable. Blocks form a ring, which keeps these references reachable until then; the allocator's lock guards it.
 */
final class Block extends WeakReference<Object> {
    /** The block's allocator; null for the head of a ring. */
    private final @Nullable Allocator allocator;

    final long address;
    final int sizeClass;
    final boolean isSlab;

    /** Bytes that count as allocated since the last collection; fewer for memory owned by a scope. */
    long charged;

    private @Nullable Block next;
    private @Nullable Block previous;

    Block(
            Allocator allocator,
            Object holder,
            ReferenceQueue<Object> queue,
            long address,
            int sizeClass,
            boolean isSlab) {
        super(holder, queue);
        this.allocator = allocator;
        this.address = address;
        this.sizeClass = sizeClass;
        this.isSlab = isSlab;
    }

    private Block(Object holder) {
        super(holder);
        allocator = null;
        address = 0;
        sizeClass = 0;
        isSlab = false;
        next = this;
        previous = this;
    }

    /** {@return the head of an empty ring} */
    static Block ring() {
        return new Block(new Object());
    }

    /** Returns the block to its allocator. */
    void recycle() {
        if (allocator != null) {
            allocator.recycle(this);
        }
    }

    long bytes() {
        return SizeClasses.bytes(sizeClass);
    }

    /** Inserts this block into the ring of {@code head}. */
    void link(Block head) {
        Block after = head.next;
        next = after;
        previous = head;
        if (after != null) {
            after.previous = this;
        }
        head.next = this;
    }

    /**
     * Removes this block from its ring.
     *
     * @return false if it was in none
     */
    boolean unlink() {
        Block after = next;
        Block before = previous;
        if (after == null || before == null) {
            return false;
        }
        before.next = after;
        after.previous = before;
        next = null;
        previous = null;
        return true;
    }

    /** {@return whether this is memory of the machine itself} */
    boolean isOfHost() {
        return allocator != null && allocator.isHost();
    }
}
