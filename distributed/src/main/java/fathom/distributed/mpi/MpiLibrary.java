package fathom.distributed.mpi;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The C functions of an MPI library. Handles are passed as long whatever their size; buffers by address. Each function
 * must be called from the thread that called {@link #init}.
 */
public final class MpiLibrary {
    private static final int RTLD_NOW = 2;

    /** The value on Linux; macOS has 8. */
    private static final int RTLD_GLOBAL_LINUX = 0x100;

    private static final int RTLD_GLOBAL_MAC = 8;

    /** More than the longest text that any implementation returns. */
    private static final int LONGEST_TEXT = 8192;

    /** Bytes of memory for a handle that a function writes. */
    private static final long HANDLE = 8;

    private final Linker linker = Linker.nativeLinker();
    private final SymbolLookup symbols;
    private final MpiAbi abi;
    private final String version;
    private final Arena arena = Arena.ofShared();

    private final MethodHandle allReduce;
    private final MethodHandle broadcast;
    private final MethodHandle allGather;
    private final MethodHandle reduceScatter;
    private final MethodHandle allToAll;
    private final MethodHandle barrier;
    private final MethodHandle send;
    private final MethodHandle receive;
    private final MethodHandle test;

    /** An error that MPI returned. */
    public static final class Failure extends RuntimeException {
        private static final long serialVersionUID = 1;

        Failure(String message) {
            super(message);
        }
    }

    private MpiLibrary(SymbolLookup symbols, boolean standard) {
        this.symbols = symbols;
        this.version = libraryVersion();
        this.abi = MpiAbi.of(symbols, version, standard);
        MemoryLayout handle = abi.wide() ? JAVA_LONG : JAVA_INT;
        allReduce = handle("MPI_Iallreduce", JAVA_LONG, JAVA_LONG, JAVA_INT, handle, handle, handle, JAVA_LONG);
        broadcast = handle("MPI_Ibcast", JAVA_LONG, JAVA_INT, handle, JAVA_INT, handle, JAVA_LONG);
        allGather =
                handle("MPI_Iallgather", JAVA_LONG, JAVA_INT, handle, JAVA_LONG, JAVA_INT, handle, handle, JAVA_LONG);
        reduceScatter =
                handle("MPI_Ireduce_scatter_block", JAVA_LONG, JAVA_LONG, JAVA_INT, handle, handle, handle, JAVA_LONG);
        allToAll = handle("MPI_Ialltoall", JAVA_LONG, JAVA_INT, handle, JAVA_LONG, JAVA_INT, handle, handle, JAVA_LONG);
        barrier = handle("MPI_Ibarrier", handle, JAVA_LONG);
        send = handle("MPI_Isend", JAVA_LONG, JAVA_INT, handle, JAVA_INT, JAVA_INT, handle, JAVA_LONG);
        receive = handle("MPI_Irecv", JAVA_LONG, JAVA_INT, handle, JAVA_INT, JAVA_INT, handle, JAVA_LONG);
        test = handle("MPI_Test", JAVA_LONG, JAVA_LONG, JAVA_LONG);
    }

    // ---- loading ----------------------------------------------------------------------------------------------------

    /**
     * {@return the library, loaded with its symbols visible to the plugins that it opens}
     *
     * @throws UnsupportedOperationException if there is none, naming what was tried
     */
    public static MpiLibrary load() {
        var tried = new ArrayList<String>();
        for (String name : names()) {
            String problem = open(name);
            if (problem == null) {
                return new MpiLibrary(SymbolLookup.libraryLookup(name, Arena.global()), name.contains("libmpi_abi"));
            }
            tried.add(problem);
        }
        throw new UnsupportedOperationException(
                "no MPI library was found; install Open MPI (Debian: openmpi-bin) or MPICH, or name the library by -Dfathom.mpi=PATH. Tried: "
                        + String.join("; ", tried));
    }

    private static List<String> names() {
        String chosen = System.getProperty("fathom.mpi");
        if (chosen != null) {
            return List.of(chosen);
        }
        if (isMac()) {
            return List.of(
                    "/opt/homebrew/lib/libmpi.dylib",
                    "/usr/local/lib/libmpi.dylib",
                    "libmpi.40.dylib",
                    "libmpi.12.dylib",
                    "libmpi.dylib");
        }
        var mpich = List.of("libmpich.so.12", "libmpi.so.12", "libmpi_abi.so.0", "libmpi_abi.so");
        var openMpi = List.of("libmpi.so.40", "libmpi.so");
        var names = new ArrayList<String>();
        // the library must be that of the launcher, which tells its processes so
        boolean isHydra = System.getenv("PMI_RANK") != null && System.getenv("OMPI_COMM_WORLD_RANK") == null;
        names.addAll(isHydra ? mpich : openMpi);
        names.addAll(isHydra ? openMpi : mpich);
        return names;
    }

    private static boolean isMac() {
        return System.getProperty("os.name").toLowerCase(Locale.ROOT).contains("mac");
    }

    /** Opens the library globally: Open MPI's plugins refer to its symbols. {@return the problem; null for none} */
    private static @org.jspecify.annotations.Nullable String open(String name) {
        var linker = Linker.nativeLinker();
        SymbolLookup c = linker.defaultLookup();
        MethodHandle dlopen =
                linker.downcallHandle(c.findOrThrow("dlopen"), FunctionDescriptor.of(ADDRESS, ADDRESS, JAVA_INT));
        MethodHandle dlerror = linker.downcallHandle(c.findOrThrow("dlerror"), FunctionDescriptor.of(ADDRESS));
        try (Arena text = Arena.ofConfined()) {
            int flags = RTLD_NOW | (isMac() ? RTLD_GLOBAL_MAC : RTLD_GLOBAL_LINUX);
            MemorySegment opened = (MemorySegment) dlopen.invokeExact(text.allocateFrom(name), flags);
            if (opened.address() != 0) {
                return null;
            }
            MemorySegment why = (MemorySegment) dlerror.invokeExact();
            return why.address() == 0 ? name : why.reinterpret(LONGEST_TEXT).getString(0);
        } catch (Throwable e) {
            throw failed("dlopen", e);
        }
    }

    private String libraryVersion() {
        MethodHandle function = handle("MPI_Get_library_version", JAVA_LONG, JAVA_LONG);
        return text((text, length) -> (int) function.invokeExact(text, length));
    }

    /** A function that writes a text and its length. */
    @FunctionalInterface
    private interface TextFunction {
        int call(long text, long length) throws Throwable;
    }

    private static String text(TextFunction function) {
        try (Arena arena = Arena.ofConfined()) {
            MemorySegment text = arena.allocate(LONGEST_TEXT);
            MemorySegment length = arena.allocate(JAVA_INT);
            int code = function.call(text.address(), length.address());
            int n = Math.clamp(length.get(JAVA_INT, 0), 0, LONGEST_TEXT);
            byte[] bytes = new byte[code == 0 ? n : 0];
            MemorySegment.copy(text, java.lang.foreign.ValueLayout.JAVA_BYTE, 0, bytes, 0, bytes.length);
            return new String(bytes, StandardCharsets.UTF_8).replace("\0", "").strip();
        } catch (Throwable e) {
            throw failed("a text of MPI", e);
        }
    }

    /** {@return a function that returns an error code} */
    private MethodHandle handle(String name, MemoryLayout... arguments) {
        MemorySegment address =
                symbols.find(name)
                        .orElseThrow(() -> new UnsupportedOperationException("this MPI library has no " + name));
        return linker.downcallHandle(address, FunctionDescriptor.of(JAVA_INT, arguments));
    }

    // ---- functions --------------------------------------------------------------------------------------------------

    /** {@return the constants} */
    public MpiAbi abi() {
        return abi;
    }

    /** {@return the name and version of the library} */
    public String version() {
        return version.lines()
                .findFirst()
                .orElse(abi.name())
                .replaceFirst(",.*", "")
                .replaceFirst(" Version:\\s*", " ");
    }

    private MemoryLayout handleLayout() {
        return abi.wide() ? JAVA_LONG : JAVA_INT;
    }

    private Object handle(long value) {
        return abi.wide() ? (Object) value : (Object) (int) value;
    }

    /** Calls a function that is not called often. */
    private void call(String name, MethodHandle function, Object... arguments) {
        try {
            check(name, (int) function.invokeWithArguments(arguments));
        } catch (Failure e) {
            throw e;
        } catch (Throwable e) {
            throw failed(name, e);
        }
    }

    private static RuntimeException failed(String name, Throwable e) {
        return switch (e) {
            case RuntimeException r -> r;
            case Error error -> throw error;
            default -> new IllegalStateException(name, e);
        };
    }

    private void check(String name, int code) {
        if (code != 0) {
            MethodHandle function = handle("MPI_Error_string", JAVA_INT, JAVA_LONG, JAVA_LONG);
            throw new Failure(
                    "%s: %s".formatted(name, text((text, length) -> (int) function.invokeExact(code, text, length))));
        }
    }

    /** Initialises MPI: this thread is the one that calls all functions. Errors are returned from then on. */
    public void init() {
        MemorySegment provided = arena.allocate(JAVA_INT);
        call(
                "MPI_Init_thread",
                handle("MPI_Init_thread", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG),
                0L,
                0L,
                abi.funneled(),
                provided.address());
        returnErrors(abi.world());
    }

    private void returnErrors(long communicator) {
        call(
                "MPI_Comm_set_errhandler",
                handle("MPI_Comm_set_errhandler", handleLayout(), handleLayout()),
                handle(communicator),
                handle(abi.errorsReturn()));
    }

    /** {@return a copy of the communicator of all processes, whose messages no other communicator receives} */
    public long duplicateWorld() {
        MemorySegment out = arena.allocate(HANDLE, HANDLE);
        call("MPI_Comm_dup", handle("MPI_Comm_dup", handleLayout(), JAVA_LONG), handle(abi.world()), out.address());
        long made = abi.wide() ? out.get(JAVA_LONG, 0) : out.get(JAVA_INT, 0);
        returnErrors(made);
        return made;
    }

    /** {@return the number of this process} */
    public int rank() {
        return number("MPI_Comm_rank");
    }

    /** {@return the number of processes} */
    public int size() {
        return number("MPI_Comm_size");
    }

    private int number(String name) {
        MemorySegment out = arena.allocate(JAVA_INT);
        call(name, handle(name, handleLayout(), JAVA_LONG), handle(abi.world()), out.address());
        return out.get(JAVA_INT, 0);
    }

    /** Ends MPI; all processes must call it. */
    public void finish() {
        call("MPI_Finalize", handle("MPI_Finalize"));
    }

    /** Ends all processes of the job, this one included. */
    public void abort(int code) {
        call("MPI_Abort", handle("MPI_Abort", handleLayout(), JAVA_INT), handle(abi.world()), code);
    }

    /** {@return memory for a request} */
    public MemorySegment request() {
        return Arena.ofAuto().allocate(HANDLE, HANDLE);
    }

    /** Starts an all-reduce in place. */
    public void allReduce(long buffer, int count, MpiAbi.Type type, long op, long communicator, MemorySegment request) {
        long t = abi.type(type);
        try {
            int code =
                    abi.wide()
                            ? (int)
                                    allReduce.invokeExact(
                                            abi.inPlace(), buffer, count, t, op, communicator, request.address())
                            : (int)
                                    allReduce.invokeExact(
                                            abi.inPlace(),
                                            buffer,
                                            count,
                                            (int) t,
                                            (int) op,
                                            (int) communicator,
                                            request.address());
            check("MPI_Iallreduce", code);
        } catch (Throwable e) {
            throw failed("MPI_Iallreduce", e);
        }
    }

    /** Starts a broadcast. */
    public void broadcast(
            long buffer, int count, MpiAbi.Type type, int root, long communicator, MemorySegment request) {
        long t = abi.type(type);
        try {
            int code =
                    abi.wide()
                            ? (int) broadcast.invokeExact(buffer, count, t, root, communicator, request.address())
                            : (int)
                                    broadcast.invokeExact(
                                            buffer, count, (int) t, root, (int) communicator, request.address());
            check("MPI_Ibcast", code);
        } catch (Throwable e) {
            throw failed("MPI_Ibcast", e);
        }
    }

    /** Starts an all-gather of {@code count} elements of each process. */
    public void allGather(long in, long out, int count, MpiAbi.Type type, long communicator, MemorySegment request) {
        exchange("MPI_Iallgather", allGather, in, out, count, type, communicator, request);
    }

    /** Starts an all-to-all of {@code count} elements for each process. */
    public void allToAll(long in, long out, int count, MpiAbi.Type type, long communicator, MemorySegment request) {
        exchange("MPI_Ialltoall", allToAll, in, out, count, type, communicator, request);
    }

    private void exchange(
            String name,
            MethodHandle function,
            long in,
            long out,
            int count,
            MpiAbi.Type type,
            long communicator,
            MemorySegment request) {
        long t = abi.type(type);
        try {
            int code =
                    abi.wide()
                            ? (int) function.invokeExact(in, count, t, out, count, t, communicator, request.address())
                            : (int)
                                    function.invokeExact(
                                            in,
                                            count,
                                            (int) t,
                                            out,
                                            count,
                                            (int) t,
                                            (int) communicator,
                                            request.address());
            check(name, code);
        } catch (Throwable e) {
            throw failed(name, e);
        }
    }

    /** Starts a reduce-scatter, after which each process has {@code count} elements. */
    public void reduceScatter(
            long in, long out, int count, MpiAbi.Type type, long op, long communicator, MemorySegment request) {
        long t = abi.type(type);
        try {
            int code =
                    abi.wide()
                            ? (int) reduceScatter.invokeExact(in, out, count, t, op, communicator, request.address())
                            : (int)
                                    reduceScatter.invokeExact(
                                            in, out, count, (int) t, (int) op, (int) communicator, request.address());
            check("MPI_Ireduce_scatter_block", code);
        } catch (Throwable e) {
            throw failed("MPI_Ireduce_scatter_block", e);
        }
    }

    /** Starts a barrier. */
    public void barrier(long communicator, MemorySegment request) {
        try {
            int code =
                    abi.wide()
                            ? (int) barrier.invokeExact(communicator, request.address())
                            : (int) barrier.invokeExact((int) communicator, request.address());
            check("MPI_Ibarrier", code);
        } catch (Throwable e) {
            throw failed("MPI_Ibarrier", e);
        }
    }

    /** Starts sending a message. */
    public void send(
            long buffer, int count, MpiAbi.Type type, int to, int tag, long communicator, MemorySegment request) {
        message("MPI_Isend", send, buffer, count, type, to, tag, communicator, request);
    }

    /** Starts receiving a message. */
    public void receive(
            long buffer, int count, MpiAbi.Type type, int from, int tag, long communicator, MemorySegment request) {
        message("MPI_Irecv", receive, buffer, count, type, from, tag, communicator, request);
    }

    private void message(
            String name,
            MethodHandle function,
            long buffer,
            int count,
            MpiAbi.Type type,
            int peer,
            int tag,
            long communicator,
            MemorySegment request) {
        long t = abi.type(type);
        try {
            int code =
                    abi.wide()
                            ? (int) function.invokeExact(buffer, count, t, peer, tag, communicator, request.address())
                            : (int)
                                    function.invokeExact(
                                            buffer, count, (int) t, peer, tag, (int) communicator, request.address());
            check(name, code);
        } catch (Throwable e) {
            throw failed(name, e);
        }
    }

    /**
     * {@return whether an operation is complete}
     *
     * @param flag memory of an int
     */
    public boolean isDone(MemorySegment request, MemorySegment flag) {
        try {
            check("MPI_Test", (int) test.invokeExact(request.address(), flag.address(), abi.ignoredStatus()));
            return flag.get(JAVA_INT, 0) != 0;
        } catch (Throwable e) {
            throw failed("MPI_Test", e);
        }
    }
}
