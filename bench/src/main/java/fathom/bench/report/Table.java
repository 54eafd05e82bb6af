package fathom.bench.report;

import fathom.bench.measure.Ceilings;
import fathom.bench.measure.Quartiles;
import fathom.bench.measure.Result;
import fathom.bench.work.Row;
import java.io.PrintStream;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** The table on the terminal, printed row by row as results arrive. */
public final class Table {
    private static final String LINE = "%-42s %14s %14s  %-22s %-14s %s";
    private static final int COLUMNS = 6;

    private final PrintStream out;
    private final @Nullable String baseline;
    private final boolean both;
    private String family = "";

    /**
     * Creates a table.
     *
     * @param baseline the name of the baseline; null if Fathom is measured alone
     */
    public Table(PrintStream out, @Nullable String baseline) {
        this.out = out;
        this.baseline = baseline;
        this.both = baseline != null;
    }

    /** Prints the header. */
    public void head(List<String> sides, Ceilings ceilings) {
        sides.forEach(out::println);
        out.printf(
                Locale.ROOT,
                "ceilings: %.0f GFLOP/s, copy %.1f GB/s in memory, %.1f GB/s in the cache (read and written)%n",
                ceilings.flops() / 1e9,
                ceilings.memory() / 1e9,
                ceilings.cache() / 1e9);
        if (both) {
            out.printf("ratio: speed relative to %s; median of pairs (quartiles)%n", baseline);
        }
        out.println();
        line(
                "",
                "Fathom",
                Objects.requireNonNullElse(baseline, ""),
                both ? "ratio" : "",
                "share",
                both ? "the others" : "");
    }

    /**
     * Prints the rows that are slower than the baseline beyond their spread, that is, in at least three of four pairs.
     */
    public void slower(List<Result> results) {
        List<Result> slower =
                results.stream().filter(r -> r.pairs().isComplete() && r.pairs().ratio().high() < 1).toList();
        out.println();
        out.printf(
                Locale.ROOT,
                "%d of %d rows are slower than before by more than their spread%s%n",
                slower.size(),
                results.size(),
                slower.isEmpty() ? "" : ":");
        slower.forEach(r -> out.println("  " + r.row().id() + " " + ratio(r.pairs().ratio())));
    }

    /** Prints a row. */
    public void row(Result result) {
        Row row = result.row();
        if (!row.family().equals(family)) {
            family = row.family();
            out.println(family);
        }
        var pairs = result.pairs();
        line(
                "  " + row.name(),
                Figures.of(row, pairs.fathomMedian()),
                both ? Figures.of(row, pairs.baselineMedian()) : "",
                pairs.isComplete() ? ratio(pairs.ratio()) : "",
                result.share() == null ? "" : result.share().toString(),
                others(result));
        result.beside()
                .forEach((library, both) ->
                        line(
                                "    against " + library,
                                "",
                                Figures.of(row, both.baselineMedian()),
                                both.isComplete() ? ratio(both.ratio()) : ""));
        if (result.error() != null) {
            out.println("    ! " + result.error());
        }
        out.flush();
    }

    /** {@return the results of the other baselines} */
    private static String others(Result result) {
        return result.baselines().entrySet().stream()
                .filter(e -> !e.getKey().equals(result.baseline()))
                .map(e -> Figures.of(result.row(), Quartiles.of(e.getValue()).median()) + " " + e.getKey())
                .collect(Collectors.joining(", "));
    }

    private void line(Object... cells) {
        Object[] all = Arrays.copyOf(cells, COLUMNS);
        Arrays.fill(all, cells.length, COLUMNS, "");
        out.println(String.format(Locale.ROOT, LINE, all).stripTrailing());
    }

    private static String ratio(Quartiles r) {
        return String.format(Locale.ROOT, "%5.2f (%.2f-%.2f)", r.median(), r.low(), r.high());
    }
}
