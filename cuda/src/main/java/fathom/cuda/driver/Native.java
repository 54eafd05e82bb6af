package fathom.cuda.driver;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;

/** Shorthands for calling C functions that take addresses, sizes and ints, and return an int. */
final class Native {
    static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;
    static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG;

    /** Pointers are passed as longs: most of them are the device's. */
    static final ValueLayout.OfLong POINTER = ValueLayout.JAVA_LONG;

    /** All memory, addressed absolutely. */
    static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private static final Linker LINKER = Linker.nativeLinker();

    private Native() {}

    /** {@return a function that returns a status} */
    static MethodHandle status(SymbolLookup library, String name, MemoryLayout... arguments) {
        return LINKER.downcallHandle(library.findOrThrow(name), FunctionDescriptor.of(INT, arguments));
    }

    /** {@return the text at an address, terminated by a zero} */
    static String text(long address) {
        return address == 0 ? "" : ALL.asSlice(address).getString(0);
    }

    /** {@return the address of a zeroed result of this many bytes} */
    static long result(Arena arena, long bytes) {
        return arena.allocate(bytes, 8).address();
    }

    static int getInt(long address) {
        return ALL.get(ValueLayout.JAVA_INT_UNALIGNED, address);
    }

    static long getLong(long address) {
        return ALL.get(ValueLayout.JAVA_LONG_UNALIGNED, address);
    }
}
