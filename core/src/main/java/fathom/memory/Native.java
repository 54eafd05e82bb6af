package fathom.memory;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Native memory by absolute address, and a segment that spans all of it.
 *
 * <p>Blocks of {@value #MAPPED} bytes and more are mapped individually, so that freeing them returns them to the
 * operating system at once, whatever the C library does with its heap; smaller ones are allocated by the C library.
 * Mappings large enough for a huge page request huge pages: a first touch then costs a fifth, and unmapping a tenth.
 */
public final class Native {
    /** A segment over all memory, addressed by absolute address: as fast as arrays, with no liveness check. */
    public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /** Minimum size in bytes of mapped blocks. */
    static final int MAPPED = 1 << 20;

    private static final long ALIGNMENT = 64;
    private static final long HUGE_PAGE = 1 << 21;
    private static final MethodHandle MALLOC;
    private static final MethodHandle FREE;
    private static final @Nullable Mapping MAPPING;

    static {
        var linker = Linker.nativeLinker();
        var c = linker.defaultLookup();
        MALLOC =
                linker.downcallHandle(
                        c.findOrThrow("malloc"), FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
        FREE = linker.downcallHandle(c.findOrThrow("free"), FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));
        MAPPING = Mapping.of(linker, c);
    }

    private Native() {}

    /** {@return the address of {@code bytes} uninitialised bytes, 64-byte aligned; 0 if there is no memory left} */
    public static long allocate(long bytes) {
        return MAPPING != null && bytes >= MAPPED ? MAPPING.map(bytes) : fromHeap(bytes);
    }

    /**
     * Frees a block.
     *
     * @param address as {@link #allocate} returned it
     * @param bytes the size passed to {@link #allocate}
     */
    public static void free(long address, long bytes) {
        if (MAPPING != null && bytes >= MAPPED) {
            MAPPING.unmap(address, bytes);
            return;
        }
        try {
            FREE.invokeExact(ALL.get(ValueLayout.JAVA_LONG, address - 8));
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }

    private static long fromHeap(long bytes) {
        try {
            long raw = (long) MALLOC.invokeExact(bytes + ALIGNMENT);
            if (raw == 0) {
                return 0;
            }
            long address = (raw + ALIGNMENT) & -ALIGNMENT; // at least 8 bytes above raw: malloc aligns to 16
            ALL.set(ValueLayout.JAVA_LONG, address - 8, raw);
            return address;
        } catch (Throwable t) {
            throw Failures.unchecked(t);
        }
    }

    /** {@return a segment of {@code bytes} bytes from {@code address} on} */
    public static MemorySegment at(long address, long bytes) {
        return ALL.asSlice(address, bytes);
    }

    /** POSIX memory mapping, with the flag values of Linux or macOS. */
    private static final class Mapping {
        private static final int READ_WRITE = 3;
        private static final int PRIVATE = 2;
        private static final int MADV_HUGEPAGE = 14;
        private static final long FAILED = -1;

        /** A multiple of the page size of every system: mappings are trimmed at multiples of it. */
        private static final long PAGES = 1 << 16;

        private final MethodHandle mmap;
        private final MethodHandle munmap;

        /** Null except on Linux. */
        private final @Nullable MethodHandle madvise;

        private final int anonymous;

        private Mapping(Linker linker, SymbolLookup c, boolean linux) {
            var number = ValueLayout.JAVA_INT;
            var size = ValueLayout.JAVA_LONG;
            mmap =
                    linker.downcallHandle(
                            c.findOrThrow("mmap"),
                            FunctionDescriptor.of(size, size, size, number, number, number, size));
            munmap = linker.downcallHandle(c.findOrThrow("munmap"), FunctionDescriptor.of(number, size, size));
            madvise =
                    linux
                            ? linker.downcallHandle(
                                    c.findOrThrow("madvise"), FunctionDescriptor.of(number, size, size, number))
                            : null;
            anonymous = linux ? 0x20 : 0x1000;
        }

        /** {@return the functions; null on other systems, where the C library allocates all blocks} */
        static @Nullable Mapping of(Linker linker, SymbolLookup c) {
            String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
            boolean linux = system.startsWith("linux");
            return (linux || system.startsWith("mac")) && ValueLayout.ADDRESS.byteSize() == 8
                    ? new Mapping(linker, c, linux)
                    : null;
        }

        long map(long size) {
            long bytes = whole(size);
            try {
                if (madvise == null || bytes < HUGE_PAGE) {
                    return anonymous(bytes);
                }
                // more than requested, so that an aligned part of it can be kept
                long start = anonymous(bytes + HUGE_PAGE);
                if (start == 0) {
                    return 0;
                }
                long aligned = start + HUGE_PAGE - 1 & -HUGE_PAGE;
                if (aligned > start) {
                    cut(start, aligned - start);
                }
                cut(aligned + bytes, start + HUGE_PAGE - aligned);
                int ignored = (int) madvise.invokeExact(aligned, bytes & -HUGE_PAGE, MADV_HUGEPAGE); // only advice
                return aligned;
            } catch (Throwable t) {
                throw Failures.unchecked(t);
            }
        }

        private long anonymous(long bytes) throws Throwable {
            long address = (long) mmap.invokeExact(0L, bytes, READ_WRITE, PRIVATE | anonymous, -1, 0L);
            return address == FAILED ? 0 : address;
        }

        private static long whole(long bytes) {
            return bytes + PAGES - 1 & -PAGES;
        }

        void unmap(long address, long bytes) {
            cut(address, whole(bytes));
        }

        private void cut(long address, long bytes) {
            if (bytes == 0) {
                return;
            }
            try {
                if ((int) munmap.invokeExact(address, bytes) != 0) {
                    throw new AssertionError(
                            String.format(Locale.ROOT, "munmap of %,d bytes at 0x%x failed", bytes, address));
                }
            } catch (Throwable t) {
                throw Failures.unchecked(t);
            }
        }
    }
}
