package fathom.cuda.driver;

import fathom.FathomException;
import fathom.cuda.gpu.FunctionCache;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFunction;
import fathom.cuda.gpu.KernelSource;
import fathom.cuda.gpu.Launch;
import fathom.cuda.libraries.NativeLibrary;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Cleaner;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A GPU of this machine. All work goes to one stream. Contexts are current per thread of the operating system, and a
 * virtual thread may be on another one at each call, so each method makes its context current first: some 20 ns.
 */
public final class DriverGpu implements Gpu {
    private static final Cleaner CLEANER = Cleaner.create();
    private static final int MAX_ARGUMENT_BYTES = 4096;

    /** The driver of this process, or why there is none. */
    private record Found(@Nullable Driver driver, int count, String status) {}

    private static final class Holder {
        static final Found FOUND = find();

        private static Found find() {
            try {
                var library = NativeLibrary.open("libcuda.so.1", "libcuda.so");
                if (library == null) {
                    return new Found(null, 0, "no NVIDIA driver (libcuda.so.1 was not found)");
                }
                var driver = new Driver(library.symbols());
                driver.init();
                int count = driver.deviceCount();
                int version = driver.version();
                return new Found(
                        driver,
                        count,
                        "%s device%s, driver for CUDA %s.%s"
                                .formatted(count, count == 1 ? "" : "s", version / 1000, version % 1000 / 10));
            } catch (RuntimeException | LinkageError e) {
                return new Found(null, 0, "the NVIDIA driver cannot be used: " + e.getMessage());
            }
        }
    }

    /** The functions of one compiled kernel. */
    private record Compiled(String name, long address) implements KernelFunction {}

    private final Driver driver;
    private final Properties properties;
    private final long context;
    private final long stream;
    private final KernelCompiler compiler;
    private final FunctionCache functions = new FunctionCache(this::compile);
    private final Object lock = new Object();

    /** Memory for the arguments of a launch, used while holding the lock: the driver copies them. */
    private final MemorySegment arguments = Arena.global().allocate(MAX_ARGUMENT_BYTES, 16);

    private final long parameters;
    private final List<Long> retired = new ArrayList<>();
    private long scratch;
    private long scratchBytes;

    private DriverGpu(Driver driver, int index) {
        this.driver = driver;
        int device = driver.device(index);
        int capability =
                driver.attribute(Driver.CAPABILITY_MAJOR, device) * 10
                        + driver.attribute(Driver.CAPABILITY_MINOR, device);
        properties =
                new Properties(
                        driver.name(device),
                        driver.attribute(Driver.MULTIPROCESSORS, device),
                        capability,
                        driver.attribute(Driver.SHARED_MEMORY_PER_BLOCK, device),
                        driver.totalMemory(device));
        compiler = new KernelCompiler(capability);
        context = driver.retainPrimaryContext(device);
        driver.setCurrent(context);
        stream = driver.createStream();
        MemorySegment array = Arena.global().allocate(8, 8);
        array.set(ValueLayout.JAVA_LONG, 0, arguments.address());
        parameters = array.address();
    }

    /** {@return the number of GPUs; 0 if there is no driver} */
    public static int count() {
        return Holder.FOUND.count;
    }

    /** {@return what there is, in one line} */
    public static String status() {
        return Holder.FOUND.status;
    }

    /** {@return a GPU} */
    public static Gpu open(int index) {
        Driver driver = Holder.FOUND.driver;
        if (driver == null) {
            throw new FathomException("cuda: " + Holder.FOUND.status);
        }
        return new DriverGpu(driver, index);
    }

    @Override
    public void enter() {
        driver.setCurrent(context);
    }

    @Override
    public long stream() {
        return stream;
    }

    @Override
    public boolean hasLibraries() {
        return true;
    }

    @Override
    public Properties properties() {
        return properties;
    }

    @Override
    public long allocate(long bytes) {
        enter();
        return driver.allocate(bytes);
    }

    @Override
    public void free(long address) {
        enter();
        driver.synchronize(stream);
        driver.free(address);
    }

    /** Where the segment is pageable, the driver stages it before it returns; Java's arrays are staged here. */
    @Override
    public void copyFromHost(MemorySegment from, long to) {
        enter();
        if (from.isNative()) {
            driver.copyFromHost(from.address(), to, from.byteSize(), stream);
        } else {
            try (var arena = Arena.ofConfined()) {
                MemorySegment staged = arena.allocate(from.byteSize(), 64).copyFrom(from);
                driver.copyFromHost(staged.address(), to, staged.byteSize(), stream);
                driver.synchronize(stream);
            }
        }
    }

    @Override
    public void copyToHost(long from, MemorySegment to) {
        enter();
        if (to.isNative()) {
            driver.copyToHost(from, to.address(), to.byteSize(), stream);
        } else {
            try (var arena = Arena.ofConfined()) {
                MemorySegment staged = arena.allocate(to.byteSize(), 64);
                driver.copyToHost(from, staged.address(), staged.byteSize(), stream);
                driver.synchronize(stream);
                to.copyFrom(staged);
            }
        }
    }

    @Override
    public void copy(long from, long to, long bytes) {
        enter();
        driver.copy(from, to, bytes, stream);
    }

    @Override
    public void fill(long address, int value, long bytes) {
        enter();
        driver.fill(address, value, bytes, stream);
    }

    @Override
    public void synchronize() {
        enter();
        driver.synchronize(stream);
    }

    @Override
    public KernelFunction function(Object key, Supplier<KernelSource> source) {
        return functions.get(key, source);
    }

    private KernelFunction compile(KernelSource source) {
        byte[] code = compiler.compile(source);
        enter();
        try (var arena = Arena.ofConfined()) {
            long image = arena.allocate(code.length, 16).copyFrom(MemorySegment.ofArray(code)).address();
            boolean isDynamic = source.text().contains("DYNAMIC_SHARED");
            return new Compiled(
                    source.name(), driver.function(image, "kernel", isDynamic ? properties.sharedBytes() : 0));
        }
    }

    @Override
    public void launch(Launch launch) {
        long[] values = launch.arguments();
        if (8L * values.length > MAX_ARGUMENT_BYTES) {
            throw new IllegalArgumentException(
                    launch.function().name() + ": " + values.length + " arguments of 8 bytes exceed 4 KB");
        }
        int status;
        synchronized (lock) {
            enter();
            MemorySegment.copy(values, 0, arguments, ValueLayout.JAVA_LONG, 0, values.length);
            status =
                    driver.launch(
                            ((Compiled) launch.function()).address,
                            launch.grid(),
                            launch.block(),
                            launch.sharedBytes(),
                            stream,
                            parameters);
        }
        if (status != 0) {
            driver.check(
                    "launching %s on %s blocks of %s threads with %s bytes of shared memory"
                            .formatted(
                                    launch.function().name(),
                                    java.util.Arrays.toString(launch.grid()),
                                    java.util.Arrays.toString(launch.block()),
                                    launch.sharedBytes()),
                    status);
        }
    }

    /** Blocks that were too small are kept: graphs may use them. */
    @Override
    public long scratch(long bytes) {
        if (bytes > scratchBytes) {
            long size = Math.max(bytes, 2 * scratchBytes);
            long block = allocate(size);
            if (block == 0) {
                size = bytes;
                block = allocate(size);
            }
            if (block == 0) {
                throw new FathomException("cuda: no room for " + bytes + " bytes of scratch memory");
            }
            if (scratch != 0) {
                retired.add(scratch);
            }
            scratch = block;
            scratchBytes = size;
        }
        return scratch;
    }

    @Override
    public Object lock() {
        return lock;
    }

    /** A graph: captured at the first run, when all kernels are compiled and scratch memory is large enough. */
    private final class Graph implements Runnable {
        private final Runnable submitting;
        private long executable;
        private boolean wasRun;

        Graph(Runnable submitting) {
            this.submitting = submitting;
        }

        @Override
        public void run() {
            synchronized (lock) {
                enter();
                if (executable != 0) {
                    driver.launchGraph(executable, stream);
                } else if (!wasRun) {
                    submitting.run();
                    wasRun = true;
                } else {
                    capture();
                }
            }
        }

        private void capture() {
            driver.beginCapture(stream);
            long graph;
            try {
                submitting.run();
            } finally {
                graph = driver.endCapture(stream);
            }
            long made = driver.instantiate(graph);
            executable = made;
            CLEANER.register(this, destroying(driver, context, made));
            driver.launchGraph(made, stream);
        }
    }

    /** {@return what destroys a graph, without a reference to it} */
    private static Runnable destroying(Driver driver, long context, long graph) {
        return () -> {
            driver.setCurrent(context);
            driver.destroyGraph(graph);
        };
    }

    @Override
    public Runnable graph(Runnable submitting) {
        return new Graph(submitting);
    }

    @Override
    public String toString() {
        return "%s, %s multiprocessors, %s GB, kernels by %s"
                .formatted(
                        properties.name(),
                        properties.multiprocessors(),
                        properties.memoryBytes() >> 30,
                        compiler.version());
    }
}
