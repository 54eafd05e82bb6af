package fathom.testkit;

import fathom.device.DeviceMemory;
import fathom.device.DeviceType;
import fathom.memory.Native;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;

/**
 * Two devices whose memory the host cannot touch, for tests: addresses are those of ordinary memory with the uppermost
 * bit set, where nothing can be mapped, and reading there by {@link Native#ALL} is an exception. Values go in and out
 * by copies alone, and those that go out arrive only at {@link DeviceMemory#synchronize}: whoever looks before sees
 * what was there. With the system property {@code fathom.device=untouchable} all tests run here.
 */
public final class UntouchableDevice implements DeviceType {
    /** Added to addresses. */
    private static final long APART = Long.MIN_VALUE;

    /** Found as a service. */
    public UntouchableDevice() {}

    /** {@return the address, as the host knows it, of an address on the device} */
    static long real(long address) {
        return address - APART;
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

        private final List<Delivery> under = new ArrayList<>();

        @Override
        public long limit() {
            return 4L << 30;
        }

        @Override
        public long allocate(long bytes) {
            long address = Native.allocate(bytes);
            return address == 0 ? 0 : address + APART;
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
            // whichever thread synchronizes first delivers, and the segment may be confined to this one
            MemorySegment target = to.isNative() ? Native.at(to.address(), to.byteSize()) : to;
            synchronized (under) {
                under.add(new Delivery(values, target));
            }
        }

        @Override
        public void copy(long from, long to, long bytes) {
            MemorySegment.copy(Native.ALL, real(from), Native.ALL, real(to), bytes);
        }

        @Override
        public void synchronize() {
            synchronized (under) {
                for (Delivery d : under) {
                    d.to.copyFrom(MemorySegment.ofArray(d.values));
                }
                under.clear();
            }
        }
    }
}
