package fathom.train.metric;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.options.Reduction;
import fathom.train.metric.Predictions.Kind;
import java.util.Locale;
import java.util.function.BinaryOperator;
import java.util.function.Consumer;

/**
 * The usual metrics. Definitions and values are scikit-learn's where it has the metric.
 *
 * <p>Metrics of classifiers take logits {@code [N, classes, ...]} with int64 targets {@code [N, ...]}; or one logit per
 * example, {@code [N]} or {@code [N, 1]}, with targets of 0 and 1; or logits {@code [N, labels]} with targets of the
 * same shape, where an example may have several labels; or, except metrics of rankings, predicted classes as integers
 * in the targets' shape. If a maximum score is NaN or infinite, or a single one NaN, the prediction is undefined and
 * the metric is NaN. Classes without examples and predictions are left out of means; any other ratio of 0 / 0 is 0.
 *
 * <p>Metrics of regressions take as many targets as outputs, compute in float64, and are means over all numbers.
 */
public final class Metrics {
    /** The smallest absolute target that relative errors are divided by, as in scikit-learn. */
    private static final double LEAST_TARGET = Math.ulp(1.0);

    private Metrics() {}

    private static ClassMetricOptions options(Average average, Consumer<ClassMetricOptions> configure) {
        var options = new ClassMetricOptions(average);
        configure.accept(options);
        return options;
    }

    // ---- classification -------------------------------------------------------------------------------------------

    /** {@return the accuracy: the fraction of examples whose class has the maximum score; printed as {@code acc}} */
    public static Metric accuracy() {
        return accuracy(new ClassMetricOptions(Average.MICRO), false);
    }

    /**
     * {@return the accuracy with a threshold or ignored targets; with several labels per example, the fraction of
     * labels that are right}
     */
    public static Metric accuracy(Consumer<ClassMetricOptions> options) {
        return accuracy(options(Average.MICRO, options), true);
    }

    private static Metric accuracy(ClassMetricOptions options, boolean labels) {
        return SumMetric.mean(
                "acc",
                true,
                (output, target) -> {
                    Kind kind = Predictions.kind("accuracy", output, target);
                    if (kind == Kind.LABELS && !labels) {
                        throw new IllegalArgumentException(
                                "accuracy: expected scores [N, classes, ...] and classes [N, ...], got %s and %s; for several labels per example call accuracy(a -> a.threshold(0))"
                                        .formatted(output.shape(), target.shape()));
                    }
                    if (Predictions.isUndefined(kind, output)) {
                        return new SumMetric.Part(Double.NaN, target.numel());
                    }
                    Tensor flat = target.reshape(-1);
                    Tensor hits =
                            switch (kind) {
                                case CLASSES -> output.argmax(1).reshape(-1).eq(flat);
                                case INDICES -> output.reshape(-1).eq(flat);
                                default ->
                                        Predictions.positive(output.reshape(-1), options.threshold)
                                                .eq(Predictions.truth(flat));
                            };
                    return part(hits, flat, options);
                });
    }

    /** {@return the number of hits, and of targets, among those that are not ignored} */
    private static SumMetric.Part part(Tensor hits, Tensor target, ClassMetricOptions options) {
        if (options.ignored == null) {
            return new SumMetric.Part(hits.sum().item(), target.numel());
        }
        Tensor counted = target.ne(options.ignored);
        return new SumMetric.Part(hits.logicalAnd(counted).sum().item(), counted.sum().item());
    }

    /**
     * {@return the top-k accuracy: the fraction of examples whose class is among the {@code k} highest scores}
     *
     * @throws IllegalArgumentException if k is less than 1
     */
    public static Metric topK(int k) {
        if (k < 1) {
            throw new IllegalArgumentException("topK: expected at least 1, got " + k);
        }
        return SumMetric.mean(
                "top" + k,
                true,
                (output, target) -> {
                    if (Predictions.kind("topK", output, target) != Kind.CLASSES) {
                        throw new IllegalArgumentException(
                                "topK: expected scores [N, classes, ...] and classes [N, ...], got %s and %s"
                                        .formatted(output.shape(), target.shape()));
                    }
                    if (k > output.size(1)) {
                        throw new IllegalArgumentException(
                                String.format(
                                        Locale.ROOT, "topK: there are only %d classes, not %d", output.size(1), k));
                    }
                    if (Predictions.isUndefined(Kind.CLASSES, output)) {
                        return new SumMetric.Part(Double.NaN, target.numel());
                    }
                    // the rank is the number of classes with greater scores; ties do not count against the class
                    Tensor own = output.gather(1, target.unsqueeze(1));
                    return new SumMetric.Part(output.gt(own).sum(1).lt(k).sum().item(), target.numel());
                });
    }

    /** {@return the precision of the positive class: of the examples predicted as positive, the fraction that are} */
    public static Metric precision() {
        return precision(p -> {});
    }

    /** {@return the precision; by default of the positive class of two ({@link Average#BINARY})} */
    public static Metric precision(Consumer<ClassMetricOptions> options) {
        return ClassMetric.of("precision", ClassMetric.PRECISION, options(Average.BINARY, options));
    }

    /** {@return the recall of the positive class: of the positive examples, the fraction that are predicted as such} */
    public static Metric recall() {
        return recall(r -> {});
    }

    /** {@return the recall; by default of the positive class of two ({@link Average#BINARY})} */
    public static Metric recall(Consumer<ClassMetricOptions> options) {
        return ClassMetric.of("recall", ClassMetric.RECALL, options(Average.BINARY, options));
    }

    /** {@return F1 of the positive class: the harmonic mean of precision and recall} */
    public static Metric f1() {
        return f1(f -> {});
    }

    /**
     * {@return F1; by default of the positive class of two ({@link Average#BINARY})}
     *
     * {@snippet :
     * Metrics.f1(f -> f.average(Average.MACRO));
     * Metrics.f1(f -> f.ofClass(3));
     * }
     */
    public static Metric f1(Consumer<ClassMetricOptions> options) {
        return ClassMetric.of("f1", ClassMetric.fBeta(1), options(Average.BINARY, options));
    }

    /**
     * {@return F-beta: a mean of precision and recall in which recall weighs beta times as much}
     *
     * @throws IllegalArgumentException if beta is not positive
     */
    public static Metric fBeta(double beta, Consumer<ClassMetricOptions> options) {
        if (!(beta > 0)) {
            throw new IllegalArgumentException("fBeta: beta must be positive, is " + beta);
        }
        String number = beta == Math.rint(beta) ? String.format(Locale.ROOT, "%.0f", beta) : Double.toString(beta);
        return ClassMetric.of("f" + number, ClassMetric.fBeta(beta), options(Average.BINARY, options));
    }

    /**
     * {@return the balanced accuracy: the mean recall over the classes with examples; printed as {@code balanced acc}}
     */
    public static Metric balancedAccuracy() {
        return new ClassMetric("balanced acc", ClassMetric.RECALL, new ClassMetricOptions(Average.MACRO), true);
    }

    /**
     * {@return the area under the ROC curve, exact also with equal scores: of the second class of two, else the mean
     * over the classes, each against the rest; printed as {@code auc}} It keeps all scores of the pass.
     */
    public static Metric rocAuc() {
        return rocAuc(a -> {});
    }

    /** {@return the area under the ROC curve, with an average, of one class, or of probabilities} */
    public static Metric rocAuc(Consumer<ClassMetricOptions> options) {
        return new RankingMetric("auc", RankedScores::rocAuc, options(Average.MACRO, options));
    }

    /**
     * {@return the average precision, the sum over the thresholds of precision times the increase of recall: of the
     * second class of two, else the mean over the classes, each against the rest; printed as {@code ap}} It keeps all
     * scores of the pass.
     */
    public static Metric averagePrecision() {
        return averagePrecision(a -> {});
    }

    /** {@return the average precision, with an average, of one class, or of probabilities} */
    public static Metric averagePrecision(Consumer<ClassMetricOptions> options) {
        return new RankingMetric("ap", RankedScores::averagePrecision, options(Average.MACRO, options));
    }

    /**
     * {@return a confusion matrix; its printed value is the balanced accuracy, the mean recall over classes}
     *
     * @param classes the number of classes
     */
    public static ConfusionMatrix confusionMatrix(int classes) {
        return confusionMatrix(classes, c -> {});
    }

    /** {@return a confusion matrix, with a threshold or ignored targets} */
    public static ConfusionMatrix confusionMatrix(int classes, Consumer<ClassMetricOptions> options) {
        return new ConfusionMatrix(classes, options(Average.MACRO, options));
    }

    // ---- segmentation ---------------------------------------------------------------------------------------------

    /**
     * {@return the mean over the classes of intersection over union: of the pixels that are or were predicted as the
     * class, the fraction that are and were; printed as {@code mean iou}}
     */
    public static Metric meanIoU() {
        return meanIoU(i -> {});
    }

    /** {@return the mean intersection over union, with ignored targets: {@code meanIoU(i -> i.ignore(255))}} */
    public static Metric meanIoU(Consumer<ClassMetricOptions> options) {
        var configured = options(Average.MACRO, options);
        return new ClassMetric("mean iou", ClassMetric.IOU, configured, false);
    }

    /**
     * {@return the intersection over union, or Jaccard index; by default of the positive class of two ({@link
     * Average#BINARY})}
     */
    public static Metric iou(Consumer<ClassMetricOptions> options) {
        return ClassMetric.of("iou", ClassMetric.IOU, options(Average.BINARY, options));
    }

    // ---- language -------------------------------------------------------------------------------------------------

    /** {@return the perplexity: the exponential of the mean cross-entropy; targets of -100 are ignored} */
    public static Metric perplexity() {
        return perplexity(-100);
    }

    /**
     * {@return the perplexity, the exponential of the mean cross-entropy of logits {@code [N, words, ...]}}
     *
     * @param ignored the target that is not counted, such as that of padding
     */
    public static Metric perplexity(long ignored) {
        return SumMetric.mean(
                "perplexity",
                false,
                (output, target) -> {
                    Tensor losses =
                            Tensors.crossEntropy(output, target, c -> c.ignoreIndex(ignored).reduction(Reduction.NONE));
                    return new SumMetric.Part(losses.to(DType.FLOAT64).sum().item(), target.ne(ignored).sum().item());
                },
                Math::exp);
    }

    // ---- regression -----------------------------------------------------------------------------------------------

    /**
     * {@return the mean of a loss over the examples: to report a loss other than the training loss}
     *
     * @param name the printed name
     * @param loss a function from output and target to the mean over the batch
     */
    public static Metric mean(String name, BinaryOperator<Tensor> loss) {
        return SumMetric.mean(
                name,
                false,
                (output, target) ->
                        new SumMetric.Part(loss.apply(output, target).item() * output.size(0), output.size(0)));
    }

    /** {@return the mean squared error; printed as {@code mse}} */
    public static Metric meanSquaredError() {
        return Regression.mean("mse", (p, y) -> p.sub(y).square(), mean -> mean);
    }

    /** {@return the root mean squared error; printed as {@code rmse}} */
    public static Metric rootMeanSquaredError() {
        return Regression.mean("rmse", (p, y) -> p.sub(y).square(), Math::sqrt);
    }

    /** {@return the mean absolute error; printed as {@code mae}} */
    public static Metric meanAbsoluteError() {
        return Regression.mean("mae", (p, y) -> p.sub(y).abs(), mean -> mean);
    }

    /**
     * {@return the mean of the absolute error over the target's absolute value, as a fraction; printed as {@code mape}}
     */
    public static Metric meanAbsolutePercentageError() {
        return Regression.mean("mape", (p, y) -> p.sub(y).abs().div(y.abs().clampMin(LEAST_TARGET)), mean -> mean);
    }

    /** {@return the mean squared error of log(1 + x), for numbers above -1; printed as {@code msle}} */
    public static Metric meanSquaredLogError() {
        return Regression.mean("msle", (p, y) -> p.log1p().sub(y.log1p()).square(), mean -> mean);
    }

    /**
     * {@return the root mean squared error of logarithms, predictions below 1 counting as 1, for positive targets;
     * printed as {@code log rmse}}
     *
     * @see <a href="https://d2l.ai/chapter_multilayer-perceptrons/kaggle-house-price.html">Dive into Deep Learning,
     *     Predicting House Prices on Kaggle</a>
     */
    public static Metric logRootMeanSquaredError() {
        return Regression.mean("log rmse", (p, y) -> p.clampMin(1).log().sub(y.log()).square(), Math::sqrt);
    }

    /**
     * {@return the coefficient of determination, the fraction of the targets' variance that is explained; with several
     * outputs per example, the mean over them; printed as {@code r2}} At least two examples are needed, else it is NaN.
     */
    public static Metric r2() {
        return new RSquared();
    }
}
