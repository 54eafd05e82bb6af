package fathom.cuda.driver;

import java.io.File;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Where NVIDIA's libraries are found: the folders of the system property {@code fathom.cuda.libraries} (separated as in
 * a class path), those of {@code CUDA_PATH} and {@code CUDA_HOME}, the usual ones, then wherever the system's loader
 * looks. They are loaded for the whole process, since they find each other by name.
 */
public final class CudaLibraries {
    private static final int RTLD_NOW = 2;
    private static final int RTLD_GLOBAL = 0x100;
    private static final Linker LINKER = Linker.nativeLinker();

    private CudaLibraries() {}

    /** {@return the folders to look in, those that exist} */
    public static List<Path> folders() {
        Set<String> names = new LinkedHashSet<>();
        for (String folder : System.getProperty("fathom.cuda.libraries", "").split(File.pathSeparator)) {
            names.add(folder.strip());
        }
        for (String variable : List.of("CUDA_PATH", "CUDA_HOME")) {
            String home = System.getenv(variable);
            if (home != null && !home.isBlank()) {
                names.add(home + "/lib64");
                names.add(home + "/lib");
            }
        }
        names.add("/usr/local/cuda/lib64");
        names.add("/usr/lib/x86_64-linux-gnu");
        List<Path> folders = new ArrayList<>();
        for (String name : names) {
            if (!name.isEmpty() && Files.isDirectory(Path.of(name))) {
                folders.add(Path.of(name));
            }
        }
        return folders;
    }

    /**
     * {@return the first of these libraries that can be loaded}
     *
     * @param names file names, the preferred first: {@code libnvrtc.so.13}
     */
    public static Optional<SymbolLookup> open(String... names) {
        for (String name : names) {
            for (Path folder : folders()) {
                Path file = folder.resolve(name);
                if (Files.exists(file)) {
                    var library = load(file.toString());
                    if (library.isPresent()) {
                        return library;
                    }
                }
            }
        }
        for (String name : names) {
            var library = load(name);
            if (library.isPresent()) {
                return library;
            }
        }
        return Optional.empty();
    }

    private static Optional<SymbolLookup> load(String name) {
        MethodHandle dlopen =
                LINKER.downcallHandle(
                        LINKER.defaultLookup().findOrThrow("dlopen"),
                        FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        MethodHandle dlsym =
                LINKER.downcallHandle(
                        LINKER.defaultLookup().findOrThrow("dlsym"),
                        FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
        try (var arena = Arena.ofConfined()) {
            long handle = (long) dlopen.invokeExact(arena.allocateFrom(name), RTLD_NOW | RTLD_GLOBAL);
            return handle == 0 ? Optional.empty() : Optional.of(symbol -> find(dlsym, handle, symbol));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    private static Optional<MemorySegment> find(MethodHandle dlsym, long handle, String symbol) {
        try (var arena = Arena.ofConfined()) {
            long address = (long) dlsym.invokeExact(handle, arena.allocateFrom(symbol));
            return address == 0 ? Optional.empty() : Optional.of(MemorySegment.ofAddress(address));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
