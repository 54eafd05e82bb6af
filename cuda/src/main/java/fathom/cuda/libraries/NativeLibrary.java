package fathom.cuda.libraries;

import java.io.File;
import java.io.IOException;
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
import org.jspecify.annotations.Nullable;

/**
 * A shared library of NVIDIA's, opened so that libraries opened later find its symbols. It is searched in the folders
 * of the system property {@code fathom.cuda.libraries} (a path list), in those of CUDA ({@code CUDA_HOME}, {@code
 * CUDA_PATH}, {@code /usr/local/cuda}), beside libraries of NVIDIA that are loaded already, and where the system looks
 * by itself.
 *
 * <p>Functions take and return numbers: addresses are {@code long}.
 */
public final class NativeLibrary {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final int NOW_AND_GLOBAL = 0x102;

    private final String file;
    private final long handle;

    private NativeLibrary(String file, long handle) {
        this.file = file;
        this.handle = handle;
    }

    /** Loaded where a library is first opened: other systems have no dlopen. */
    private static final class Loader {
        static final MethodHandle OPEN =
                LINKER.downcallHandle(
                        LINKER.defaultLookup().findOrThrow("dlopen"),
                        FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.ADDRESS, ValueLayout.JAVA_INT));
        static final MethodHandle SYMBOL =
                LINKER.downcallHandle(
                        LINKER.defaultLookup().findOrThrow("dlsym"),
                        FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.ADDRESS));
    }

    /**
     * {@return the first of these libraries that there is, such as {@code libcublasLt.so.13}; null if there is none}
     */
    public static @Nullable NativeLibrary open(String... names) {
        if (!System.getProperty("os.name", "").startsWith("Linux")) {
            return null;
        }
        Set<Path> folders = folders();
        for (String name : names) {
            for (Path folder : folders) {
                Path file = folder.resolve(name);
                if (Files.exists(file)) {
                    long handle = open(file.toString());
                    if (handle != 0) {
                        return new NativeLibrary(file.toString(), handle);
                    }
                }
            }
            long handle = open(name);
            if (handle != 0) {
                return new NativeLibrary(name, handle);
            }
        }
        return null;
    }

    private static long open(String file) {
        try (var arena = Arena.ofConfined()) {
            return (long) Loader.OPEN.invokeExact(arena.allocateFrom(file), NOW_AND_GLOBAL);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /** {@return the folders that are searched, whether they exist or not} */
    public static Set<Path> folders() {
        List<String> found =
                new ArrayList<>(List.of(System.getProperty("fathom.cuda.libraries", "").split(File.pathSeparator)));
        for (String variable : new String[] {"CUDA_HOME", "CUDA_PATH"}) {
            String home = System.getenv(variable);
            if (home != null && !home.isBlank()) {
                found.add(home + "/lib64");
                found.add(home + "/lib");
            }
        }
        found.add("/usr/local/cuda/lib64");
        found.addAll(besideLoaded());
        Set<Path> folders = new LinkedHashSet<>();
        for (String folder : found) {
            if (!folder.isBlank()) {
                folders.add(Path.of(folder.strip()));
            }
        }
        return folders;
    }

    /**
     * {@return the folders of NVIDIA's libraries in this process, and the other packages beside them in pip's layout}
     */
    private static List<String> besideLoaded() {
        List<String> folders = new ArrayList<>();
        try {
            for (String line : Files.readAllLines(Path.of("/proc/self/maps"))) {
                int at = line.indexOf('/');
                if (at < 0) {
                    continue;
                }
                Path file = Path.of(line.substring(at));
                String name = String.valueOf(file.getFileName());
                if (name.startsWith("libnvrtc") || name.startsWith("libcublas") || name.startsWith("libcudnn")) {
                    Path folder = file.getParent();
                    folders.add(String.valueOf(folder));
                    Path packages =
                            folder == null || folder.getParent() == null ? null : folder.getParent().getParent();
                    if (packages != null && packages.endsWith("nvidia")) {
                        folders.add(packages.resolve("cudnn/lib").toString());
                        folders.add(packages.resolve("cublas/lib").toString());
                    }
                }
            }
        } catch (IOException e) {
            return List.of(); // no such file here: nothing is known of what is loaded
        }
        return folders;
    }

    /** {@return the file, or its name if the system found it} */
    public String file() {
        return file;
    }

    /** {@return the library's symbols} */
    public SymbolLookup symbols() {
        return this::find;
    }

    /**
     * {@return a function}
     *
     * @throws IllegalStateException if the library has none of this name
     */
    MethodHandle function(String name, FunctionDescriptor type) {
        return LINKER.downcallHandle(
                find(name).orElseThrow(() -> new IllegalStateException(file + " has no function " + name)), type);
    }

    private Optional<MemorySegment> find(String name) {
        try (var arena = Arena.ofConfined()) {
            long address = (long) Loader.SYMBOL.invokeExact(handle, arena.allocateFrom(name));
            return address == 0 ? Optional.empty() : Optional.of(MemorySegment.ofAddress(address));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    /**
     * {@return a function that returns a status, an int}
     *
     * @param arguments one letter for each: {@code p} for an address or another number of 8 bytes, {@code i} for an
     *     int, {@code f} for a float
     */
    MethodHandle status(String name, String arguments) {
        var layouts =
                arguments
                        .chars()
                        .mapToObj(c ->
                                c == 'p'
                                        ? ValueLayout.JAVA_LONG
                                        : c == 'i'
                                                ? ValueLayout.JAVA_INT
                                                : (java.lang.foreign.MemoryLayout) ValueLayout.JAVA_FLOAT)
                        .toArray(java.lang.foreign.MemoryLayout[]::new);
        return function(name, FunctionDescriptor.of(ValueLayout.JAVA_INT, layouts));
    }

    static IllegalStateException unexpected(Throwable e) {
        return e instanceof IllegalStateException s ? s : new IllegalStateException(e);
    }

    /** {@return the text at an address} */
    static String text(long address) {
        return address == 0 ? "?" : MemorySegment.ofAddress(address).reinterpret(512).getString(0);
    }
}
