package fathom.train.table;

import fathom.Autograd;
import fathom.Device;
import fathom.Scope;
import fathom.Tensor;
import fathom.data.Table;
import fathom.data.TableEncoder;
import fathom.nn.Layer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Predictions for the rows of a table. */
final class TablePredictions {
    private static final int ROWS = 4096;
    private static final String PREDICTED = "predicted_";
    private static final String PROBABILITY = "probability";

    private final TableEncoder encoder;
    private final Layer net;

    TablePredictions(TableEncoder encoder, Layer net) {
        this.encoder = encoder;
        this.net = net;
    }

    /** {@return the table with a column of predictions, and for classes one of their probabilities} */
    Table of(Table table) {
        Tensor x = encoder.x(table);
        Device device = net.parameters().getFirst().device();
        var predicted = new ArrayList<Object>();
        var probabilities = new ArrayList<Object>();
        for (int from = 0; from < table.rows(); from += ROWS) {
            try (var _ = Scope.open();
                    var _ = Autograd.noGrad()) {
                Tensor y = net.call(x.narrow(0, from, Math.min(ROWS, table.rows() - from)).to(device));
                if (encoder.isClassifier()) {
                    predicted.addAll(encoder.labels(y));
                    for (double p : y.softmax(1).amax(1).toDoubleArray()) {
                        probabilities.add(Math.round(p * 1e6) / 1e6);
                    }
                } else {
                    for (double value : encoder.numbers(y)) {
                        predicted.add(value);
                    }
                }
            }
        }
        Table result = table.with(PREDICTED + encoder.target().name(), predicted);
        return encoder.isClassifier() ? result.with(PROBABILITY, probabilities) : result;
    }

    /** {@return the predictions of the first rows in words, beside the targets where the table has them} */
    static List<String> lines(Table predicted, TableEncoder encoder, int count) {
        String target = encoder.target().name();
        List<@Nullable String> values = predicted.texts(PREDICTED + target);
        List<@Nullable String> actual = predicted.columns().contains(target) ? predicted.texts(target) : null;
        List<@Nullable String> probability = encoder.isClassifier() ? predicted.texts(PROBABILITY) : null;
        var lines = new ArrayList<String>();
        for (int r = 0; r < Math.min(count, predicted.rows()); r++) {
            String value = values.get(r);
            var line = new StringBuilder(String.format(Locale.ROOT, "row %d: %s", r + 1, shown(value, encoder)));
            if (probability != null) {
                line.append(
                        String.format(Locale.ROOT, " %.3f", Double.parseDouble(String.valueOf(probability.get(r)))));
            }
            if (actual != null && actual.get(r) != null) {
                line.append(" (is %s)".formatted(shown(actual.get(r), encoder)));
            }
            lines.add(line.toString());
        }
        return lines;
    }

    private static String shown(@Nullable String value, TableEncoder encoder) {
        return encoder.isClassifier() || value == null
                ? String.valueOf(value)
                : Numbers.format(Double.parseDouble(value));
    }
}
