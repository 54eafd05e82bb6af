package fathom.data;

import fathom.files.Excerpt;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The names of a table's columns, of which there may be tens of thousands. */
final class ColumnNames {
    private final List<String> names;

    /** Built at the first lookup by name. */
    private volatile @Nullable Map<String, Integer> positions;

    ColumnNames(List<String> names) {
        this.names = names;
    }

    List<String> all() {
        return names;
    }

    /**
     * {@return the index of the first column of this name}
     *
     * @throws IllegalArgumentException if there is no such column
     */
    int position(String name) {
        Map<String, Integer> known = positions;
        if (known == null) {
            known = new HashMap<>();
            for (int c = 0; c < names.size(); c++) {
                known.putIfAbsent(names.get(c), c);
            }
            positions = known;
        }
        Integer position = known.get(name);
        if (position == null) {
            throw new IllegalArgumentException(
                    "there is no column '%s'; there are %s%s"
                            .formatted(
                                    Excerpt.of(name),
                                    names.stream().limit(20).map(Excerpt::of).toList(),
                                    names.size() > 20 ? " and more" : ""));
        }
        return position;
    }

    /** {@return the first difference from other names, which are not equal to these} */
    String difference(ColumnNames other) {
        int c = 0;
        while (c < Math.min(names.size(), other.names.size()) && names.get(c).equals(other.names.get(c))) {
            c++;
        }
        return String.format(Locale.ROOT, "column %d is %s and %s", c, shown(c), other.shown(c));
    }

    private String shown(int column) {
        return column < names.size() ? "'" + Excerpt.of(names.get(column)) + "'" : "not there";
    }
}
