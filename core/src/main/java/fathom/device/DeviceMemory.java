package fathom.device;

import java.lang.foreign.MemorySegment;

/**
 * The memory of one device: raw blocks, and copies to and from the host. It is called by several threads at a time.
 *
 * <p>Addresses are the device's own; the host may reach what lies behind them if {@link #isHostAddressable}. That they
 * are numbers of bytes, so that an address within a block is its start plus a distance, holds for all devices; 0 is the
 * address of nothing.
 *
 * <p>Copies take place after the kernels and copies that the device was given before, and before those that it is given
 * later. Where they are asynchronous {@link #synchronize} waits for them.
 */
public interface DeviceMemory {

    /** {@return the most bytes that tensors may take here, in use or kept for reuse} */
    long limit();

    /** {@return the address of so many bytes, 64-byte aligned, contents undefined; 0 where there is no room} */
    long allocate(long bytes);

    /**
     * Gives memory back, once what the device was given to do with it is done.
     *
     * @param address as {@link #allocate} returned it
     * @param bytes as they were asked for
     */
    void free(long address, long bytes);

    /**
     * {@return whether code on the host may read and write this memory by its addresses, at any time: then no copy is
     * made where values go in and out}
     */
    default boolean isHostAddressable() {
        return false;
    }

    /** Copies from the host to an address here. The segment may be changed and freed as soon as this returns. */
    void copyFromHost(MemorySegment from, long to);

    /**
     * Copies from an address here to the host. Its values are there after {@link #synchronize}, of any thread; until
     * then the caller keeps the segment, which may be confined to its thread, alive.
     */
    void copyToHost(long from, MemorySegment to);

    /** Copies from one address here to another; the ranges do not overlap. */
    void copy(long from, long to, long bytes);

    /**
     * Copies to another device without the host, where the two can.
     *
     * @return whether it was done, or will be; if not the copy goes by way of the host
     */
    default boolean copyToPeer(long from, DeviceMemory other, long to, long bytes) {
        return false;
    }

    /** Waits until the device has done all that it was given to do. */
    default void synchronize() {}
}
