package fathom.cuda.driver;

import static fathom.cuda.driver.Native.INT;
import static fathom.cuda.driver.Native.POINTER;

import fathom.FathomException;
import fathom.cuda.libraries.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * NVIDIA's run-time compiler, {@code libnvrtc}.
 *
 * @see <a href="https://docs.nvidia.com/cuda/nvrtc/">NVRTC</a>
 */
final class Nvrtc {
    private final SymbolLookup library;

    private Nvrtc(SymbolLookup library) {
        this.library = library;
    }

    /** {@return the compiler; null if there is none} */
    static @Nullable Nvrtc find() {
        var found = NativeLibrary.open("libnvrtc.so.13", "libnvrtc.so.12", "libnvrtc.so.11.2", "libnvrtc.so");
        return found == null ? null : new Nvrtc(found.symbols());
    }

    private int call(String name, MemoryLayout[] types, Object... arguments) {
        try {
            return (int) Native.status(library, name, types).invokeWithArguments(arguments);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static MemoryLayout[] types(MemoryLayout... types) {
        return types;
    }

    /** {@return its version: 13.0} */
    String version() {
        try (var arena = Arena.ofConfined()) {
            long major = Native.result(arena, 4);
            long minor = Native.result(arena, 4);
            int status = call("nvrtcVersion", types(POINTER, POINTER), major, minor);
            return status != 0 ? "unknown version" : Native.getInt(major) + "." + Native.getInt(minor);
        }
    }

    /**
     * {@return machine code}
     *
     * @param name of the kernel, for messages
     * @param text CUDA C++
     * @param contracts whether multiplications and additions may be fused
     * @param capability of the card: 90
     * @throws FathomException with the compiler's messages, if it does not compile
     */
    byte[] compile(String name, String text, boolean contracts, int capability) {
        try (var arena = Arena.ofConfined()) {
            long program = Native.result(arena, 8);
            check(
                    call(
                            "nvrtcCreateProgram",
                            types(POINTER, POINTER, POINTER, INT, POINTER, POINTER),
                            program,
                            arena.allocateFrom(text).address(),
                            arena.allocateFrom(name + ".cu").address(),
                            0,
                            0L,
                            0L),
                    "nvrtcCreateProgram");
            long handle = Native.getLong(program);
            try {
                List<String> options =
                        List.of(
                                "--gpu-architecture=sm_" + capability,
                                "--std=c++17",
                                "--device-as-default-execution-space",
                                "--fmad=" + contracts,
                                "-w");
                MemorySegment array = arena.allocate(ValueLayout.JAVA_LONG, options.size());
                for (int i = 0; i < options.size(); i++) {
                    array.setAtIndex(ValueLayout.JAVA_LONG, i, arena.allocateFrom(options.get(i)).address());
                }
                int status =
                        call(
                                "nvrtcCompileProgram",
                                types(POINTER, INT, POINTER),
                                handle,
                                options.size(),
                                array.address());
                if (status != 0) {
                    throw new FathomException(
                            "cuda: kernel %s does not compile for sm_%s:%n%s%n%s"
                                    .formatted(name, capability, log(arena, handle), text));
                }
                long size = Native.result(arena, 8);
                check(call("nvrtcGetCUBINSize", types(POINTER, POINTER), handle, size), "nvrtcGetCUBINSize");
                MemorySegment code = arena.allocate(Native.getLong(size), 16);
                check(call("nvrtcGetCUBIN", types(POINTER, POINTER), handle, code.address()), "nvrtcGetCUBIN");
                return code.toArray(ValueLayout.JAVA_BYTE);
            } finally {
                check(call("nvrtcDestroyProgram", types(POINTER), program), "nvrtcDestroyProgram");
            }
        }
    }

    private String log(Arena arena, long handle) {
        long size = Native.result(arena, 8);
        if (call("nvrtcGetProgramLogSize", types(POINTER, POINTER), handle, size) != 0) {
            return "(no log)";
        }
        MemorySegment log = arena.allocate(Math.max(1, Native.getLong(size)));
        return call("nvrtcGetProgramLog", types(POINTER, POINTER), handle, log.address()) != 0
                ? "(no log)"
                : log.getString(0);
    }

    private static void check(int status, String function) {
        if (status != 0) {
            throw new FathomException("cuda: %s failed with status %s".formatted(function, status));
        }
    }
}
