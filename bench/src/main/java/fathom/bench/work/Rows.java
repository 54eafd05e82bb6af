package fathom.bench.work;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** All rows of the table, in order. */
public final class Rows {
    private Rows() {}

    private static final List<Row> ALL = all();

    private static List<Row> all() {
        var rows = new ArrayList<Row>();
        KernelRows.addTo(rows);
        ProductRows.addTo(rows);
        LayerRows.addTo(rows);
        ModelRows.addTo(rows);
        LanguageRows.addTo(rows);
        return List.copyOf(rows);
    }

    /** {@return the rows whose id contains a match of the regular expression} */
    public static List<Row> matching(String pattern) {
        return matching(List.of(Pattern.compile(pattern)));
    }

    /** {@return the rows whose id contains a match of any of the patterns; all rows without patterns} */
    public static List<Row> matching(List<Pattern> patterns) {
        return ALL.stream()
                .filter(r -> patterns.isEmpty() || patterns.stream().anyMatch(p -> p.matcher(r.id()).find()))
                .toList();
    }

    /**
     * {@return the row with an id}
     *
     * @throws IllegalArgumentException if there is none
     */
    public static Row byId(String id) {
        return ALL.stream()
                .filter(r -> r.id().equals(id))
                .findFirst()
                .orElseThrow(
                        () -> new IllegalArgumentException("there is no row \"" + id + "\"; --list shows them all"));
    }
}
