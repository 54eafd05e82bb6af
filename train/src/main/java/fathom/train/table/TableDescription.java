package fathom.train.table;

import fathom.data.CsvDataset;
import fathom.data.Table;
import fathom.data.TableEncoder;
import fathom.files.Excerpt;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;

/** Says in a few lines what the columns of a table were taken for. */
final class TableDescription {
    /** The number of different integers up to which the user may have meant classes. */
    private static final int PERHAPS_CLASSES = 50;

    private static final int MOST_NAMED = 10;

    private TableDescription() {}

    /**
     * {@return the lines}
     *
     * @param isDecided whether the kind of the target was decided by its column
     */
    static List<String> of(CsvDataset train, boolean isDecided) {
        var lines = new ArrayList<String>();
        TableEncoder encoder = train.encoder();
        lines.add(
                switch (encoder.target()) {
                    case TableEncoder.NumberTarget t -> regression(t, train, isDecided);
                    case TableEncoder.ClassTarget t -> classification(t, train, isDecided);
                });
        lines.add(features(encoder, train.table()));
        if (!encoder.leftOut().isEmpty()) {
            lines.add(
                    "left out: "
                            + Excerpt.names(
                                    encoder.leftOut().entrySet().stream()
                                            .map(e -> "%s (%s)".formatted(e.getKey(), e.getValue()))
                                            .toList(),
                                    MOST_NAMED));
        }
        return lines;
    }

    private static String regression(TableEncoder.NumberTarget t, CsvDataset train, boolean isDecided) {
        double[] values = train.encoder().numbers(train.y());
        long distinct = Arrays.stream(values).distinct().count();
        boolean integers = Arrays.stream(values).allMatch(v -> Math.abs(v - Math.rint(v)) < 1e-3);
        return String.format(
                Locale.ROOT,
                "target %s: numbers from %s to %s; always predicting the mean, %s, has rmse %s%s",
                t.name(),
                Numbers.format(Arrays.stream(values).min().orElse(0)),
                Numbers.format(Arrays.stream(values).max().orElse(0)),
                Numbers.format(t.mean()),
                Numbers.format(t.std()),
                isDecided && integers && distinct <= PERHAPS_CLASSES ? " (--task classification: classes)" : "");
    }

    private static String classification(TableEncoder.ClassTarget t, CsvDataset train, boolean isDecided) {
        var counts = new long[t.classes().size()];
        for (long label : train.y().toLongArray()) {
            counts[(int) label]++;
        }
        int most = 0;
        for (int i = 0; i < counts.length; i++) {
            most = counts[i] > counts[most] ? i : most;
        }
        return String.format(
                Locale.ROOT,
                "target %s: %d classes, %s; always predicting %s has accuracy %.3f%s",
                t.name(),
                counts.length,
                Excerpt.names(t.classes(), MOST_NAMED),
                t.classes().get(most),
                (double) counts[most] / train.size(),
                isDecided && train.table().isNumeric(t.name()) ? " (--task regression: numbers)" : "");
    }

    private static String features(TableEncoder encoder, Table table) {
        var used = new HashSet<String>();
        encoder.features().forEach(f -> used.add(f.name()));
        long missing =
                table.missing().entrySet().stream().filter(e -> used.contains(e.getKey()) && e.getValue() > 0).count();
        long numbers = encoder.features().stream().filter(TableEncoder.Numbers.class::isInstance).count();
        long categories = encoder.features().size() - numbers;
        int embedded = encoder.embedded().size();
        return String.format(
                Locale.ROOT,
                "features: %d column%s of numbers, %d of categories%s, as %d inputs%s",
                numbers,
                numbers == 1 ? "" : "s",
                categories,
                embedded == 0 ? "" : String.format(Locale.ROOT, " (%d with an embedding)", embedded),
                encoder.width(),
                missing == 0 ? "" : String.format(Locale.ROOT, "; %d with missing values", missing));
    }
}
