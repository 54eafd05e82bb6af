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
 * oneDNN's library in this process: found and opened, or the reason why not. Looking for it happens once, at the first
 * question, and never fails with anything but an answer.
 *
 * <p>System properties: {@code fathom.accelerator=none} leaves it alone; {@code fathom.onednn.library} names a folder
 * that holds {@code libdnnl.so.3} and its {@code libgomp.so.1} (or the library itself) and is used in place of the
 * carried one.
 *
 * @param symbols the opened library, or null when there is none
 * @param status one line for people: the version, or the reason why there is none
 */
record NativeLibrary(@Nullable SymbolLookup symbols, String status) {

    private static final System.Logger LOG = System.getLogger(NativeLibrary.class.getName());
    private static final AtomicBoolean EXPECTED = new AtomicBoolean();

    private static final class Holder {
        static final NativeLibrary INSTANCE = found();
    }

    private static final class Usable {
        static final NativeLibrary INSTANCE = bound(get());
    }

    /** The library of this process, as opened; its functions may still be lacking. */
    static NativeLibrary get() {
        return Holder.INSTANCE;
    }

    /** The library of this process, with all functions that are called found and its engine made; takes 200 ms once. */
    static NativeLibrary usable() {
        return Usable.INSTANCE;
    }

    /** Has the library opened beside the program's work. */
    static void announce() {
        if (EXPECTED.compareAndSet(false, true)) {
            Thread.ofPlatform().daemon().name("fathom-onednn").start(NativeLibrary::usable);
        }
    }

    /** Whether it is worth trying: without opening it, which programs that multiply nothing need not wait for. */
    static boolean isExpected() {
        return !isOff() && (!given().isEmpty() || NativeCarrier.isHere());
    }

    private static boolean isOff() {
        return System.getProperty("fathom.accelerator", "").strip().equalsIgnoreCase("none");
    }

    private static String given() {
        return System.getProperty("fathom.onednn.library", "").strip();
    }

    // The bodies that run on another thread are methods of this class, which is initialised: those of Holder and Usable
    // are being initialised here, and that thread would wait for this one.

    private static NativeLibrary found() {
        return NativeStack.call(NativeLibrary::find);
    }

    private static NativeLibrary bound(NativeLibrary library) {
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
        if (isOff()) {
            return absent("switched off by fathom.accelerator=none");
        }
        try {
            var given = given();
            if (!given.isEmpty()) {
                var path = Path.of(given);
                return open(Files.isDirectory(path) ? path.resolve(NativeCarrier.LIBRARY) : path);
            }
            return carried();
        } catch (NativeCarrier.Absent e) {
            return absent(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            return absent("its library could not be extracted: " + e);
        } catch (RuntimeException | LinkageError e) {
            return absent("its library could not be opened: " + firstLine(e));
        }
    }

    /** The library that Fathom brings along: from the user's cache, or, where that does not go, from memory. */
    private static NativeLibrary carried() throws NativeCarrier.Absent, IOException {
        String why;
        try {
            return open(NativeCarrier.extract(NativeCarrier.userCache()).resolve(NativeCarrier.LIBRARY));
        } catch (IOException e) {
            why = reason(e);
        } catch (IllegalArgumentException e) { // what is there may not be executed, or is no library
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
     * Opens the library at a path, with OpenMP told to use the calling thread alone: work is divided among Fathom's own
     * workers (so that results do not depend on their number), and a second pool of threads, spinning while it waits,
     * would take the processors from the first.
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
                // first, while the environment is as it should be: it reads it when it is loaded and never again
                var unused = SymbolLookup.libraryLookup(gomp.toString(), Arena.global());
            }
            // by its name, which the JDK leaves as it is: a file in memory has no other, "real" path
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
                throw new IllegalArgumentException("version 3 is needed, this is " + major);
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

    /** The process's environment variables, as C sees them. */
    private static final class Environment {
        private final Linker linker = Linker.nativeLinker();

        /** Sets a variable and returns what it was (null if unset). */
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
