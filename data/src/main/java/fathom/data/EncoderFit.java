package fathom.data;

import fathom.data.EncoderOptions.Task;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import org.dflib.DoubleSeries;
import org.dflib.LongSeries;
import org.dflib.Series;
import org.jspecify.annotations.Nullable;

/** Fits a {@link TableEncoder}: decides what each column is. */
final class EncoderFit {
    /** The largest number of different integers that are classes. */
    private static final int MOST_INTEGER_CLASSES = 10;

    /** The number of different texts up to which a column holds categories in any case. */
    private static final int FREE_TEXT = 32;

    private final Table train;
    private final String targetName;
    private final EncoderOptions options;
    private final Map<String, String> leftOut = new LinkedHashMap<>();

    EncoderFit(Table train, String target, EncoderOptions options) {
        this.train = train;
        this.targetName = target;
        this.options = options;
        for (String name : options.dropped) {
            train.column(name); // refuses a name that is not there
        }
        for (String name : options.categories) {
            train.column(name);
        }
    }

    TableEncoder encoder() {
        if (train.rows() < 2) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "TableEncoder: %d row%s with a value of '%s'; expected at least two",
                            train.rows(),
                            train.rows() == 1 ? "" : "s",
                            targetName));
        }
        var features = new ArrayList<TableEncoder.Feature>();
        for (String name : train.columns()) {
            if (!name.equals(targetName)) {
                TableEncoder.Feature feature = feature(name);
                if (feature != null) {
                    features.add(feature);
                }
            }
        }
        if (features.isEmpty()) {
            throw new IllegalArgumentException(
                    "TableEncoder: there is no column to predict '%s' from; left out are %s"
                            .formatted(targetName, leftOut));
        }
        return new TableEncoder(features, target(), leftOut);
    }

    private TableEncoder.@Nullable Feature feature(String name) {
        Series<?> s = train.column(name);
        int missing = ColumnTypes.missing(s);
        String reason = null;
        if (options.dropped.contains(name)) {
            reason = "dropped";
        } else if (missing == s.size()) {
            reason = "it has no values";
        }
        if (reason == null) {
            int distinct = distinct(s).size();
            boolean category = !ColumnTypes.isNumeric(s) || options.categories.contains(name);
            if (distinct == 1 && missing == 0) {
                reason = "all values are the same";
            } else if (!options.categories.contains(name) && isIdentifier(name, s, distinct, missing)) {
                reason = "it numbers the rows";
            } else if (category && !options.categories.contains(name) && isFreeText(s, distinct, missing)) {
                reason = "nearly every value is different";
            } else {
                return category ? categories(name, s, missing) : numbers(name, s, missing);
            }
        }
        leftOut.put(name, reason);
        return null;
    }

    private TableEncoder.Feature numbers(String name, Series<?> s, int missing) {
        TableEncoder.Column values = TableEncoder.numbers(train, name);
        for (int r = 0; r < s.size(); r++) {
            values.at(r); // refuses infinity
        }
        double std = ColumnTypes.std(s);
        return new TableEncoder.Numbers(name, ColumnTypes.mean(s), std > 0 ? std : 1, missing > 0);
    }

    private TableEncoder.Feature categories(String name, Series<?> s, int missing) {
        List<String> categories = List.copyOf(distinct(s));
        return new TableEncoder.Categories(name, categories, missing > 0, categories.size() > options.oneHot);
    }

    private static TreeSet<String> distinct(Series<?> s) {
        var distinct = new TreeSet<String>();
        for (int r = 0; r < s.size(); r++) {
            String text = ColumnTypes.text(s, r);
            if (text != null) {
                distinct.add(text);
            }
        }
        return distinct;
    }

    /** {@return whether a column of integers, all different, is named like a number of the row} */
    private static boolean isIdentifier(String name, Series<?> s, int distinct, int missing) {
        String lower = name.toLowerCase(Locale.ROOT);
        boolean named =
                lower.equals("id")
                        || lower.equals("index")
                        || lower.endsWith("_id")
                        || lower.endsWith(" id")
                        || name.endsWith("Id")
                        || name.endsWith("ID")
                        || name.startsWith("Unnamed: "); // pandas' index, as CsvReader names it
        return named && s instanceof LongSeries && missing == 0 && distinct == s.size();
    }

    private static boolean isFreeText(Series<?> s, int distinct, int missing) {
        return distinct > FREE_TEXT && distinct > (s.size() - missing) / 2;
    }

    private TableEncoder.Target target() {
        Series<?> s = train.column(targetName);
        boolean classes =
                switch (options.task) {
                    case CLASSIFICATION -> true;
                    case REGRESSION -> false;
                    case AUTO -> looksLikeClasses(s);
                };
        if (!classes) {
            if (ColumnTypes.isText(s)) {
                throw new IllegalArgumentException(
                        "TableEncoder: the target '%s' holds text, such as '%s'; expected numbers for a regression"
                                .formatted(targetName, s.get(0)));
            }
            TableEncoder.Column values = TableEncoder.numbers(train, targetName);
            for (int r = 0; r < s.size(); r++) {
                values.at(r);
            }
            double std = ColumnTypes.std(s);
            return options.standardizesTarget
                    ? new TableEncoder.NumberTarget(targetName, ColumnTypes.mean(s), std > 0 ? std : 1)
                    : new TableEncoder.NumberTarget(targetName, 0, 1);
        }
        List<String> names = new ArrayList<>(distinct(s));
        if (names.size() < 2) {
            throw new IllegalArgumentException(
                    "TableEncoder: the target '%s' has only one class, '%s'".formatted(targetName, names.getFirst()));
        }
        if (options.task == Task.AUTO && isFreeText(s, names.size(), 0)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "TableEncoder: the target '%s' has %,d different texts in %,d rows: too many for classes",
                            targetName,
                            names.size(),
                            s.size()));
        }
        if (ColumnTypes.isNumeric(s)) {
            names.sort(Comparator.comparingDouble(Double::parseDouble));
        }
        return new TableEncoder.ClassTarget(targetName, names);
    }

    /** {@return whether a target holds text, booleans, or at most ten different integers} */
    private static boolean looksLikeClasses(Series<?> s) {
        if (!ColumnTypes.isNumeric(s)) {
            return true;
        }
        if (s instanceof DoubleSeries d) {
            for (int r = 0; r < d.size(); r++) {
                if (d.getDouble(r) != Math.rint(d.getDouble(r))) {
                    return false;
                }
            }
        }
        int distinct = distinct(s).size();
        return distinct <= MOST_INTEGER_CLASSES && distinct <= Objects.requireNonNull(s).size() / 2;
    }
}
