package fathom.train.metric;

import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import fathom.plot.Colormap;
import fathom.plot.Plot;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/**
 * The confusion matrix: how often each class (row) was predicted as each (column). As a metric its value is the
 * balanced accuracy, the mean recall over the classes with examples. Batches with NaN or infinite maximum scores are
 * not counted, and make the value NaN.
 *
 * {@snippet :
 * var matrix = Metrics.confusionMatrix(10);
 * new Trainer(net, t -> t.metrics(Metrics.accuracy(), matrix)).evaluate(test);
 * IO.println(matrix.report(names));
 * matrix.plot(names).save(Path.of("confusion.svg"));
 * }
 */
public final class ConfusionMatrix implements Metric {
    private static final String NAME = "confusionMatrix";

    private final int classes;
    private final ClassMetricOptions options;
    private volatile Tensor last;

    ConfusionMatrix(int classes, ClassMetricOptions options) {
        if (classes < 2) {
            throw new IllegalArgumentException("confusionMatrix: expected at least 2 classes, got " + classes);
        }
        this.classes = classes;
        this.options = options;
        this.last = Tensors.zeros(Tensors.INT64, classes, classes).keep();
    }

    @Override
    public String name() {
        return "balanced acc";
    }

    @Override
    public boolean higherIsBetter() {
        return true;
    }

    /** {@return int64 {@code [classes, classes]}: the counts of the last pass, finished or in progress} */
    public Tensor matrix() {
        return last;
    }

    /**
     * {@return float32 {@code [classes, classes]}: the last pass's counts as fractions of their rows, the classes; 0 in
     * the rows of classes without examples}
     */
    public Tensor normalized() {
        Tensor counts = last.to(Tensors.FLOAT32);
        return counts.div(counts.sum(1, KeepDim.KEEP_DIM).clampMin(1));
    }

    /**
     * {@return the precision, recall and F1 of each class, of the last pass}
     *
     * @param names the classes' names, as many as there are classes
     */
    public ClassificationReport report(List<String> names) {
        return ClassificationReport.of(last.toArray(long[][].class), names);
    }

    /** {@return the precision, recall and F1 of each class, of the last pass; the classes' names are their numbers} */
    public ClassificationReport report() {
        return report(IntStream.range(0, classes).mapToObj(Integer::toString).toList());
    }

    /**
     * {@return the counts as a picture: a row for each class, a column for each predicted class}
     *
     * @param names the classes' names, as many as there are classes
     */
    public Plot plot(List<String> names) {
        int side = 180 + 44 * Math.clamp(classes, 4, 40);
        return Plot.heatmap(
                        matrix(),
                        h ->
                                h.numbers()
                                        .rows(names)
                                        .columns(names)
                                        .colors(Colormap.BLUES)
                                        .xLabel("predicted")
                                        .yLabel("actual"))
                .size(side + 60, side);
    }

    @Override
    public Tally start() {
        return new Counts();
    }

    private final class Counts implements Tally {
        private final long[][] counts = new long[classes][classes];

        /** The number of batches skipped because their predictions are undefined. */
        private long undefined;

        @Override
        public void add(Tensor output, Tensor target) {
            var kind = Predictions.kind(NAME, output, target);
            if (kind == Predictions.Kind.LABELS) {
                throw new IllegalArgumentException(
                        "confusionMatrix: expected one class per example, got scores and targets of %s"
                                .formatted(output.shape()));
            }
            Predictions p = Predictions.of(NAME, kind, output, target, options.threshold, options.ignored);
            if (p == null) {
                undefined++;
                return;
            }
            if (p.classes() > classes) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "confusionMatrix: it has %d classes, and the batch has %d",
                                classes,
                                p.classes()));
            }
            for (int i = 0; i < p.actual().length; i++) {
                counts[(int) p.actual()[i]][(int) p.predicted()[i]]++;
            }
        }

        @Override
        public double value() {
            last = Tensors.tensor(counts).keep();
            double sum = 0;
            int seen = 0;
            for (int c = 0; c < classes; c++) {
                long all = Arrays.stream(counts[c]).sum();
                if (all > 0) {
                    sum += (double) counts[c][c] / all;
                    seen++;
                }
            }
            return seen == 0 || undefined > 0 ? Double.NaN : sum / seen;
        }

        @Override
        public double[] state() {
            var state = new double[classes * classes + 1];
            for (int i = 0; i < classes * classes; i++) {
                state[i] = counts[i / classes][i % classes];
            }
            state[classes * classes] = undefined;
            return state;
        }

        @Override
        public void restore(double[] state) {
            long[] restored = States.counts(NAME, state, classes * classes + 1L);
            for (long[] row : counts) {
                Arrays.fill(row, 0);
            }
            undefined = 0;
            add(restored);
        }

        @Override
        public void merge(double[] state) {
            add(States.counts(NAME, state, classes * classes + 1L));
        }

        private void add(long[] added) {
            for (int i = 0; i < classes * classes; i++) {
                counts[i / classes][i % classes] += added[i];
            }
            undefined += added[classes * classes];
        }
    }
}
