package fathom.train.metric;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Precision, recall and F1 of each class, and their means. Prints as scikit-learn's {@code classification_report}.
 *
 * @param classes a row per class, in their order; classes without examples and predictions have zeros
 * @param macro the mean over the classes that have examples or predictions
 * @param weighted the mean over the classes, weighted by their numbers of examples
 * @param accuracy the fraction of examples whose class was predicted
 */
public record ClassificationReport(List<Row> classes, Row macro, Row weighted, double accuracy) {
    /**
     * A row of the table. A ratio without examples is 0.
     *
     * @param name the class
     * @param precision of the examples predicted as the class, the fraction that are of the class
     * @param recall of the examples of the class, the fraction that were predicted as it
     * @param f1 the harmonic mean of precision and recall
     * @param support the number of examples
     */
    public record Row(String name, double precision, double recall, double f1, long support) {}

    /** Takes a copy of the list. */
    public ClassificationReport {
        classes = List.copyOf(classes);
    }

    /**
     * {@return the report of a confusion matrix}
     *
     * @param matrix {@code [classes][classes]}: how often each class (row) was predicted as each (column)
     * @param names the classes' names
     * @throws IllegalArgumentException if it is not square, or there are not as many names
     */
    public static ClassificationReport of(long[][] matrix, List<String> names) {
        int n = matrix.length;
        if (names.size() != n) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "report: %d names for %d classes", names.size(), n));
        }
        var predicted = new long[n];
        long all = 0;
        long hits = 0;
        for (int c = 0; c < n; c++) {
            if (matrix[c].length != n) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "report: row %d has %d columns, and there are %d classes",
                                c,
                                matrix[c].length,
                                n));
            }
            for (int d = 0; d < n; d++) {
                predicted[d] += matrix[c][d];
                all += matrix[c][d];
            }
            hits += matrix[c][c];
        }
        var rows = new ArrayList<Row>();
        var means = new double[2][3];
        int present = 0;
        for (int c = 0; c < n; c++) {
            long support = 0;
            for (long count : matrix[c]) {
                support += count;
            }
            long own = matrix[c][c];
            double[] scores = {
                ClassMetric.PRECISION.of(own, predicted[c], support),
                ClassMetric.RECALL.of(own, predicted[c], support),
                ClassMetric.fBeta(1).of(own, predicted[c], support)
            };
            if (support + predicted[c] > 0) {
                present++;
            }
            for (int i = 0; i < scores.length; i++) {
                means[0][i] += scores[i];
                means[1][i] += scores[i] * support;
            }
            rows.add(new Row(names.get(c), scores[0], scores[1], scores[2], support));
        }
        return new ClassificationReport(
                rows,
                mean("macro avg", means[0], present, all),
                mean("weighted avg", means[1], all, all),
                (double) hits / all);
    }

    private static Row mean(String name, double[] sums, double n, long support) {
        return new Row(name, sums[0] / n, sums[1] / n, sums[2] / n, support);
    }

    /** {@return the table, with two decimals} */
    @Override
    public String toString() {
        int width = nameWidth();
        var text = new StringBuilder(" ".repeat(width)).append(' ');
        for (String head : List.of("precision", "recall", "f1-score", "support")) {
            text.append(' ').append(right(head, 9));
        }
        text.append("\n\n");
        classes.forEach(row -> append(text, width, row));
        text.append('\n').append(right("accuracy", width)).append(' ').append(" ".repeat(20)).append(' ');
        text.append(right(number(accuracy), 9)).append(' ').append(right(Long.toString(macro.support), 9)).append('\n');
        append(text, width, macro);
        append(text, width, weighted);
        return text.toString();
    }

    private int nameWidth() {
        return Math.max(
                weighted.name().length(), classes.stream().mapToInt(row -> row.name().length()).max().orElse(0));
    }

    private static void append(StringBuilder text, int width, Row row) {
        text.append(right(row.name, width)).append(' ');
        for (double value : new double[] {row.precision, row.recall, row.f1}) {
            text.append(' ').append(right(number(value), 9));
        }
        text.append(' ').append(right(Long.toString(row.support), 9)).append('\n');
    }

    /** Rounds the exact binary value, ties to even, as Python prints numbers. */
    private static String number(double value) {
        return Double.isFinite(value)
                ? new BigDecimal(value).setScale(2, RoundingMode.HALF_EVEN).toPlainString()
                : Double.isNaN(value) ? "nan" : Double.toString(value);
    }

    private static String right(String text, int width) {
        return " ".repeat(Math.max(0, width - text.length())) + text;
    }
}
