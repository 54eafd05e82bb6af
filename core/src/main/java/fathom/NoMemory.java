package fathom;

import fathom.device.DeviceMemory;
import java.lang.foreign.MemorySegment;

/** The memory of {@link Device#META}: none. Its storages reject every use before it gets here. */
final class NoMemory implements DeviceMemory {
    static final NoMemory INSTANCE = new NoMemory();

    private NoMemory() {}

    private static IllegalStateException none() {
        return new IllegalStateException("device meta has no memory");
    }

    @Override
    public long limit() {
        return 0;
    }

    @Override
    public long allocate(long bytes) {
        throw none();
    }

    @Override
    public void free(long address, long bytes) {
        throw none();
    }

    /** True, so that reading a value reaches the storage, whose error says what to do. */
    @Override
    public boolean isHostAddressable() {
        return true;
    }

    @Override
    public void copyFromHost(MemorySegment from, long to) {
        throw none();
    }

    @Override
    public void copyToHost(long from, MemorySegment to) {
        throw none();
    }

    @Override
    public void copy(long from, long to, long bytes) {
        throw none();
    }
}
