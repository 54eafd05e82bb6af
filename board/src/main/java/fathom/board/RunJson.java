package fathom.board;

import fathom.train.NumberTable;
import fathom.train.RunSnapshot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;

/** Runs as JSON in one line, for the page. JSON has no NaN: such numbers are null. */
final class RunJson {
    /** Texts and lists of a config beyond this length are cut: a language model's has its whole vocabulary. */
    private static final int LONGEST = 200;

    private static final double MOST_EXACT = 1L << 53;

    private static final JsonMapper JSON = new JsonMapper();

    private RunJson() {}

    /** {@return all of a run but its steps} */
    static String run(BoardRun run) {
        RunSnapshot s = run.snapshot();
        var out = new LinkedHashMap<String, @Nullable Object>();
        out.put("id", run.id());
        out.put("name", run.name());
        out.put("folder", run.folder().toString());
        out.put("status", s.status().name().toLowerCase(Locale.ROOT));
        out.put("changed", s.changed().toEpochMilli());
        out.put("config", values(s.config()));
        out.put("columns", s.epochs().columns());
        out.put("rows", rows(s.epochs(), 0));
        out.put(
                "pictures",
                s.pictures().stream()
                        .map(p -> Map.of("name", p.name(), "bytes", p.bytes(), "changed", p.changed().toEpochMilli()))
                        .toList());
        return JSON.writeValueAsString(out);
    }

    /** {@return the rows of steps from one on} */
    static String steps(BoardRun run, int from) {
        NumberTable steps = run.snapshot().steps();
        var out = new LinkedHashMap<String, Object>();
        out.put("id", run.id());
        out.put("from", from);
        out.put("columns", steps.columns());
        out.put("rows", rows(steps, from));
        return JSON.writeValueAsString(out);
    }

    static String gone(BoardRun run) {
        return JSON.writeValueAsString(Map.of("id", run.id()));
    }

    private static List<List<@Nullable Double>> rows(NumberTable table, int from) {
        var out = new ArrayList<List<@Nullable Double>>();
        for (double[] row : table.rows().subList(from, table.rows().size())) {
            var values = new ArrayList<@Nullable Double>(row.length);
            for (double v : row) {
                values.add(Double.isFinite(v) ? v : null);
            }
            out.add(values);
        }
        return out;
    }

    private static Map<String, @Nullable Object> values(Map<?, ?> map) {
        var out = new LinkedHashMap<String, @Nullable Object>();
        map.forEach((name, value) -> out.put(cut(String.valueOf(name)), value(value)));
        return out;
    }

    private static @Nullable Object value(@Nullable Object value) {
        return switch (value) {
            case null -> null;
            case Map<?, ?> map when map.size() <= LONGEST -> values(map);
            case Map<?, ?> map -> String.format(Locale.ROOT, "{%,d}", map.size());
            case Collection<?> list -> {
                String text = String.valueOf(list);
                yield text.length() <= LONGEST ? text : String.format(Locale.ROOT, "[%,d]", list.size());
            }
            // not finite, or more digits than a browser's numbers have
            case Number number when !(Math.abs(number.doubleValue()) < MOST_EXACT) -> String.valueOf(number);
            case Number number -> number;
            case Boolean flag -> flag;
            default -> cut(String.valueOf(value));
        };
    }

    private static String cut(String text) {
        return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + "…";
    }
}
