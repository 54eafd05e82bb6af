package fathom.memory;

import fathom.device.DeviceMemory;
import java.lang.foreign.MemorySegment;

/** The memory of this process, whose limit all CPU devices share. */
final class HostMemory implements DeviceMemory {
    static final HostMemory INSTANCE = new HostMemory();

    private HostMemory() {}

    @Override
    public long limit() {
        return Limits.held();
    }

    @Override
    public long allocate(long bytes) {
        return Native.allocate(bytes);
    }

    @Override
    public void free(long address, long bytes) {
        Native.free(address, bytes);
    }

    @Override
    public boolean isHostAddressable() {
        return true;
    }

    @Override
    public void copyFromHost(MemorySegment from, long to) {
        Native.at(to, from.byteSize()).copyFrom(from);
    }

    @Override
    public void copyToHost(long from, MemorySegment to) {
        to.copyFrom(Native.at(from, to.byteSize()));
    }

    @Override
    public void copy(long from, long to, long bytes) {
        MemorySegment.copy(Native.ALL, from, Native.ALL, to, bytes);
    }
}
