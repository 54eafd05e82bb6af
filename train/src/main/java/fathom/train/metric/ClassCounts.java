package fathom.train.metric;

import fathom.Tensor;
import fathom.Tensors;
import fathom.train.metric.Predictions.Kind;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Counts per class: how often it was hit, predicted and present. */
final class ClassCounts {
    private long[] hits = {};
    private long[] predicted = {};
    private long[] actual = {};

    /** The number of batches that were not counted because their predictions are undefined. */
    private long undefined;

    /** {@return the number of classes seen so far} */
    int classes() {
        return hits.length;
    }

    long hits(int c) {
        return c < hits.length ? hits[c] : 0;
    }

    long predicted(int c) {
        return c < hits.length ? predicted[c] : 0;
    }

    long actual(int c) {
        return c < hits.length ? actual[c] : 0;
    }

    /** {@return whether a batch could not be counted} */
    boolean isUndefined() {
        return undefined > 0;
    }

    /** Adds a batch; with several labels per example, labels count as classes. */
    void add(String metric, Kind kind, Tensor output, Tensor target, double threshold, @Nullable Long ignored) {
        if (kind == Kind.LABELS) {
            addLabels(output, target, threshold, ignored);
            return;
        }
        Predictions p = Predictions.of(metric, kind, output, target, threshold, ignored);
        if (p == null) {
            undefined++;
            return;
        }
        grow(p.classes());
        for (int i = 0; i < p.actual().length; i++) {
            int is = (int) p.actual()[i];
            int found = (int) p.predicted()[i];
            actual[is]++;
            predicted[found]++;
            if (is == found) {
                hits[is]++;
            }
        }
    }

    private void addLabels(Tensor output, Tensor target, double threshold, @Nullable Long ignored) {
        if (Predictions.isUndefined(Kind.LABELS, output)) {
            undefined++;
            return;
        }
        Tensor found = Predictions.positive(output, threshold);
        Tensor truth = Predictions.truth(target);
        if (ignored != null) {
            Tensor counted = target.ne(ignored);
            found = found.logicalAnd(counted);
            truth = truth.logicalAnd(counted);
        }
        grow(Math.toIntExact(output.size(1)));
        addTo(hits, found.logicalAnd(truth));
        addTo(predicted, found);
        addTo(actual, truth);
    }

    private static void addTo(long[] counts, Tensor labels) {
        long[] sums = labels.to(Tensors.INT64).sum(0).toLongArray();
        for (int c = 0; c < sums.length; c++) {
            counts[c] += sums[c];
        }
    }

    private void grow(int classes) {
        if (classes > hits.length) {
            hits = Arrays.copyOf(hits, classes);
            predicted = Arrays.copyOf(predicted, classes);
            actual = Arrays.copyOf(actual, classes);
        }
    }

    double[] state() {
        int n = hits.length;
        var state = new double[1 + 3 * n];
        state[0] = undefined;
        for (int c = 0; c < n; c++) {
            state[1 + c] = hits[c];
            state[1 + n + c] = predicted[c];
            state[1 + 2 * n + c] = actual[c];
        }
        return state;
    }

    void merge(String metric, double[] state) {
        int n = (state.length - 1) / 3;
        long[] counts = States.counts(metric, state, 1 + 3L * n);
        grow(n);
        undefined += counts[0];
        for (int c = 0; c < n; c++) {
            hits[c] += counts[1 + c];
            predicted[c] += counts[1 + n + c];
            actual[c] += counts[1 + 2 * n + c];
        }
    }

    void restore(String metric, double[] state) {
        var restored = new ClassCounts();
        restored.merge(metric, state);
        hits = restored.hits;
        predicted = restored.predicted;
        actual = restored.actual;
        undefined = restored.undefined;
    }
}
