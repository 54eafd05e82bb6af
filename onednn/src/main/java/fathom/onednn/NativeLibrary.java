package fathom.onednn;

import fathom.memory.Failures;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * oneDNN's library in this process, or the reason why it is not available. It is searched once, at the first request,
 * and a failure is reported only by {@link #status}.
 *
 * <p>System properties: {@code fathom.accelerator=none} disables it; {@code fathom.onednn.library} names a folder with
 * {@code libdnnl.so.3} and its {@code libgomp.so.1} (or the library itself), which is used instead of the artifact's.
 *
 * @param symbols the loaded library, or null
 * @param status a line for users: the version, or the reason why there is no library
 */
record NativeLibrary(@Nullable SymbolLookup symbols, String status) {

    private static final System.Logger LOG = System.getLogger(NativeLibrary.class.getName());
    private static final AtomicBoolean EXPECTED = new AtomicBoolean();

    private static final class Holder {
        static final NativeLibrary INSTANCE = findOnStack();
    }

    private static final class Usable {
        static final NativeLibrary INSTANCE = bindOnStack(get());
    }

    /** {@return the library of this process as loaded; functions may still be missing} */
    static NativeLibrary get() {
        return Holder.INSTANCE;
    }

    /**
     * {@return the library of this process, with all functions linked and its engine created; the first call takes 200
     * ms}
     */
    static NativeLibrary usable() {
        return Usable.INSTANCE;
    }

    /** Loads the library in the background. */
    static void announce() {
        if (EXPECTED.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("fathom-onednn").start(NativeLibrary::usable);
        }
    }

    /**
     * {@return whether the library is probably available, without loading it, so that programs without matrix products
     * need not wait}
     */
    static boolean isExpected() {
        return !isDisabled() && (!configured().isEmpty() || NativeCarrier.isHere());
    }

    private static boolean isDisabled() {
        return System.getProperty("fathom.accelerator", "").strip().equalsIgnoreCase("none");
    }

    private static String configured() {
        return System.getProperty("fathom.onednn.library", "").strip();
    }

    // These run on another thread and must be methods of this class, which is initialised: lambdas in Holder or Usable,
    // which are being initialised on this thread, would make the other thread wait for this one.

    private static NativeLibrary findOnStack() {
        return NativeStack.call(NativeLibrary::find);
    }

    private static NativeLibrary bindOnStack(NativeLibrary library) {
        return library.present() ? NativeStack.call(library::bind) : library;
    }

    private NativeLibrary bind() {
        try {
            OpenMp.leave(OpenMp.enter());
            Dnnl.destroyStream(Dnnl.createStream());
            return this;
        } catch (RuntimeException | LinkageError e) {
            var cause = e.getCause() == null ? e : e.getCause();
            return absent("its library does not work: " + firstLine(cause));
        }
    }

    boolean present() {
        return symbols != null;
    }

    private static NativeLibrary find() {
        if (isDisabled()) {
            return absent("switched off by fathom.accelerator=none");
        }
        try {
            var configured = configured();
            if (!configured.isEmpty()) {
                var path = Path.of(configured);
                return open(Files.isDirectory(path) ? path.resolve(NativeCarrier.LIBRARY) : path);
            }
            return loadCarried();
        } catch (NativeCarrier.Absent e) {
            return absent(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return absent("its library could not be extracted: " + e);
        } catch (RuntimeException | LinkageError e) {
            return absent("its library could not be opened: " + firstLine(e));
        }
    }

    /** Loads the artifact's library from the user's cache or, if that is impossible, from memory. */
    private static NativeLibrary loadCarried() throws NativeCarrier.Absent, IOException {
        String why;
        try {
            return open(NativeCarrier.extract(NativeCarrier.userCache()).resolve(NativeCarrier.LIBRARY));
        } catch (IOException e) {
            why = reason(e);
        } catch (IllegalArgumentException e) { // the folder forbids execution, or the file is not a library
            why = firstLine(e);
        }
        try {
            var paths = NativeCarrier.inMemory();
            var library =
                    open(Objects.requireNonNull(paths.get(NativeCarrier.LIBRARY)), paths.get(NativeCarrier.OPEN_MP));
            LOG.log(System.Logger.Level.INFO, "oneDNN is loaded into memory at each start: {0}", why);
            return new NativeLibrary(library.symbols(), library.status() + ", from memory: " + why);
        } catch (IOException | RuntimeException e) {
            String line = "%s; nor can it be kept in memory: %s".formatted(why, e.getMessage());
            LOG.log(System.Logger.Level.WARNING, "oneDNN is not used, Java computes alone, which is slower: {0}", line);
            return absent(line);
        }
    }

    private static String reason(IOException e) {
        return switch (e) {
            case AccessDeniedException f -> "no permission to write " + f.getFile();
            case FileSystemException f -> "%s cannot be written: %s".formatted(f.getFile(), f.getReason());
            default -> String.valueOf(e.getMessage());
        };
    }

    /**
     * Loads the library at a path, with OpenMP restricted to the calling thread: Fathom's own workers run the tasks (so
     * that results do not depend on their number), and a second, spinning thread pool would compete for the processors.
     */
    static NativeLibrary open(Path library) {
        if (!Files.isRegularFile(library)) {
            return absent("there is no file " + library);
        }
        return open(library, library.resolveSibling(NativeCarrier.OPEN_MP));
    }

    private static NativeLibrary open(Path library, @Nullable Path gomp) {
        var environment = new Environment();
        var threads = environment.replace("OMP_NUM_THREADS", "1");
        var waiting = environment.replace("OMP_WAIT_POLICY", "PASSIVE");
        try {
            if (gomp != null && Files.isRegularFile(gomp)) {
                // first, while the environment is set: OpenMP reads it only when it is loaded
                var unused = SymbolLookup.libraryLookup(gomp.toString(), Arena.global());
            }
            // by name, which the JDK does not resolve: a file in memory has no real path
            var symbols = SymbolLookup.libraryLookup(library.toString(), Arena.global());
            return new NativeLibrary(symbols, "oneDNN " + version(symbols));
        } finally {
            environment.restore("OMP_NUM_THREADS", threads);
            environment.restore("OMP_WAIT_POLICY", waiting);
        }
    }

    private static String version(SymbolLookup symbols) {
        var function =
                symbols.find("dnnl_version")
                        .orElseThrow(() -> new IllegalArgumentException("it has no function dnnl_version"));
        try {
            var version =
                    (MemorySegment)
                            Linker.nativeLinker()
                                    .downcallHandle(function, FunctionDescriptor.of(ValueLayout.ADDRESS))
                                    .invokeExact();
            var fields = version.reinterpret(12);
            int major = fields.getAtIndex(ValueLayout.JAVA_INT, 0);
            if (major != 3) {
                throw new IllegalArgumentException("expected version 3, got version " + major);
            }
            return major
                    + "."
                    + fields.getAtIndex(ValueLayout.JAVA_INT, 1)
                    + "."
                    + fields.getAtIndex(ValueLayout.JAVA_INT, 2);
        } catch (Throwable e) {
            throw Failures.unchecked(e);
        }
    }

    static NativeLibrary absent(String reason) {
        return new NativeLibrary(null, "oneDNN: not used, " + reason);
    }

    private static String firstLine(Throwable e) {
        var text = e.getMessage() == null ? e.toString() : e.getMessage();
        return text.lines().findFirst().orElse("") + " (" + e.getClass().getSimpleName().toLowerCase(Locale.ROOT) + ")";
    }

    /** The environment variables of the process, as native code reads them. */
    private static final class Environment {
        private final Linker linker = Linker.nativeLinker();

        /** Sets a variable; {@return its previous value, null if it was unset} */
        @Nullable String replace(String name, String value) {
            var old = System.getenv(name);
            set(name, value);
            return old;
        }

        void restore(String name, @Nullable String old) {
            set(name, old);
        }

        private void set(String name, @Nullable String value) {
            try (var arena = Arena.ofConfined()) {
                int ignored;
                if (value == null) {
                    ignored =
                            (int)
                                    linker.downcallHandle(
                                                    linker.defaultLookup().findOrThrow("unsetenv"),
                                                    FunctionDescriptor.of(ValueLayout.JAVA_INT, ValueLayout.ADDRESS))
                                            .invokeExact(arena.allocateFrom(name));
                } else {
                    ignored =
                            (int)
                                    linker.downcallHandle(
                                                    linker.defaultLookup().findOrThrow("setenv"),
                                                    FunctionDescriptor.of(
                                                            ValueLayout.JAVA_INT,
                                                            ValueLayout.ADDRESS,
                                                            ValueLayout.ADDRESS,
                                                            ValueLayout.JAVA_INT))
                                            .invokeExact(arena.allocateFrom(name), arena.allocateFrom(value), 1);
                }
            } catch (Throwable e) {
                throw Failures.unchecked(e);
            }
        }
    }
}
