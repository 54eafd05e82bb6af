package fathom.onednn;

import fathom.memory.Failures;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * An anonymous file in memory with a path that is valid while this process lives (Linux): for machines without a
 * writable folder.
 */
final class MemoryFile {
    /** Closes the file in child processes. */
    private static final int CLOSE_ON_EXEC = 1;

    private MemoryFile() {}

    /**
     * {@return the path of a new file in memory}
     *
     * @param name its name in the process's list of mapped files
     * @throws IOException if the system does not support such files
     */
    static Path of(String name, InputStream contents) throws IOException {
        int descriptor = create(name);
        if (descriptor < 0) {
            throw new IOException("the system does not support files in memory");
        }
        Path path = Path.of("/proc/self/fd/" + descriptor);
        try (var out = Files.newOutputStream(path)) {
            contents.transferTo(out);
        }
        return path;
    }

    private static int create(String name) throws IOException {
        var linker = Linker.nativeLinker();
        MemorySegment function =
                linker.defaultLookup()
                        .find("memfd_create")
                        .orElseThrow(() -> new IOException("the system's C library has no memfd_create"));
        try (var arena = Arena.ofConfined()) {
            return (int)
                    linker.downcallHandle(
                                    function,
                                    FunctionDescriptor.of(
                                            ValueLayout.JAVA_INT, ValueLayout.ADDRESS, ValueLayout.JAVA_INT))
                            .invokeExact(arena.allocateFrom(name), CLOSE_ON_EXEC);
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw Failures.unchecked(e);
        }
    }
}
