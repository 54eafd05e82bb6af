package fathom.cuda.driver;

import static fathom.cuda.driver.Native.INT;
import static fathom.cuda.driver.Native.LONG;
import static fathom.cuda.driver.Native.POINTER;

import fathom.FathomException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;

/**
 * The functions of NVIDIA's driver, {@code libcuda.so.1}, that are used. Each throws a {@link FathomException} that
 * names the function and the driver's error, unless stated otherwise.
 *
 * @see <a href="https://docs.nvidia.com/cuda/cuda-driver-api/">CUDA driver API</a>
 */
final class Driver {
    static final int OUT_OF_MEMORY = 2;

    /** Attributes of devices ({@code CUdevice_attribute}). */
    static final int MULTIPROCESSORS = 16;

    static final int CAPABILITY_MAJOR = 75;
    static final int CAPABILITY_MINOR = 76;
    static final int SHARED_MEMORY_PER_BLOCK = 97;

    private static final int MAX_DYNAMIC_SHARED_BYTES = 8;
    private static final int STREAM_NON_BLOCKING = 1;
    private static final int CAPTURE_THREAD_LOCAL = 1;

    private final SymbolLookup library;
    private final MethodHandle setCurrent;
    private final MethodHandle launch;
    private final MethodHandle alloc;
    private final MethodHandle free;
    private final MethodHandle copyIn;
    private final MethodHandle copyOut;
    private final MethodHandle copyWithin;
    private final MethodHandle memset;
    private final MethodHandle streamSynchronize;
    private final MethodHandle graphLaunch;

    Driver(SymbolLookup library) {
        this.library = library;
        setCurrent = function("cuCtxSetCurrent", POINTER);
        launch = function("cuLaunchKernel", POINTER, INT, INT, INT, INT, INT, INT, INT, POINTER, POINTER, POINTER);
        alloc = function("cuMemAlloc_v2", POINTER, LONG);
        free = function("cuMemFree_v2", LONG);
        copyIn = function("cuMemcpyHtoDAsync_v2", LONG, POINTER, LONG, POINTER);
        copyOut = function("cuMemcpyDtoHAsync_v2", POINTER, LONG, LONG, POINTER);
        copyWithin = function("cuMemcpyDtoDAsync_v2", LONG, LONG, LONG, POINTER);
        memset = function("cuMemsetD8Async", LONG, Native.INT, LONG, POINTER);
        streamSynchronize = function("cuStreamSynchronize", POINTER);
        graphLaunch = function("cuGraphLaunch", POINTER, POINTER);
    }

    private MethodHandle function(String name, MemoryLayout... arguments) {
        return Native.status(library, name, arguments);
    }

    /** Throws if a status is an error. */
    void check(String function, int status) {
        if (status != 0) {
            throw new FathomException("cuda: %s failed: %s".formatted(function, error(status)));
        }
    }

    private String error(int status) {
        try (var arena = Arena.ofConfined()) {
            long name = Native.result(arena, 8);
            long text = Native.result(arena, 8);
            int a = (int) function("cuGetErrorName", INT, POINTER).invokeExact(status, name);
            int b = (int) function("cuGetErrorString", INT, POINTER).invokeExact(status, text);
            return a != 0 || b != 0
                    ? "error " + status
                    : Native.text(Native.getLong(name)) + " (" + Native.text(Native.getLong(text)) + ")";
        } catch (Throwable e) {
            return "error " + status;
        }
    }

    private static RuntimeException unexpected(Throwable e) {
        if (e instanceof RuntimeException r) {
            return r;
        }
        if (e instanceof Error r) {
            throw r;
        }
        return new IllegalStateException(e);
    }

    /** A function that is called rarely, with a result of 4 or 8 bytes as its first argument. */
    private long get(String name, int bytes, MemoryLayout[] types, Object... arguments) {
        try (var arena = Arena.ofConfined()) {
            long result = Native.result(arena, 8);
            var all = new MemoryLayout[types.length + 1];
            var values = new Object[all.length];
            all[0] = POINTER;
            values[0] = result;
            System.arraycopy(types, 0, all, 1, types.length);
            System.arraycopy(arguments, 0, values, 1, arguments.length);
            check(name, (int) function(name, all).invokeWithArguments(values));
            return bytes == 4 ? Native.getInt(result) : Native.getLong(result);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private void call(String name, MemoryLayout[] types, Object... arguments) {
        try {
            check(name, (int) function(name, types).invokeWithArguments(arguments));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    private static MemoryLayout[] types(MemoryLayout... types) {
        return types;
    }

    // ---- devices and contexts

    void init() {
        call("cuInit", types(INT), 0);
    }

    /** {@return the version of CUDA that the driver supports, such as 13000} */
    int version() {
        return (int) get("cuDriverGetVersion", 4, types());
    }

    int deviceCount() {
        return (int) get("cuDeviceGetCount", 4, types());
    }

    int device(int ordinal) {
        return (int) get("cuDeviceGet", 4, types(INT), ordinal);
    }

    int attribute(int attribute, int device) {
        return (int) get("cuDeviceGetAttribute", 4, types(INT, INT), attribute, device);
    }

    long totalMemory(int device) {
        return get("cuDeviceTotalMem_v2", 8, types(INT), device);
    }

    String name(int device) {
        try (var arena = Arena.ofConfined()) {
            long text = Native.result(arena, 256);
            call("cuDeviceGetName", types(POINTER, INT, INT), text, 255, device);
            return Native.text(text);
        }
    }

    long retainPrimaryContext(int device) {
        return get("cuDevicePrimaryCtxRetain", 8, types(INT), device);
    }

    /** Makes a context current on this thread. */
    void setCurrent(long context) {
        try {
            check("cuCtxSetCurrent", (int) setCurrent.invokeExact(context));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    long createStream() {
        return get("cuStreamCreate", 8, types(INT), STREAM_NON_BLOCKING);
    }

    // ---- memory

    /** {@return an address; 0 if there is no room} */
    long allocate(long bytes) {
        try (var arena = Arena.ofConfined()) {
            long result = Native.result(arena, 8);
            int status = (int) alloc.invokeExact(result, bytes);
            if (status == OUT_OF_MEMORY) {
                return 0;
            }
            check("cuMemAlloc of " + bytes + " bytes", status);
            return Native.getLong(result);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    void free(long address) {
        try {
            check("cuMemFree", (int) free.invokeExact(address));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    void copyFromHost(long host, long to, long bytes, long stream) {
        try {
            check("cuMemcpyHtoDAsync", (int) copyIn.invokeExact(to, host, bytes, stream));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    void copyToHost(long from, long host, long bytes, long stream) {
        try {
            check("cuMemcpyDtoHAsync", (int) copyOut.invokeExact(host, from, bytes, stream));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    void copy(long from, long to, long bytes, long stream) {
        try {
            check("cuMemcpyDtoDAsync", (int) copyWithin.invokeExact(to, from, bytes, stream));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    void fill(long address, int value, long bytes, long stream) {
        try {
            check("cuMemsetD8Async", (int) memset.invokeExact(address, value & 0xff, bytes, stream));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    void synchronize(long stream) {
        try {
            check("cuStreamSynchronize", (int) streamSynchronize.invokeExact(stream));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    // ---- kernels

    /**
     * {@return the function {@code name} of a module}
     *
     * @param image the address of machine code (cubin) or PTX
     * @param sharedBytes the largest dynamic shared memory that launches will ask for
     */
    long function(long image, String name, int sharedBytes) {
        long module = get("cuModuleLoadData", 8, types(POINTER), image);
        try (var arena = Arena.ofConfined()) {
            long function =
                    get("cuModuleGetFunction", 8, types(POINTER, POINTER), module, arena.allocateFrom(name).address());
            if (sharedBytes > 0) {
                call("cuFuncSetAttribute", types(POINTER, INT, INT), function, MAX_DYNAMIC_SHARED_BYTES, sharedBytes);
            }
            return function;
        }
    }

    /** {@return the status of the launch of a kernel; {@code parameters} is the address of the array of pointers} */
    int launch(long function, int[] grid, int[] block, int sharedBytes, long stream, long parameters) {
        try {
            return (int)
                    launch.invokeExact(
                            function,
                            grid[0],
                            grid[1],
                            grid[2],
                            block[0],
                            block[1],
                            block[2],
                            sharedBytes,
                            stream,
                            parameters,
                            0L);
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    // ---- graphs

    void beginCapture(long stream) {
        call("cuStreamBeginCapture_v2", types(POINTER, INT), stream, CAPTURE_THREAD_LOCAL);
    }

    /** {@return the graph of what was submitted since {@link #beginCapture}} */
    long endCapture(long stream) {
        try (var arena = Arena.ofConfined()) {
            long graph = Native.result(arena, 8);
            call("cuStreamEndCapture", types(POINTER, POINTER), stream, graph);
            return Native.getLong(graph);
        }
    }

    long instantiate(long graph) {
        long executable = get("cuGraphInstantiateWithFlags", 8, types(POINTER, LONG), graph, 0L);
        call("cuGraphDestroy", types(POINTER), graph);
        return executable;
    }

    void launchGraph(long executable, long stream) {
        try {
            check("cuGraphLaunch", (int) graphLaunch.invokeExact(executable, stream));
        } catch (Throwable e) {
            throw unexpected(e);
        }
    }

    void destroyGraph(long executable) {
        call("cuGraphExecDestroy", types(POINTER), executable);
    }
}
