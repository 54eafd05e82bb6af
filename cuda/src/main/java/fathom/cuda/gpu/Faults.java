package fathom.cuda.gpu;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Errors that kernels find in data, which a kernel cannot throw: an index out of bounds, an integer divisor of zero.
 * The kernel writes it into a record in the GPU's memory, reads and writes nothing at the index, and goes on; the
 * exception is thrown when the GPU is next synchronized. The record is read only if a kernel that may report errors was
 * ever prepared on the GPU.
 */
public final class Faults {
    /** The device function {@code fault(i64* record, i64 site, i64 index, i64 extent)}: reports an index. */
    public static final String CODE =
            """
            FATHOM_FN void fault(i64* record, i64 site, i64 index, i64 extent) {
                if (record[0] == 0 || record[0] == site) {
                    record[1] = index;
                    record[2] = extent;
                    record[0] = site;
                }
            }
            """;

    private static final Map<Gpu, Faults> ALL = new ConcurrentHashMap<>();
    private static final int BYTES = 32;

    /** The dimension of a division, which has none. */
    private static final int DIVISION = -1;

    private record Site(String operation, int dim) {}

    private final Gpu gpu;
    private final Map<Site, Integer> numbers = new HashMap<>();
    private final List<Site> sites = new ArrayList<>();
    private volatile long record;

    private Faults(Gpu gpu) {
        this.gpu = gpu;
    }

    static Faults of(Gpu gpu) {
        return ALL.computeIfAbsent(gpu, Faults::new);
    }

    /** {@return the address of the record, an argument for kernels} */
    public synchronized long record() {
        if (record == 0) {
            long address = gpu.allocate(BYTES);
            gpu.fill(address, 0, BYTES);
            record = address;
        }
        return record;
    }

    /**
     * {@return the number that stands for an operation in the record, not 0}
     *
     * @param operation the user's operation
     * @param dim the indexed dimension
     */
    public synchronized long site(String operation, int dim) {
        return numbers.computeIfAbsent(
                new Site(operation, dim),
                s -> {
                    sites.add(s);
                    return sites.size();
                });
    }

    /** {@return the number that stands for an operation that divides integers} */
    public long divisionSite(String operation) {
        return site(operation, DIVISION);
    }

    /**
     * Waits for all work submitted, and throws what it has reported since the last call.
     *
     * @throws IndexOutOfBoundsException if an index was out of bounds; the message is that of the CPU
     * @throws ArithmeticException if an integer was divided by zero
     */
    public void synchronize() {
        if (record == 0) {
            gpu.synchronize();
            return;
        }
        try (var arena = Arena.ofConfined()) {
            MemorySegment found = arena.allocate(BYTES, 8);
            gpu.copyToHost(record, found);
            gpu.synchronize();
            long site = found.getAtIndex(ValueLayout.JAVA_LONG, 0);
            if (site == 0) {
                return;
            }
            gpu.fill(record, 0, BYTES);
            Site where;
            synchronized (this) {
                where = sites.get((int) site - 1);
            }
            if (where.dim == DIVISION) {
                throw new ArithmeticException(
                        where.operation
                                + ": integer division by zero: an element of the divisor is 0; divide floating numbers, or replace the zeros first");
            }
            throw new IndexOutOfBoundsException(
                    String.format(
                            Locale.ROOT,
                            "%s: index %d is out of bounds for dimension %d of size %d",
                            where.operation,
                            found.getAtIndex(ValueLayout.JAVA_LONG, 1),
                            where.dim,
                            found.getAtIndex(ValueLayout.JAVA_LONG, 2)));
        }
    }
}
