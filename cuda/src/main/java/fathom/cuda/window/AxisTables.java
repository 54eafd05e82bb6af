package fathom.cuda.window;

import fathom.cuda.gpu.Gpu;
import fathom.primitive.indexing.SparseRows;
import fathom.primitive.window.Resample;
import fathom.primitive.window.ResampleAxis;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.ref.Cleaner;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The weights of a resampling in a GPU's memory: for each axis the starts of the rows, the columns and the weights.
 * They are computed and copied once; the memory is freed when neither the cache nor any prepared work refers to it.
 */
final class AxisTables {
    private static final Cleaner CLEANER = Cleaner.create();

    /** Tables have some kilobytes. */
    private static final int MOST = 512;

    private record Key(Gpu gpu, List<ResampleAxis> axes, boolean transposed, boolean isDouble) {}

    private static final Map<Key, AxisTables> CACHE =
            new LinkedHashMap<>(16, 0.75f, true) {
                @Override
                protected boolean removeEldestEntry(Map.Entry<Key, AxisTables> eldest) {
                    return size() > MOST;
                }
            };

    private final long[] addresses;

    private AxisTables(Gpu gpu, Resample p, boolean isDouble) {
        int count = p.axes().size();
        var rows = new SparseRows[count];
        long bytes = 0;
        for (int a = 0; a < count; a++) {
            rows[a] = p.weights(a);
            bytes += aligned(4L * rows[a].starts().length) + aligned(4L * rows[a].columns().length);
            bytes += 8L * rows[a].weights().length;
        }
        long address = gpu.allocate(Math.max(8, bytes));
        if (address == 0) {
            throw new OutOfMemoryError("the GPU has no room for %s bytes of resampling weights".formatted(bytes));
        }
        addresses = new long[3 * count];
        try (var arena = Arena.ofConfined()) {
            MemorySegment all = arena.allocate(Math.max(8, bytes), 8);
            long at = 0;
            for (int a = 0; a < count; a++) {
                addresses[3 * a] = address + at;
                MemorySegment.copy(rows[a].starts(), 0, all, ValueLayout.JAVA_INT, at, rows[a].starts().length);
                at += aligned(4L * rows[a].starts().length);
                addresses[3 * a + 1] = address + at;
                MemorySegment.copy(rows[a].columns(), 0, all, ValueLayout.JAVA_INT, at, rows[a].columns().length);
                at += aligned(4L * rows[a].columns().length);
                addresses[3 * a + 2] = address + at;
                double[] weights = rows[a].weights();
                if (isDouble) {
                    MemorySegment.copy(weights, 0, all, ValueLayout.JAVA_DOUBLE, at, weights.length);
                } else {
                    MemorySegment.copy(rows[a].floats(), 0, all, ValueLayout.JAVA_FLOAT, at, weights.length);
                }
                at += 8L * weights.length;
            }
            gpu.copyFromHost(all, address);
        }
        CLEANER.register(this, () -> gpu.free(address));
    }

    private static long aligned(long bytes) {
        return (bytes + 7) / 8 * 8;
    }

    static AxisTables of(Gpu gpu, Resample p, boolean isDouble) {
        synchronized (CACHE) {
            return CACHE.computeIfAbsent(
                    new Key(gpu, p.axes(), p.transposed(), isDouble), _ -> new AxisTables(gpu, p, isDouble));
        }
    }

    /** {@return the addresses of one axis: starts, columns, weights} */
    long[] axis(int a) {
        return java.util.Arrays.copyOfRange(addresses, 3 * a, 3 * a + 3);
    }
}
