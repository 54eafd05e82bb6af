package fathom.train.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Tensor;
import fathom.Tensors;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MetricsTest {
    private static final Tensor SCORES =
            Tensors.tensor(
                    new double[][] {{0.1, 0.7, 0.2}, {0.5, 0.4, 0.1}, {0.3, 0.2, 0.5}, {0.2, 0.5, 0.3}},
                    Tensors.FLOAT32);
    private static final Tensor TARGET = Tensors.tensor(1L, 1, 2, 0);

    private static double value(Metric metric, Tensor output, Tensor target) {
        var tally = metric.start();
        assertThat(tally.value()).isNaN();
        tally.add(output, target);
        return tally.value();
    }

    @Test
    void accuracyIsTheShareOfHits() {
        assertThat(value(Metrics.accuracy(), SCORES, TARGET)).isEqualTo(0.5);
    }

    @Test
    void accuracyOfPicturesCountsPixels() {
        // [N, classes, H, W]: the scores of a picture of one row
        Tensor output = SCORES.t().reshape(1, 3, 1, 4);
        assertThat(value(Metrics.accuracy(), output, TARGET.reshape(1, 1, 4))).isEqualTo(0.5);
    }

    @Test
    void batchesOfDifferentSizesCountByTheirExamples() {
        var tally = Metrics.accuracy().start();
        tally.add(SCORES.narrow(0, 0, 3), TARGET.narrow(0, 0, 3));
        tally.add(SCORES.narrow(0, 3, 1), TARGET.narrow(0, 3, 1));
        assertThat(tally.value()).isEqualTo(0.5);
        var other = Metrics.accuracy().start();
        other.restore(tally.state());
        assertThat(other.value()).isEqualTo(0.5);
    }

    @Test
    void topKLooksAmongTheGreatest() {
        assertThat(value(Metrics.topK(1), SCORES, TARGET)).isEqualTo(0.5);
        assertThat(value(Metrics.topK(2), SCORES, TARGET)).isEqualTo(0.75);
        assertThat(value(Metrics.topK(3), SCORES, TARGET)).isEqualTo(1);
        assertThatThrownBy(() -> value(Metrics.topK(4), SCORES, TARGET))
                .hasMessage("topK: there are only 3 classes, not 4");
    }

    @Test
    void meanSquaredErrorOfRegression() {
        Tensor output = Tensors.tensor(1.0, 2, 3).unsqueeze(1);
        assertThat(value(Metrics.meanSquaredError(), output, Tensors.tensor(1.0, 4, 6)))
                .isCloseTo(13.0 / 3, within(1e-6));
    }

    @Test
    void confusionMatrixCountsWhatIsTakenForWhat() {
        var metric = Metrics.confusionMatrix(3);
        // classes 0, 1, 2: found in 0 of 1, 1 of 2, 1 of 1
        assertThat(value(metric, SCORES, TARGET)).isEqualTo(0.5);
        assertThat(metric.matrix().toArray(long[][].class))
                .isDeepEqualTo(new long[][] {{0, 1, 0}, {1, 1, 0}, {0, 0, 1}});
        var tally = metric.start();
        tally.add(SCORES, TARGET);
        var other = metric.start();
        other.restore(tally.state());
        assertThat(other.value()).isEqualTo(0.5);
    }

    @Test
    void aConfusionMatrixIsDrawnWithItsCountsAndNames() {
        var metric = Metrics.confusionMatrix(3);
        value(metric, SCORES, TARGET);
        String svg = metric.plot(List.of("cat", "dog", "bird")).svg();
        for (String text : List.of("cat", "dog", "bird", "predicted", "actual", "0", "1")) {
            assertThat(svg).contains(">" + text + "</text>");
        }
        assertThatThrownBy(() -> metric.plot(List.of("cat", "dog")))
                .hasMessage("heatmap: there are 2 names of rows for a matrix of [3, 3]");
    }

    @ParameterizedTest
    @ValueSource(doubles = {Double.NaN, Double.POSITIVE_INFINITY})
    void scoresThatTellNothingMakeNoHits(double bad) {
        for (Metric metric :
                new Metric[] {
                    Metrics.accuracy(),
                    Metrics.topK(1),
                    Metrics.topK(2),
                    Metrics.confusionMatrix(3),
                    Metrics.mean("loss", Tensors::crossEntropy)
                }) {
            Tensor one = SCORES.clone();
            one.set(bad, "2, 0");
            assertThat(value(metric, one, TARGET)).as(metric.name()).isNaN();
            assertThat(value(metric, Tensors.full(bad, Tensors.FLOAT32, 4, 3), Tensors.zeros(Tensors.INT64, 4)))
                    .as(metric.name())
                    .isNaN();
            var tally = metric.start();
            tally.add(one, TARGET);
            var other = metric.start();
            other.restore(tally.state());
            other.add(SCORES, TARGET);
            assertThat(other.value()).as("once NaN, always").isNaN();
        }
    }

    @Test
    void classesThatAreMaskedByMinusInfinityDoNotMatter() {
        Tensor masked = SCORES.clone();
        masked.set(Double.NEGATIVE_INFINITY, "0, 0");
        masked.set(Double.NEGATIVE_INFINITY, "1, 2");
        assertThat(value(Metrics.accuracy(), masked, TARGET)).isEqualTo(0.5);
        assertThat(value(Metrics.topK(2), masked, TARGET)).isEqualTo(0.75);
        assertThat(value(Metrics.confusionMatrix(3), masked, TARGET)).isEqualTo(0.5);
        masked.set(Double.NEGATIVE_INFINITY, "1");
        assertThat(value(Metrics.accuracy(), masked, TARGET)).as("a row without any score").isNaN();
    }

    @Test
    void shapesThatDoNotGoTogetherAreRefused() {
        assertThatThrownBy(() -> value(Metrics.accuracy(), SCORES, Tensors.tensor(1L)))
                .hasMessageStartingWith(
                        "accuracy: expected scores [N, classes, ...] and classes [N, ...], got [4, 3] and []");
        assertThatThrownBy(() -> Metrics.topK(0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Metrics.confusionMatrix(1)).isInstanceOf(IllegalArgumentException.class);
    }
}
