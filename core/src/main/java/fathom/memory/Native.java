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
 * Native memory by absolute address, and a window on all of it.
 *
 * <p>Blocks of {@value #MAPPED} bytes and more are mappings of their own, so that the operating system has them back
 * when they are freed, whatever the C library does with its heap; smaller ones are the C library's. Mappings that a
 * huge page fits into ask for huge pages: a first touch is a fifth as dear then, and unmapping a tenth.
 */
public final class Native {
    /** All of memory, to be addressed by absolute address: as fast as arrays, with no liveness check. */
    public static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    /** Blocks of at least so many bytes are mapped. */
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

    /** {@return the address of {@code bytes} fresh bytes, 64-byte aligned; 0 where there is no memory left} */
    public static long allocate(long bytes) {
        return MAPPING != null && bytes >= MAPPED ? MAPPING.map(bytes) : fromHeap(bytes);
    }

    /**
     * Gives memory back.
     *
     * @param address as {@link #allocate} returned it
     * @param bytes as they were asked for
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

    /** {@return {@code bytes} of memory from {@code address} on} */
    public static MemorySegment at(long address, long bytes) {
        return ALL.asSlice(address, bytes);
    }

    /** The functions of POSIX, with the numbers that Linux or macOS has for their flags. */
    private static final class Mapping {
        private static final int READ_WRITE = 3;
        private static final int PRIVATE = 2;
        private static final int MADV_HUGEPAGE = 14;
        private static final long FAILED = -1;

        /** A multiple of the size of pages on every system: mappings are cut at multiples of it. */
        private static final long PAGES = 1 << 16;

        private final MethodHandle mmap;
        private final MethodHandle munmap;

        /** Of Linux alone; elsewhere null. */
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

        /** {@return the functions; null on other systems, whose C library has all blocks} */
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
                // more than is needed, so that an aligned part of it can be kept
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
