package fathom.memory;

import fathom.device.DeviceMemory;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** Copies between the memories of devices, and between a device and the host. */
public final class Transfers {
    /** Maximum bytes staged through the host at a time. */
    private static final long CHUNK = 1L << 24;

    private Transfers() {}

    /** Copies to the host, and waits until the values have arrived. */
    public static void toHost(Allocator from, long address, MemorySegment to) {
        DeviceMemory memory = from.memory();
        memory.copyToHost(address, to);
        memory.synchronize();
    }

    /** Copies from the host, whose memory may be changed as soon as this returns. */
    public static void fromHost(MemorySegment from, Allocator to, long address) {
        to.memory().copyFromHost(from, address);
    }

    /**
     * Copies between two devices, or within one. The values have arrived once both have been {@linkplain
     * DeviceMemory#synchronize synchronized}.
     *
     * @return whether the copy may still read or write host memory when this returns
     */
    public static boolean copy(Allocator from, long source, Allocator to, long target, long bytes) {
        DeviceMemory there = from.memory();
        DeviceMemory here = to.memory();
        if (bytes == 0) {
            return false;
        }
        if (there == here) {
            here.copy(source, target, bytes);
        } else if (from.isHostAddressable()) {
            there.synchronize();
            here.copyFromHost(Native.at(source, bytes), target);
        } else if (to.isHostAddressable()) {
            here.synchronize();
            there.copyToHost(source, Native.at(target, bytes));
            return true;
        } else if (!there.copyToPeer(source, here, target, bytes)) {
            throughHost(from, source, to, target, bytes);
        }
        return false;
    }

    private static void throughHost(Allocator from, long source, Allocator to, long target, long bytes) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment room = arena.allocate(Math.min(bytes, CHUNK), 64);
            for (long done = 0; done < bytes; done += CHUNK) {
                MemorySegment part = room.asSlice(0, Math.min(CHUNK, bytes - done));
                toHost(from, source + done, part);
                fromHost(part, to, target + done);
            }
        }
    }
}
