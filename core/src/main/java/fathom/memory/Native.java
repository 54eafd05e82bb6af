package fathom.memory;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Plain native memory by absolute address: the C library's {@code malloc} family, and a window on everything. */
public final class Native {
    /** All of memory, to be addressed by absolute address: as fast as arrays, with no liveness check. */
    public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final long ALIGNMENT = 64;
    private static final MethodHandle MALLOC;
    private static final MethodHandle FREE;

    static {
        var linker = Linker.nativeLinker();
        var c = linker.defaultLookup();
        MALLOC =
                linker.downcallHandle(
                        c.findOrThrow("malloc"), FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
        FREE = linker.downcallHandle(c.findOrThrow("free"), FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));
        Arena.global();
        c.find("mallopt").ifPresent(Native::keepLargeBlocksApart);
    }

    private Native() {}

    /**
     * Has the C library map blocks of a megabyte or more on their own, so that the operating system has them back when
     * they are freed. By itself it raises that limit up to 32 MB.
     */
    private static void keepLargeBlocksApart(MemorySegment mallopt) {
        int mapThreshold = -3; // M_MMAP_THRESHOLD of glibc, the only library with this function
        var type = FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.JAVA_INT, ValueLayout.JAVA_INT);
        try {
            int unused = (int) Linker.nativeLinker().downcallHandle(mallopt, type).invokeExact(mapThreshold, 1 << 20);
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** {@return the address of {@code bytes} fresh bytes, 64-byte aligned; 0 where there is no memory left} */
    static long allocate(long bytes) {
        try {
            long raw = (long) MALLOC.invokeExact(bytes + ALIGNMENT);
            if (raw == 0) {
                return 0;
            }
            long address = (raw + ALIGNMENT) & -ALIGNMENT; // at least 8 bytes above raw: malloc aligns to 16
            ALL.set(ValueLayout.JAVA_LONG, address - 8, raw);
            return address;
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** Gives memory back to the C library. */
    static void free(long address) {
        try {
            FREE.invokeExact(ALL.get(ValueLayout.JAVA_LONG, address - 8));
        } catch (Throwable t) {
            throw new AssertionError(t);
        }
    }

    /** {@return {@code bytes} of memory from {@code address} on} */
    public static MemorySegment at(long address, long bytes) {
        return ALL.asSlice(address, bytes);
    }
}
