package fathom.testkit;

import fathom.device.DeviceMemory;
import fathom.device.DeviceType;
import fathom.memory.Native;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Two devices whose memory the host cannot access, for tests: their addresses are those of ordinary memory with the
 * uppermost bit set, where nothing can be mapped, so a read through {@link Native#ALL} is an exception. Values are
 * transferred only by copies, and those to the host arrive only at {@link DeviceMemory#synchronize}: earlier reads see
 * the old contents. With the system property {@code fathom.device=untouchable} all tests run here.
 */
public final class UntouchableDevice implements DeviceType {
    /** Added to addresses. */
    private static final long OFFSET = Long.MIN_VALUE;

    /** For the service loader. */
    public UntouchableDevice() {}

    /** {@return the host address for a device address} */
    static long real(long address) {
        return address - OFFSET;
    }

    @Override
    public String name() {
        return "untouchable";
    }

    @Override
    public int count() {
        return 2;
    }

    @Override
    public int preference() {
        return -1;
    }

    @Override
    public DeviceMemory open(int index) {
        return new Memory();
    }

    private static final class Memory implements DeviceMemory {
        private record Delivery(byte[] values, MemorySegment to) {}

        private final List<Delivery> pending = new ArrayList<>();

        @Override
        public long limit() {
            return 4L << 30;
        }

        @Override
        public long allocate(long bytes) {
            long address = Native.allocate(bytes);
            return address == 0 ? 0 : address + OFFSET;
        }

        @Override
        public void free(long address, long bytes) {
            Native.free(real(address), bytes);
        }

        @Override
        public void copyFromHost(MemorySegment from, long to) {
            Native.at(real(to), from.byteSize()).copyFrom(from);
        }

        @Override
        public void copyToHost(long from, MemorySegment to) {
            byte[] values = Native.at(real(from), to.byteSize()).toArray(ValueLayout.JAVA_BYTE);
            // any thread that synchronizes first delivers the values, and the segment may be confined to this one
            MemorySegment target = to.isNative() ? Native.at(to.address(), to.byteSize()) : to;
            synchronized (pending) {
                pending.add(new Delivery(values, target));
            }
        }

        @Override
        public void copy(long from, long to, long bytes) {
            MemorySegment.copy(Native.ALL, real(from), Native.ALL, real(to), bytes);
        }

        @Override
        public void synchronize() {
            synchronized (pending) {
                for (Delivery d : pending) {
                    d.to.copyFrom(MemorySegment.ofArray(d.values));
                }
                pending.clear();
            }
        }
    }
}
