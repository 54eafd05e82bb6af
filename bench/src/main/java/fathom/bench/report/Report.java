package fathom.bench.report;

import fathom.bench.measure.Ceilings;
import fathom.bench.measure.Pairs;
import fathom.bench.measure.Quartiles;
import fathom.bench.measure.Result;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** Writes all results of a run as JSON. */
public final class Report {
    private static final JsonMapper JSON = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    private Report() {}

    /** {@return a run as JSON: times in seconds, memory in bytes; values that were not measured are omitted} */
    public static String json(
            Instant when, Machine machine, List<String> sides, Ceilings ceilings, List<Result> results) {
        var run = new LinkedHashMap<String, Object>();
        run.put("when", when.truncatedTo(ChronoUnit.SECONDS).toString());
        run.put("machine", machine);
        run.put("sides", sides);
        run.put("ceilings", ceilings);
        run.put("rows", results.stream().map(Report::row).toList());
        return JSON.writeValueAsString(run) + "\n";
    }

    /** Writes a run to a file. */
    public static void write(Path file, String json) {
        try {
            Files.writeString(file, json);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
        }
    }

    private static Map<String, Object> row(Result result) {
        var row = new LinkedHashMap<String, Object>();
        row.put("id", result.row().id());
        row.put("family", result.row().family());
        row.put("name", result.row().name());
        row.put("fathomMode", result.row().fathom());
        row.put("libtorchMode", result.row().libtorch());
        row.put("figure", result.row().figure());
        Pairs pairs = result.pairs();
        side(row, "fathom", pairs.fathom());
        side(row, "libtorch", pairs.baseline());
        if (result.baseline() != null) {
            row.put("baseline", result.baseline());
        }
        if (result.baselines().size() > 1) {
            var all = new LinkedHashMap<String, Object>();
            result.baselines().forEach((name, turns) -> side(all, name, turns));
            row.put("baselines", all);
        }
        if (pairs.isComplete()) {
            row.put("ratio", pairs.ratio());
        }
        result.beside()
                .forEach((library, both) -> {
                    side(row, library.toString(), both.baseline());
                    if (both.isComplete()) {
                        row.put("ratio to " + library, both.ratio());
                    }
                });
        if (result.share() != null) {
            row.put("share", result.share());
        }
        if (result.error() != null) {
            row.put("error", result.error());
        }
        return row;
    }

    private static void side(Map<String, Object> row, String name, double[] values) {
        if (values.length > 0) {
            row.put(name, Map.of("quartiles", Quartiles.of(values), "turns", values));
        }
    }
}
