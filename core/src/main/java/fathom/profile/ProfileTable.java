package fathom.profile;

import java.util.List;
import java.util.Locale;

/** The text report of a profiler. */
final class ProfileTable {
    private static final int MAX_KERNELS = 15;
    private static final int NAME_WIDTH = 24;
    private static final int SHAPES_WIDTH = 52;

    private ProfileTable() {}

    static String of(Profiler p) {
        var text = new StringBuilder();
        var primitives = p.primitives();
        double inKernels = primitives.stream().mapToDouble(Profiler.Row::seconds).sum();
        long count = primitives.stream().mapToLong(Profiler.Row::count).sum();
        text.append(
                String.format(
                        Locale.ROOT,
                        "%.1f ms, of which %.1f ms (%.0f%%) in %,d kernels; %,d allocations of %s%n",
                        p.seconds() * 1e3,
                        inKernels * 1e3,
                        100 * inKernels / p.seconds(),
                        count,
                        p.allocations(),
                        bytes(p.allocatedBytes())));
        text.append(
                String.format(
                        Locale.ROOT,
                        "Ceilings: matrix products %.0f GFLOP/s, copies %.1f GB/s%n%n",
                        p.ceilings().flops() / 1e9,
                        p.ceilings().bandwidth() / 1e9));
        append(text, "Primitive", primitives, p.seconds(), false);
        var kernels = p.kernels();
        text.append(System.lineSeparator());
        append(text, "Kernel", kernels.subList(0, Math.min(MAX_KERNELS, kernels.size())), p.seconds(), true);
        if (kernels.size() > MAX_KERNELS) {
            text.append(String.format(Locale.ROOT, "and %,d more%n", kernels.size() - MAX_KERNELS));
        }
        return text.toString();
    }

    private static void append(
            StringBuilder text, String title, List<Profiler.Row> rows, double seconds, boolean shapes) {
        int width = shapes ? NAME_WIDTH + SHAPES_WIDTH + 2 : NAME_WIDTH;
        text.append(
                String.format(
                        Locale.ROOT,
                        "%-" + width + "s %-8s %8s %10s %6s %9s %9s %8s %8s %7s%n",
                        title,
                        "Backend",
                        "Count",
                        "Total ms",
                        "Time",
                        "Each us",
                        "Bytes",
                        "GB/s",
                        "GFLOP/s",
                        "Ceiling"));
        for (Profiler.Row r : rows) {
            String name =
                    shapes
                            ? String.format(
                                    Locale.ROOT,
                                    "%-" + NAME_WIDTH + "s  %s",
                                    cut(r.primitive(), NAME_WIDTH),
                                    cut(r.kernel(), SHAPES_WIDTH))
                            : cut(r.primitive(), NAME_WIDTH);
            text.append(
                    String.format(
                            Locale.ROOT,
                            "%-" + width + "s %-8s %,8d %10.2f %5.1f%% %9.1f %9s %8.1f %8s %6.0f%%%n",
                            name,
                            r.backend(),
                            r.count(),
                            r.seconds() * 1e3,
                            100 * r.seconds() / seconds,
                            r.seconds() * 1e6 / r.count(),
                            bytes(r.bytes()),
                            r.bytes() / r.seconds() / 1e9,
                            r.flops() == 0 ? "" : String.format(Locale.ROOT, "%.1f", r.flops() / r.seconds() / 1e9),
                            100 * r.share()));
        }
    }

    private static String cut(String s, int length) {
        return s.length() <= length ? s : s.substring(0, length - 3) + "...";
    }

    static String bytes(long n) {
        return n < 10_000
                ? n + " B"
                : n < 10_000_000
                        ? n / 1000 + " kB"
                        : n < 10_000_000_000L ? n / 1_000_000 + " MB" : n / 1_000_000_000 + " GB";
    }
}
