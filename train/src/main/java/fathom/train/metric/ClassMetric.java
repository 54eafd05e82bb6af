package fathom.train.metric;

import fathom.Tensor;
import fathom.train.metric.Predictions.Kind;
import java.util.Locale;

/**
 * A metric of single classes, averaged over them.
 *
 * @param ofActual whether the mean is over the classes with examples, otherwise over those with examples or predictions
 */
record ClassMetric(String name, Ratio ratio, ClassMetricOptions options, boolean ofActual) implements Metric {
    /** A metric of one class, from its counts. */
    @FunctionalInterface
    interface Ratio {
        double of(double hits, double predicted, double actual);
    }

    static final Ratio PRECISION = (hits, predicted, _) -> divide(hits, predicted);
    static final Ratio RECALL = (hits, _, actual) -> divide(hits, actual);
    static final Ratio IOU = (hits, predicted, actual) -> divide(hits, predicted + actual - hits);

    static Ratio fBeta(double beta) {
        double b = beta * beta;
        return (hits, predicted, actual) -> divide((1 + b) * hits, b * actual + predicted);
    }

    /** {@return the ratio, or 0 for 0 / 0, as scikit-learn's} */
    static double divide(double numerator, double denominator) {
        return denominator == 0 ? 0 : numerator / denominator;
    }

    /** {@return a metric whose name tells the average or the class} */
    static ClassMetric of(String name, Ratio ratio, ClassMetricOptions options) {
        String full =
                options.only != null
                        ? String.format(Locale.ROOT, "%s of %d", name, options.only)
                        : switch (options.average) {
                            case BINARY -> name;
                            case MACRO -> "macro " + name;
                            case MICRO -> "micro " + name;
                            case WEIGHTED -> "weighted " + name;
                        };
        return new ClassMetric(full, ratio, options, false);
    }

    @Override
    public boolean higherIsBetter() {
        return true;
    }

    @Override
    public Tally start() {
        return new Counts();
    }

    private final class Counts implements Tally {
        private final ClassCounts counts = new ClassCounts();

        @Override
        public void add(Tensor output, Tensor target) {
            Kind kind = Predictions.kind(name, output, target);
            counts.add(name, kind, output, target, options.threshold, options.ignored);
            boolean isBinary = options.only == null && options.average == Average.BINARY;
            if (isBinary && (kind == Kind.LABELS || counts.classes() > 2)) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "%s: the average BINARY is for two classes, and there are %d: choose MACRO, WEIGHTED or MICRO, or a class by ofClass",
                                name,
                                counts.classes()));
            }
        }

        @Override
        public double value() {
            double allHits = 0;
            double allPredicted = 0;
            double allActual = 0;
            double sum = 0;
            double weighted = 0;
            int present = 0;
            for (int c = 0; c < counts.classes(); c++) {
                double hits = counts.hits(c);
                double predicted = counts.predicted(c);
                double actual = counts.actual(c);
                allHits += hits;
                allPredicted += predicted;
                allActual += actual;
                if (actual > 0 || !ofActual && predicted > 0) {
                    double value = ratio.of(hits, predicted, actual);
                    sum += value;
                    weighted += value * actual;
                    present++;
                }
            }
            if (counts.isUndefined() || allActual + allPredicted == 0) {
                return Double.NaN;
            }
            if (options.only != null) {
                return of(options.only);
            }
            return switch (options.average) {
                case BINARY -> of(options.positive);
                case MACRO -> sum / present;
                case MICRO -> ratio.of(allHits, allPredicted, allActual);
                case WEIGHTED -> weighted / allActual;
            };
        }

        private double of(int c) {
            return ratio.of(counts.hits(c), counts.predicted(c), counts.actual(c));
        }

        @Override
        public double[] state() {
            return counts.state();
        }

        @Override
        public void restore(double[] state) {
            counts.restore(name, state);
        }

        @Override
        public void merge(double[] state) {
            counts.merge(name, state);
        }
    }
}
