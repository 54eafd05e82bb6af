package fathom.device;

import java.lang.foreign.MemorySegment;

/**
 * The memory of one device: raw blocks, and copies to and from the host. Called concurrently by several threads.
 *
 * <p>Addresses belong to the device; the host may dereference them only if {@link #isHostAddressable}. On every device
 * they count bytes, so an address within a block is the block's start plus an offset; 0 is the null address.
 *
 * <p>Copies are ordered after the kernels and copies submitted to the device before them, and before those submitted
 * later. Where they are asynchronous, {@link #synchronize} waits for them.
 */
public interface DeviceMemory {

    /** {@return the maximum number of bytes that tensors may occupy here, in use or cached} */
    long limit();

    /** {@return the address of a 64-byte aligned block of uninitialised memory; 0 if there is no room} */
    long allocate(long bytes);

    /**
     * Frees a block once all work submitted to the device that uses it has completed.
     *
     * @param address as {@link #allocate} returned it
     * @param bytes the size passed to {@link #allocate}
     */
    void free(long address, long bytes);

    /**
     * {@return whether host code may read and write this memory through its addresses at any time; host reads and
     * writes of tensors then need no staging copy}
     */
    default boolean isHostAddressable() {
        return false;
    }

    /**
     * Copies from the host to an address on this device. The segment may be changed and freed as soon as this returns.
     */
    void copyFromHost(MemorySegment from, long to);

    /**
     * Copies from an address on this device to the host. The values have arrived after {@link #synchronize}, called by
     * any thread; until then the caller keeps the segment alive, which may be confined to its thread.
     */
    void copyToHost(long from, MemorySegment to);

    /** Copies between two non-overlapping ranges of this device. */
    void copy(long from, long to, long bytes);

    /**
     * Copies directly to another device, without staging through the host, where the two support it.
     *
     * @return whether the copy was done or queued; if not, the caller copies through the host
     */
    default boolean copyToPeer(long from, DeviceMemory other, long to, long bytes) {
        return false;
    }

    /** Waits until all work submitted to the device has completed. */
    default void synchronize() {}
}
