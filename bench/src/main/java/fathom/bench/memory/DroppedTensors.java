package fathom.bench.memory;

import fathom.DType;
import fathom.Fathom;
import fathom.Tensor;
import fathom.Tensors;
import fathom.bench.protocol.ResidentMemory;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.lang.ref.WeakReference;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A program that creates tensors and drops each at once, in a JVM of its own. Arguments: the number of tensors, the
 * size of each in bytes, the number of live Java objects. The last line of its output is an {@link Outcome}.
 */
public final class DroppedTensors {
    /** Objects that stay reachable. */
    private static Object @Nullable [] live;

    @SuppressWarnings("unused")
    private static byte @Nullable [] garbage;

    private DroppedTensors() {}

    /**
     * The outcome of a run.
     *
     * @param made the number of tensors created
     * @param seconds the run time
     * @param peak the peak of native memory in bytes, in use and cached
     * @param resident the peak of the process's resident memory in bytes
     * @param heap the final size of the Java heap in bytes
     * @param collections the number of garbage collections of all kinds
     * @param worst the longest allocation, in milliseconds
     * @param failure the error that ended the run early; empty if there was none
     */
    public record Outcome(
            long made,
            double seconds,
            long peak,
            long resident,
            long heap,
            long collections,
            double worst,
            String failure) {
        private static final String MARK = "outcome ";

        String line() {
            return MARK
                    + String.join(
                            "\t",
                            Long.toString(made),
                            Double.toString(seconds),
                            Long.toString(peak),
                            Long.toString(resident),
                            Long.toString(heap),
                            Long.toString(collections),
                            Double.toString(worst),
                            failure);
        }

        /** {@return the outcome in a line of output; null if the line has none} */
        public static @Nullable Outcome parse(String line) {
            if (!line.startsWith(MARK)) {
                return null;
            }
            String[] f = line.substring(MARK.length()).split("\t", 8);
            return new Outcome(
                    Long.parseLong(f[0]),
                    Double.parseDouble(f[1]),
                    Long.parseLong(f[2]),
                    Long.parseLong(f[3]),
                    Long.parseLong(f[4]),
                    Long.parseLong(f[5]),
                    Double.parseDouble(f[6]),
                    f[7]);
        }
    }

    /** Runs the program. */
    public static void main(String[] args) throws InterruptedException {
        live = objects(Integer.parseInt(args[2]));
        Tensors.ones(4).add(1); // loads classes and libraries
        settle();
        System.out.println(run(Long.parseLong(args[0]), Long.parseLong(args[1])).line());
    }

    /** Promotes the live objects to the old generation, as in a long-running program. */
    private static void settle() throws InterruptedException {
        var sentinel = new WeakReference<>(new Object());
        System.gc();
        boolean isDisabled = !sentinel.refersTo(null);
        for (int i = 0; isDisabled && i < 3; i++) {
            var young = new WeakReference<>(new Object());
            for (int n = 0; n < 1 << 14 && !young.refersTo(null); n++) {
                garbage = new byte[1 << 16];
            }
            Thread.sleep(50);
        }
    }

    private static Object[] objects(int count) {
        var groups = new Object[count / 100][];
        for (int i = 0; i < groups.length; i++) {
            groups[i] = new Object[99];
            for (int k = 0; k < groups[i].length; k++) {
                groups[i][k] = new int[2];
            }
        }
        return groups;
    }

    private static Outcome run(long count, long bytes) {
        long start = System.nanoTime();
        long worst = 0;
        long peak = 0;
        long made = 0;
        String failure = "";
        try {
            for (; made < count; made++) {
                long before = System.nanoTime();
                Tensor t = Tensors.empty(DType.INT8, bytes);
                worst = Math.max(worst, System.nanoTime() - before);
                t.fill_(1);
                Fathom.Memory m = Fathom.memory();
                peak = Math.max(peak, m.inUse() + m.cached());
            }
        } catch (OutOfMemoryError e) {
            failure = String.valueOf(e.getMessage()).lines().findFirst().orElse("");
        }
        MemoryUsage heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage();
        long collections =
                ManagementFactory.getGarbageCollectorMXBeans().stream()
                        .filter(b ->
                                !b.getName()
                                        .toLowerCase(Locale.ROOT)
                                        .contains("pauses")) // pauses of collections that are already counted
                        .mapToLong(b -> Math.max(0, b.getCollectionCount()))
                        .sum();
        return new Outcome(
                made,
                (System.nanoTime() - start) * 1e-9,
                peak,
                ResidentMemory.read().peak(),
                heap.getCommitted(),
                collections,
                worst * 1e-6,
                failure);
    }
}
