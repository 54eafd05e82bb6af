package fathom.train.metric;

import static fathom.Tensors.FLOAT32;
import static fathom.Tensors.tensor;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Tensor;
import fathom.Tensors;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Metrics without examples, with NaN, of classes that never occur; states that do not fit; shapes that do not. */
class MetricEdgesTest {
    private static final Tensor SCORES = tensor(new double[][] {{2, 0, 1}, {0, 2, 1}, {3, 0, 1}, {0, 1, 3}}, FLOAT32);
    private static final Tensor CLASSES = tensor(0L, 1, 1, 2);

    static Stream<Metric> classifiers() {
        return Stream.of(
                Metrics.accuracy(),
                Metrics.topK(2),
                Metrics.precision(o -> o.average(Average.MACRO)),
                Metrics.recall(o -> o.average(Average.MICRO)),
                Metrics.f1(o -> o.average(Average.WEIGHTED)),
                Metrics.f1(o -> o.ofClass(1)),
                Metrics.balancedAccuracy(),
                Metrics.meanIoU(),
                Metrics.rocAuc(),
                Metrics.averagePrecision(o -> o.average(Average.WEIGHTED)),
                Metrics.confusionMatrix(3),
                Metrics.perplexity());
    }

    static Stream<Metric> regressions() {
        return Stream.of(
                Metrics.meanSquaredError(),
                Metrics.rootMeanSquaredError(),
                Metrics.meanAbsoluteError(),
                Metrics.meanAbsolutePercentageError(),
                Metrics.meanSquaredLogError(),
                Metrics.logRootMeanSquaredError(),
                Metrics.r2());
    }

    static Stream<Metric> all() {
        return Stream.concat(classifiers(), regressions());
    }

    @ParameterizedTest
    @MethodSource("classifiers")
    void withoutExamplesAndWithNaNThereIsNoValue(Metric metric) {
        assertThat(metric.start().value()).isNaN();
        assertThat(metric.of(SCORES.narrow(0, 0, 0), CLASSES.narrow(0, 0, 0))).as("an empty batch").isNaN();
        Tensor broken = SCORES.clone();
        broken.set(Double.NaN, "1, 1");
        var tally = metric.start();
        tally.add(SCORES, CLASSES);
        assertThat(tally.value()).isBetween(0.0, 10.0);
        double[] before = tally.state();
        tally.add(broken, CLASSES);
        assertThat(tally.value()).as("a batch with NaN").isNaN();
        var other = metric.start();
        other.restore(tally.state());
        assertThat(other.value()).as("restored").isNaN();
        other.restore(before);
        assertThat(other.value()).as("restored as it was before").isBetween(0.0, 10.0);
        other.merge(tally.state());
        assertThat(other.value()).as("merged").isNaN();
    }

    @ParameterizedTest
    @MethodSource("regressions")
    void regressionsWithoutExamplesAndWithNaN(Metric metric) {
        Tensor y = tensor(new double[] {1, 2, 4}, FLOAT32);
        assertThat(metric.start().value()).isNaN();
        assertThat(metric.of(y.narrow(0, 0, 0), y.narrow(0, 0, 0))).isNaN();
        assertThat(metric.of(tensor(new double[] {1, Double.NaN, 3}, FLOAT32), y)).isNaN();
        assertThat(metric.of(y.unsqueeze(1), y)).as("[N, 1] and [N]").isEqualTo(metric.of(y, y));
        assertThatThrownBy(() -> metric.of(y, y.narrow(0, 0, 2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected a target for each number of the output, got [3] and [2]");
    }

    @ParameterizedTest
    @MethodSource("all")
    void statesOfOthersAreRefused(Metric metric) {
        var tally = metric.start();
        for (double[] bad : new double[][] {{}, {1, 2, 3, 4, 5, 6}}) {
            assertThatThrownBy(() -> tally.restore(bad)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> tally.merge(bad)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(tally.value()).as("unchanged").isNaN();
    }

    @Test
    void oneLogitPerExampleIsBinary() {
        Tensor logits = tensor(new double[] {1.5, -0.5, 0.2, -2}, FLOAT32);
        Tensor target = tensor(1L, 0, 0, 1);
        for (Tensor scores : new Tensor[] {logits, logits.unsqueeze(1)}) {
            assertThat(Metrics.accuracy().of(scores, target)).isEqualTo(0.5);
            assertThat(Metrics.f1().of(scores, target)).isEqualTo(0.5);
            assertThat(Metrics.rocAuc().of(scores, target)).isEqualTo(0.5);
        }
        Tensor floats = target.to(FLOAT32);
        assertThat(Metrics.f1().of(logits.unsqueeze(1), floats.unsqueeze(1))).isEqualTo(0.5);
        Tensor probabilities = logits.sigmoid();
        assertThat(Metrics.accuracy().of(probabilities, target)).as("every probability is above 0").isEqualTo(0.5);
        assertThat(Metrics.recall().of(probabilities, target)).isEqualTo(1);
        assertThat(Metrics.recall(o -> o.threshold(0.5)).of(probabilities, target)).isEqualTo(0.5);
    }

    @Test
    void classesThatNeverOccurAreLeftOutOfMeans() {
        Tensor target = tensor(0L, 0, 1, 1);
        Tensor predicted = tensor(0L, 0, 0, 1);
        // of three classes the last occurs nowhere: F1 of the others is 4/5 and 2/3
        Tensor scores = Tensors.oneHot(predicted, 3).to(FLOAT32);
        assertThat(Metrics.f1(o -> o.average(Average.MACRO)).of(scores, target))
                .isCloseTo((0.8 + 2.0 / 3) / 2, within(1e-12));
        assertThat(Metrics.f1(o -> o.ofClass(2)).of(scores, target)).isZero();
        // predicted, but never there: it counts, with 0
        assertThat(Metrics.precision(o -> o.average(Average.MACRO)).of(tensor(0L, 0, 2, 1), target))
                .isCloseTo(2.0 / 3, within(1e-12));
        assertThat(Metrics.rocAuc().of(scores, target))
                .as("the third class has no curve")
                .isCloseTo(0.75, within(1e-12));
        assertThat(Metrics.rocAuc().of(SCORES, tensor(1L, 1, 1, 1))).as("no class has one").isNaN();
        assertThat(Metrics.averagePrecision(o -> o.ofClass(0)).of(SCORES, tensor(1L, 1, 1, 1))).isNaN();
        assertThat(Metrics.meanIoU(o -> o.ignore(1)).of(SCORES, tensor(1L, 1, 1, 1))).as("all ignored").isNaN();
    }

    @Test
    void equalScoresCountHalf() {
        Tensor target = tensor(1L, 0, 1, 0);
        assertThat(Metrics.rocAuc().of(Tensors.zeros(4), target)).isEqualTo(0.5);
        assertThat(Metrics.averagePrecision().of(Tensors.zeros(4), target)).isEqualTo(0.5);
        Tensor infinite = tensor(new double[] {Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, 0, -0.0}, FLOAT32);
        assertThat(Metrics.rocAuc().of(infinite, target)).as("0 and -0 are equal").isEqualTo(0.875);
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertThatThrownBy(() -> Metrics.f1().of(SCORES, CLASSES))
                .hasMessage(
                        "f1: the average BINARY is for two classes, and there are 3: choose MACRO, WEIGHTED or MICRO, or a class by ofClass");
        assertThatThrownBy(() -> Metrics.accuracy().of(SCORES, SCORES.softmax(1)))
                .hasMessageStartingWith("accuracy: expected scores [N, classes, ...] and classes [N, ...]")
                .hasMessageContaining("a.threshold(0)");
        assertThatThrownBy(() -> Metrics.meanIoU().of(SCORES, tensor(0L, 1, 255, 2)))
                .hasMessage(
                        "mean iou: a target is 255, and the classes are 0 to 2; the option ignore leaves out a target");
        assertThatThrownBy(() -> Metrics.rocAuc().of(SCORES, tensor(0L, 1, 7, 2)))
                .hasMessage("auc: a target is 7, and the classes are 0 to 2");
        assertThatThrownBy(() -> Metrics.rocAuc(o -> o.average(Average.MICRO)))
                .hasMessageStartingWith("auc: the average is MACRO or WEIGHTED");
        assertThatThrownBy(() -> Metrics.rocAuc().of(CLASSES, CLASSES)).hasMessageContaining("got INT64");
        assertThatThrownBy(() -> Metrics.confusionMatrix(2).of(SCORES, CLASSES))
                .hasMessage("confusionMatrix: it has 2 classes, and the batch has 3");
        assertThatThrownBy(() -> Metrics.fBeta(0, o -> {})).hasMessage("fBeta: beta must be positive, is 0.0");
        var auc = Metrics.rocAuc().start();
        auc.add(SCORES, CLASSES);
        assertThatThrownBy(() -> auc.add(SCORES.narrow(1, 0, 2), tensor(0L, 1, 1, 0)))
                .hasMessage("auc: a batch has 1 scores per example, an earlier one 3");
    }

    @Test
    void r2OfConstantAndFewTargets() {
        Tensor constant = Tensors.full(0.1, FLOAT32, 7);
        assertThat(Metrics.r2().of(constant, constant)).isEqualTo(1);
        assertThat(Metrics.r2().of(constant.add(1), constant)).isEqualTo(0);
        assertThat(Metrics.r2().of(tensor(new double[] {1}, FLOAT32), tensor(new double[] {1}, FLOAT32))).isNaN();
    }

    @Test
    void detectionsWithoutObjectsHaveNoValue() {
        var map = new MeanAveragePrecision();
        assertThat(map.value()).isNaN();
        map.add(List.of(new DetectedBox(0, 0, 9, 9, 1, 0.5)), List.of());
        assertThat(map.value()).as("nothing to find").isNaN();
        map.add(List.of(), List.of(new TrueBox(0, 0, 40, 40, 1)));
        assertThat(map.value()).as("nothing found").isZero();
        assertThat(map.scores().mapSmall()).as("no small object").isNaN();
        map.add(
                tensor(new double[][] {{0, 0, 40, 40}, {100, 100, 140, 140}}, FLOAT32),
                tensor(new double[] {0.9, 0.8}, FLOAT32),
                tensor(1L, 1),
                tensor(new double[][] {{0, 0, 40, 40}}, FLOAT32),
                tensor(new long[] {1}));
        // one of two objects, first of three detections: precision 1 up to a recall of a half
        assertThat(map.value()).isCloseTo(51.0 / 101, within(1e-12));
        assertThat(map.scores().toString()).contains("average precision  IoU .50:.95     0.505\n");
        assertThatThrownBy(() -> new TrueBox(5, 0, 4, 9, 1)).hasMessageContaining("x1 <= x2");
        assertThatThrownBy(() -> map.restore(new double[] {1, 2, 3})).isInstanceOf(IllegalArgumentException.class);
        assertThat(map.images()).isEqualTo(3);
    }

    @Test
    void bleuOfNothing() {
        assertThat(new Bleu().value()).isNaN();
        var bleu = new Bleu();
        bleu.add(List.of(), List.of(List.of("a")));
        assertThat(bleu.value()).isZero();
        assertThat(Bleu.ofSentence("", "a b", 2)).isZero();
        assertThatThrownBy(() -> bleu.add(List.of("a"), List.of())).hasMessageContaining("at least one reference");
        assertThatThrownBy(() -> bleu.restore(new Bleu(2, false).state())).hasMessageContaining("expected 10");
    }
}
