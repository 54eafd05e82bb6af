package fathom.bench.measure;

import fathom.bench.work.Rows;
import fathom.bench.work.Work;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The peak performance of this machine, as measured by Fathom.
 *
 * @param flops floating-point operations per second, of a large matrix product in float32
 * @param memory bytes per second that a copy of 64 MB reads and writes
 * @param cache bytes per second that a copy of 4 MB, which stays in the cache, reads and writes
 */
public record Ceilings(double flops, double memory, double cache) {
    private static final double IN_CACHE = 32e6;
    private static final double SMALL = 1e6;

    /**
     * A fraction of a peak.
     *
     * @param part the fraction, 1 for all of it
     * @param of the peak
     */
    public record Share(double part, Kind of) {
        /** {@return a text such as {@code 93 % flops}} */
        @Override
        public String toString() {
            return String.format(Locale.ROOT, "%.0f %% %s", 100 * part, of.name().toLowerCase(Locale.ROOT));
        }
    }

    /** The kinds of peaks. */
    public enum Kind {
        /** {@link Ceilings#flops}. */
        FLOPS,
        /** {@link Ceilings#memory}. */
        MEMORY,
        /** {@link Ceilings#cache}. */
        CACHE
    }

    /** {@return the peaks, measured in about {@code seconds} with a side's process} */
    static Ceilings measure(SideProcess side, double seconds) {
        return new Ceilings(
                best(side, "matmul/2048", seconds / 2, Work::flops),
                best(side, "kernel/copy-16m", seconds / 4, Work::bytes),
                best(side, "kernel/copy-1m", seconds / 4, Work::bytes));
    }

    private static double best(
            SideProcess side, String id, double seconds, java.util.function.ToDoubleFunction<Work> cost) {
        var row = Rows.byId(id);
        side.open(row, Comparison.patience(seconds));
        double[][] turns = new Turns(seconds).measure(List.of(n -> side.run(n, Comparison.patience(seconds))));
        side.closeRow(Comparison.patience(seconds));
        double least = Arrays.stream(turns[0]).min().orElseThrow();
        return cost.applyAsDouble(row.work()) / least;
    }

    /**
     * {@return the fraction of its peak that a workload reaches in the given time; null if it has none, such as small
     * workloads}
     */
    @Nullable Share share(Work work, double seconds) {
        if (Double.isNaN(seconds)) {
            return null;
        }
        if (work.flops() > 0) {
            return new Share(work.flops() / seconds / flops, Kind.FLOPS);
        }
        if (work.bytes() >= SMALL) {
            boolean cached = work.bytes() < IN_CACHE;
            return new Share(work.bytes() / seconds / (cached ? cache : memory), cached ? Kind.CACHE : Kind.MEMORY);
        }
        return null;
    }
}
