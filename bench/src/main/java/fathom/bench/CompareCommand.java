package fathom.bench;

import fathom.bench.measure.Baseline;
import fathom.bench.measure.Comparison;
import fathom.bench.measure.Isa;
import fathom.bench.measure.Launchers;
import fathom.bench.measure.Result;
import fathom.bench.report.Machine;
import fathom.bench.report.Report;
import fathom.bench.report.Table;
import fathom.bench.work.Row;
import fathom.bench.work.Rows;
import java.io.PrintStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Compares Fathom and libtorch on the same workloads, in alternation. */
@Command(
        name = "bench",
        mixinStandardHelpOptions = true,
        description =
                "Runs Fathom and libtorch, for inference onnxruntime too, and for word vectors a program in C, in alternation on the same synthetic workloads.",
        footer = {"", "All rows take about an hour on two cores. The machine should be otherwise idle."})
final class CompareCommand implements Callable<Integer> {
    @Option(
            names = "--only",
            paramLabel = "PATTERN",
            description = "Only rows whose id contains this regular expression; may be repeated.")
    private List<Pattern> only = new ArrayList<>();

    @Option(names = "--threads", paramLabel = "N", description = "Threads of each side. Default: all processors.")
    private int threads = Runtime.getRuntime().availableProcessors();

    @Option(
            names = "--seconds",
            paramLabel = "S",
            description =
                    "Approximate time of a small row, for both sides together; models take longer. Default: ${DEFAULT-VALUE}.")
    private double seconds = 2;

    @Option(
            names = "--isa",
            paramLabel = "ISA",
            description =
                    "The instruction set that all sides are limited to: ${COMPLETION-CANDIDATES}. Default: ${DEFAULT-VALUE}.")
    private Isa isa = Isa.NATIVE;

    @Option(
            names = "--blas",
            paramLabel = "BLAS",
            split = ",",
            description =
                    "The library for libtorch's matrix products: ${COMPLETION-CANDIDATES}; of several, the better result counts. Default: all.")
    private List<Launchers.Blas> blas = List.of(Launchers.Blas.values());

    @Option(names = "--json", paramLabel = "FILE", description = "Also writes all results to this file.")
    private @Nullable Path json;

    @Option(names = "--no-libtorch", description = "Measures Fathom alone, and downloads nothing.")
    private boolean alone;

    @Option(
            names = "--before",
            paramLabel = "FOLDER",
            description =
                    "Measures the Fathom of another checkout, whose bench is built, instead of libtorch, and lists the rows that became slower.")
    private @Nullable Path before;

    @Option(names = "--list", description = "Lists the rows' ids and measures nothing.")
    private boolean list;

    @Override
    public Integer call() {
        PrintStream out = System.out;
        List<Row> rows = Rows.matching(only);
        if (rows.isEmpty()) {
            System.err.println("bench: no row's id contains " + only + "; --list shows them all");
            return 2;
        }
        if (threads < 1 || !(seconds > 0)) {
            System.err.println("bench: --threads and --seconds must be positive");
            return 2;
        }
        if (list) {
            rows.forEach(r -> out.println(r.id()));
            return 0;
        }
        var results = new ArrayList<Result>();
        var launchers = new Launchers(threads, isa);
        List<Baseline> baselines;
        try {
            baselines = before == null ? others(launchers, rows, out) : List.of(launchers.before(before));
        } catch (IllegalArgumentException e) {
            System.err.println("bench: " + e.getMessage());
            return 2;
        }
        Machine machine = Machine.here();
        out.println(machine + (isa == Isa.NATIVE ? "" : ", limited to " + isa));
        try (var comparison = new Comparison(launchers.fathom(), baselines, seconds)) {
            var table = new Table(out, baselines.isEmpty() ? null : before == null ? "libtorch" : "before");
            List<String> sides = comparison.sides();
            table.head(sides, comparison.ceilings());
            for (Row row : rows) {
                Result result = comparison.measure(row);
                results.add(result);
                table.row(result);
                if (json != null) {
                    Report.write(json, Report.json(Instant.now(), machine, sides, comparison.ceilings(), results));
                }
            }
            if (before != null) {
                table.slower(results);
            }
        }
        return results.stream().anyMatch(r -> r.error() != null) ? 1 : 0;
    }

    private List<Baseline> others(Launchers launchers, List<Row> rows, PrintStream out) {
        var all = new ArrayList<>(libtorch(launchers, out));
        if (!alone && rows.stream().anyMatch(Baseline.Library.ONNXRUNTIME::runs)) {
            if (isa == Isa.NATIVE) {
                all.add(launchers.onnxruntime());
            } else {
                out.println("onnxruntime is not measured: it cannot be limited to an instruction set");
            }
        }
        if (!alone && rows.stream().anyMatch(Baseline.Library.PLAIN_C::runs)) {
            all.add(launchers.plainC());
        }
        return all;
    }

    private List<Baseline> libtorch(Launchers launchers, PrintStream out) {
        if (alone) {
            return List.of();
        }
        String home = System.getProperty("fathom.bench.libtorch", "");
        if (home.isEmpty()) {
            out.println(
                    "libtorch is not measured: " + System.getProperty("fathom.bench.missing", "it is not available"));
            return List.of();
        }
        return blas.stream().map(b -> launchers.libtorch(Path.of(home), b)).toList();
    }
}
