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
 * A program that makes tensors and drops each at once, in a JVM of its own. Arguments: how many, bytes of each, live
 * Java objects beside. The last line of its output is an {@link Outcome}.
 */
public final class DroppedTensors {
    /** What is reachable all the time. */
    private static Object @Nullable [] live;

    @SuppressWarnings("unused")
    private static byte @Nullable [] garbage;

    private DroppedTensors() {}

    /**
     * How it went.
     *
     * @param made tensors made
     * @param seconds the time it took
     * @param peak most bytes of native memory, in use and cached
     * @param resident most bytes of resident memory, of this process
     * @param heap bytes of the Java heap in the end
     * @param collections made by the JVM, of all kinds
     * @param worst the longest allocation, in milliseconds
     * @param failure what ended it early; empty where nothing did
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

        /** {@return what a line of output says; null where it is another line} */
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

    /** Runs it. */
    public static void main(String[] args) throws InterruptedException {
        live = objects(Integer.parseInt(args[2]));
        Tensors.ones(4).add(1); // loads what there is to load
        settle();
        System.out.println(run(Long.parseLong(args[0]), Long.parseLong(args[1])).line());
    }

    /** A program that has many objects has had them for a while: collections have moved them among the old ones. */
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
                                !b.getName().toLowerCase(Locale.ROOT).contains("pauses")) // of those counted already
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
