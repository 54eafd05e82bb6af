package fathom.cuda.host;

import fathom.cuda.gpu.FunctionCache;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFunction;
import fathom.cuda.gpu.KernelSource;
import fathom.cuda.gpu.Launch;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/**
 * A GPU played by the processor, for tests of kernels on machines without a card: each kernel is compiled by the host's
 * C++ compiler under a header that plays blocks and threads, and runs when it is launched.
 *
 * <p>Copies to the host arrive only when the device is synchronized, as they may on a card.
 */
public final class HostGpu implements Gpu {
    private static final Linker LINKER = Linker.nativeLinker();
    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);
    private static final MethodHandle ALIGNED_ALLOC =
            libc(
                    "aligned_alloc",
                    FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG, ValueLayout.JAVA_LONG));
    private static final MethodHandle FREE = libc("free", FunctionDescriptor.ofVoid(ValueLayout.JAVA_LONG));
    private static final FunctionDescriptor RUN =
            FunctionDescriptor.of(
                    ValueLayout.ADDRESS.withTargetLayout(MemoryLayout.sequenceLayout(256, ValueLayout.JAVA_BYTE)),
                    ValueLayout.ADDRESS,
                    ValueLayout.ADDRESS,
                    ValueLayout.ADDRESS,
                    ValueLayout.JAVA_INT);

    private record Compiled(String name, MethodHandle run) implements KernelFunction {}

    private record Delivery(byte[] values, MemorySegment to) {}

    private final HostCompiler compiler;
    private final FunctionCache functions = new FunctionCache(this::compile);
    private final List<Delivery> pending = new ArrayList<>();
    private final Object lock = new Object();
    private long scratch;
    private long scratchBytes;

    /**
     * @param folder where compiled kernels are kept
     * @param compiler the C++ compiler's command
     */
    public HostGpu(Path folder, String compiler) {
        this.compiler = new HostCompiler(folder, compiler);
    }

    private static MethodHandle libc(String name, FunctionDescriptor type) {
        return LINKER.downcallHandle(LINKER.defaultLookup().findOrThrow(name), type);
    }

    @Override
    public Properties properties() {
        return new Properties("the processor, playing a GPU", 4, 80, 96 << 10, 4L << 30);
    }

    @Override
    public long allocate(long bytes) {
        try {
            return (long) ALIGNED_ALLOC.invokeExact(256L, Math.max(256, (bytes + 255) / 256 * 256));
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void free(long address) {
        try {
            FREE.invokeExact(address);
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void copyFromHost(MemorySegment from, long to) {
        MemorySegment.copy(from, 0, ALL, to, from.byteSize());
    }

    @Override
    public void copyToHost(long from, MemorySegment to) {
        byte[] values = ALL.asSlice(from, to.byteSize()).toArray(ValueLayout.JAVA_BYTE);
        // whichever thread synchronizes delivers, and the segment may be confined to this one
        MemorySegment target = to.isNative() ? ALL.asSlice(to.address(), to.byteSize()) : to;
        synchronized (pending) {
            pending.add(new Delivery(values, target));
        }
    }

    @Override
    public void copy(long from, long to, long bytes) {
        MemorySegment.copy(ALL, from, ALL, to, bytes);
    }

    @Override
    public void fill(long address, int value, long bytes) {
        ALL.asSlice(address, bytes).fill((byte) value);
    }

    @Override
    public void synchronize() {
        synchronized (pending) {
            for (Delivery d : pending) {
                d.to.copyFrom(MemorySegment.ofArray(d.values));
            }
            pending.clear();
        }
    }

    @Override
    public KernelFunction function(Object key, Supplier<KernelSource> source) {
        return functions.get(key, source);
    }

    private KernelFunction compile(KernelSource source) {
        var library = SymbolLookup.libraryLookup(compiler.library(source), Arena.global());
        return new Compiled(source.name(), LINKER.downcallHandle(library.findOrThrow("fathom_launch"), RUN));
    }

    @Override
    public void launch(Launch launch) {
        // the threads' variables are static ones of the kernel's library
        synchronized (launch.function()) {
            try (var arena = Arena.ofConfined()) {
                var problem =
                        (MemorySegment)
                                ((Compiled) launch.function())
                                        .run.invokeExact(
                                                arena.allocateFrom(ValueLayout.JAVA_LONG, launch.arguments()),
                                                arena.allocateFrom(ValueLayout.JAVA_INT, launch.grid()),
                                                arena.allocateFrom(ValueLayout.JAVA_INT, launch.block()),
                                                launch.sharedBytes());
                if (problem.address() != 0) {
                    throw new IllegalStateException(launch.function().name() + ": " + problem.getString(0));
                }
            } catch (RuntimeException | Error e) {
                throw e;
            } catch (Throwable e) {
                throw new IllegalStateException(e);
            }
        }
    }

    @Override
    public long scratch(long bytes) {
        if (bytes > scratchBytes) {
            if (scratch != 0) {
                free(scratch);
            }
            scratchBytes = Math.max(bytes, 2 * scratchBytes);
            scratch = allocate(scratchBytes);
        }
        return scratch;
    }

    @Override
    public Object lock() {
        return lock;
    }
}
