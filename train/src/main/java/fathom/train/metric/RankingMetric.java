package fathom.train.metric;

import fathom.DType;
import fathom.Tensor;
import fathom.train.metric.Predictions.Kind;
import java.util.Arrays;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/**
 * A metric of how scores rank the examples, such as the area under the ROC curve: of one score, or of each class
 * against the rest. It keeps all scores, so it is exact.
 */
record RankingMetric(String name, ToDoubleFunction<RankedScores> curve, ClassMetricOptions options) implements Metric {
    RankingMetric {
        if (options.average != Average.MACRO && options.average != Average.WEIGHTED) {
            throw new IllegalArgumentException(
                    "%s: the average is MACRO or WEIGHTED; with two classes, it is that of the second".formatted(name));
        }
    }

    @Override
    public String toString() {
        return name;
    }

    @Override
    public boolean higherIsBetter() {
        return true;
    }

    @Override
    public Tally start() {
        return new Scores();
    }

    private final class Scores implements Tally {
        /** Scores per example: the number of classes or labels, 1 if there are two classes. */
        private int columns;

        /** Truths per example: 1, the class, or one per label. */
        private int truths;

        private int examples;
        private double[] scores = {};
        private double[] truth = {};
        private long undefined;

        @Override
        public void add(Tensor output, Tensor target) {
            Kind kind = Predictions.kind(name, output, target);
            if (kind == Kind.INDICES) {
                throw new IllegalArgumentException(
                        "%s: expected scores, floating-point numbers, got %s".formatted(name, output.dtype()));
            }
            if (Predictions.isUndefined(kind, output)) {
                undefined++;
                return;
            }
            Tensor s = output.detach().to(DType.FLOAT64);
            switch (kind) {
                case CLASSES -> {
                    int classes = Math.toIntExact(output.size(1));
                    s = s.movedim(1, -1).reshape(-1, classes);
                    double[] classesOf = classesOf(target, classes);
                    if (classes == 2) { // the difference of logits ranks as the probability does, and does not saturate
                        s = options.isLogits ? s.select(1, 1).sub(s.select(1, 0)) : s.select(1, 1);
                        append(1, 1, s.toDoubleArray(), classesOf);
                    } else {
                        append(
                                classes,
                                1,
                                (options.isLogits ? s.softmax(1) : s).reshape(-1).toDoubleArray(),
                                classesOf);
                    }
                }
                case LABELS -> {
                    int labels = Math.toIntExact(output.size(1));
                    append(labels, labels, s.reshape(-1).toDoubleArray(), labelsOf(target));
                }
                default -> append(1, 1, s.reshape(-1).toDoubleArray(), labelsOf(target));
            }
        }

        /** The classes of the examples; -1 where the target is ignored. */
        private double[] classesOf(Tensor target, int classes) {
            double[] classesOf = target.to(DType.FLOAT64).reshape(-1).toDoubleArray();
            for (int i = 0; i < classesOf.length; i++) {
                if (options.ignored != null && classesOf[i] == options.ignored) {
                    classesOf[i] = -1;
                } else if (!(classesOf[i] >= 0 && classesOf[i] < classes)) {
                    throw new IllegalArgumentException(
                            String.format(
                                    Locale.ROOT,
                                    "%s: a target is %.0f, and the classes are 0 to %d",
                                    name,
                                    classesOf[i],
                                    classes - 1));
                }
            }
            return classesOf;
        }

        /** Truths of 0 and 1; -1 where the target is ignored. */
        private double[] labelsOf(Tensor target) {
            Tensor is = Predictions.truth(target).to(DType.FLOAT64);
            return (options.ignored == null ? is : is.maskedFill(target.eq(options.ignored), -1))
                    .reshape(-1)
                    .toDoubleArray();
        }

        private void append(int columns, int truths, double[] newScores, double[] newTruths) {
            if (this.columns == 0) {
                this.columns = columns;
                this.truths = truths;
            } else if (this.columns != columns || this.truths != truths) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "%s: a batch has %d scores per example, an earlier one %d",
                                name,
                                columns,
                                this.columns));
            }
            int n = newTruths.length / truths;
            scores = room(scores, examples * columns, newScores.length);
            truth = room(truth, examples * truths, newTruths.length);
            System.arraycopy(newScores, 0, scores, examples * columns, newScores.length);
            System.arraycopy(newTruths, 0, truth, examples * truths, newTruths.length);
            examples += n;
        }

        private double[] room(double[] array, int used, int more) {
            int needed = Math.addExact(used, more);
            return needed <= array.length
                    ? array
                    : Arrays.copyOf(array, (int) Math.min(Integer.MAX_VALUE - 8L, Math.max(needed, 2L * used)));
        }

        @Override
        public double value() {
            if (undefined > 0 || examples == 0) {
                return Double.NaN;
            }
            if (columns == 1) {
                return curve.applyAsDouble(ranked(0));
            }
            if (options.only != null) {
                return options.only < columns ? curve.applyAsDouble(ranked(options.only)) : Double.NaN;
            }
            double sum = 0;
            double weights = 0;
            for (int c = 0; c < columns; c++) {
                RankedScores ranked = ranked(c);
                double value = curve.applyAsDouble(ranked);
                if (!Double.isNaN(value)) {
                    double weight = options.average == Average.MACRO ? 1 : ranked.positives();
                    sum += weight * value;
                    weights += weight;
                }
            }
            return sum / weights;
        }

        private RankedScores ranked(int column) {
            var positive = new double[examples];
            var negative = new double[examples];
            int p = 0;
            int n = 0;
            for (int i = 0; i < examples; i++) {
                double is = truth[i * truths + (truths == 1 ? 0 : column)];
                if (is < 0) {
                    continue; // ignored
                }
                boolean isPositive = truths == 1 && columns > 1 ? is == column : is == 1;
                double score = scores[i * columns + column];
                if (isPositive) {
                    positive[p++] = score;
                } else {
                    negative[n++] = score;
                }
            }
            return new RankedScores(Arrays.copyOf(positive, p), Arrays.copyOf(negative, n));
        }

        @Override
        public double[] state() {
            var state = new double[4 + examples * (columns + truths)];
            state[0] = undefined;
            state[1] = columns;
            state[2] = truths;
            state[3] = examples;
            System.arraycopy(scores, 0, state, 4, examples * columns);
            System.arraycopy(truth, 0, state, 4 + examples * columns, examples * truths);
            return state;
        }

        @Override
        public void restore(double[] state) {
            var restored = new Scores();
            restored.merge(state);
            undefined = restored.undefined;
            columns = restored.columns;
            truths = restored.truths;
            examples = restored.examples;
            scores = restored.scores;
            truth = restored.truth;
        }

        @Override
        public void merge(double[] state) {
            long batches = States.count(name, state, 0);
            int c = (int) States.count(name, state, 1, Integer.MAX_VALUE);
            int t = (int) States.count(name, state, 2, Integer.MAX_VALUE);
            long n = States.count(name, state, 3, Integer.MAX_VALUE);
            States.checkLength(name, state, 4 + n * (c + (long) t));
            if (n > 0 && (c == 0 || t != 1 && t != c)) {
                throw new IllegalArgumentException("%s: the state has no scores or truths".formatted(name));
            }
            if (n > 0) {
                int split = 4 + (int) n * c;
                append(c, t, Arrays.copyOfRange(state, 4, split), Arrays.copyOfRange(state, split, state.length));
            }
            undefined += batches;
        }
    }
}
