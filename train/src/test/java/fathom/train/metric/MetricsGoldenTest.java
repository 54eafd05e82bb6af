package fathom.train.metric;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import fathom.DType;
import fathom.Tensor;
import fathom.testkit.Golden;
import fathom.testkit.GoldenCase;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/**
 * Metrics, compared with scikit-learn's, NLTK's BLEU and COCO's rule: of the whole data set at once, in batches of
 * different sizes, resumed in between, and merged from parts.
 */
class MetricsGoldenTest {
    private static final Golden GOLDEN = Golden.load("golden/metrics.safetensors");
    private static final Map<String, String> TEXTS = Golden.texts("golden/metrics.txt");

    private static Tensor in(GoldenCase c, int i) {
        return GOLDEN.tensor(c.name() + "/in" + i);
    }

    private static double expected(GoldenCase c, String name) {
        return GOLDEN.tensor(c.name() + "/" + name).item();
    }

    /** Checks a metric, computed in each of the ways. */
    private static void check(String name, Metric metric, Tensor output, Tensor target, double expected, double delta) {
        assertThat(metric.of(output, target)).as(name).isCloseTo(expected, within(delta));
        long n = output.size(0);
        long[] ends = {1, n / 2, n - 1, n};
        var batches = metric.start();
        var resumed = metric.start();
        var left = metric.start();
        var right = metric.start();
        long from = 0;
        for (long to : ends) {
            Tensor o = output.narrow(0, from, to - from);
            Tensor t = target.narrow(0, from, to - from);
            batches.add(o, t);
            resumed.add(o, t);
            (to <= n / 2 ? left : right).add(o, t);
            var next = metric.start();
            next.restore(resumed.state());
            resumed = next;
            from = to;
        }
        double value = batches.value();
        assertThat(value).as(name + " in batches").isCloseTo(expected, within(delta));
        assertThat(resumed.value()).as(name + " resumed").isEqualTo(value);
        left.merge(right.state());
        assertThat(left.value()).as(name + " merged").isCloseTo(expected, within(delta));
    }

    private static void check(GoldenCase c, String name, Metric metric, double delta) {
        check(c.name() + " " + name, metric, in(c, 0), in(c, 1), expected(c, name), delta);
    }

    private static List<GoldenCase> cases(String prefix) {
        List<GoldenCase> cases = GOLDEN.cases(prefix).toList();
        assertThat(cases).as(prefix).isNotEmpty();
        return cases;
    }

    @Test
    void precisionRecallAndF1WithEachAverage() {
        for (GoldenCase c : cases("class/")) {
            Consumer<ClassMetricOptions> options =
                    o -> o.average(Average.valueOf(c.get("average"))).positive(c.getInt("positive", 1));
            check(c, "precision", Metrics.precision(options), 1e-12);
            check(c, "recall", Metrics.recall(options), 1e-12);
            check(c, "f1", Metrics.f1(options), 1e-12);
            check(c, "f2", Metrics.fBeta(2, options), 1e-12);
            check(c, "iou", Metrics.iou(options), 1e-12);
        }
    }

    @Test
    void accuraciesAndTheConfusionMatrix() {
        for (GoldenCase c : cases("accuracy/")) {
            check(c, "out0", Metrics.accuracy(), 1e-12);
        }
        for (GoldenCase c : cases("top/")) {
            check(c, "out0", Metrics.topK(c.getInt("k", 1)), 1e-12);
        }
        for (GoldenCase c : cases("balanced/")) {
            check(c, "out0", Metrics.balancedAccuracy(), 1e-12);
            check(c, "out0", Metrics.confusionMatrix((int) in(c, 0).size(1)), 1e-12);
        }
        for (GoldenCase c : cases("confusion/")) {
            Tensor expected = GOLDEN.tensor(c.name() + "/out0");
            var matrix = Metrics.confusionMatrix((int) expected.size(0));
            matrix.of(in(c, 0), in(c, 1));
            assertThat(matrix.matrix().equal(expected)).as(c.name()).isTrue();
            var indices = Metrics.confusionMatrix((int) expected.size(0));
            indices.of(in(c, 0).argmax(1), in(c, 1));
            assertThat(indices.matrix().equal(expected)).as(c.name() + " of indices").isTrue();
        }
    }

    @Test
    void areasUnderCurvesWithTies() {
        for (GoldenCase c : cases("rank/")) {
            Consumer<ClassMetricOptions> options = o -> o.average(Average.valueOf(c.get("average")));
            check(c, "auc", Metrics.rocAuc(options), 1e-12);
            check(c, "ap", Metrics.averagePrecision(options), 1e-12);
        }
    }

    @Test
    void regressions() {
        Map<String, Metric> metrics =
                Map.of(
                        "mae", Metrics.meanAbsoluteError(),
                        "mse", Metrics.meanSquaredError(),
                        "rmse", Metrics.rootMeanSquaredError(),
                        "mape", Metrics.meanAbsolutePercentageError(),
                        "msle", Metrics.meanSquaredLogError(),
                        "logrmse", Metrics.logRootMeanSquaredError(),
                        "r2", Metrics.r2());
        Set<String> seen = new HashSet<>();
        for (GoldenCase c : cases("regression/")) {
            metrics.forEach((name, metric) -> {
                if (GOLDEN.has(c.name() + "/" + name)) {
                    // with a mean of a million the variance keeps ten digits
                    check(c, name, metric, c.name().endsWith("far") ? 1e-9 : 1e-12 * Math.max(1, expected(c, name)));
                    seen.add(name);
                }
            });
        }
        assertThat(seen).isEqualTo(metrics.keySet());
    }

    @Test
    void segmentationWithoutTheIgnoredPixels() {
        GoldenCase c = cases("miou").getFirst();
        check(c, "out0", Metrics.meanIoU(o -> o.ignore(255)), 1e-12);
        check(c, "accuracy", Metrics.accuracy(o -> o.ignore(255)), 1e-12);
        check(c, "f1", Metrics.f1(o -> o.ignore(255).average(Average.MACRO)), 1e-12);
    }

    @Test
    void perplexityOfWords() {
        check(cases("perplexity").getFirst(), "out0", Metrics.perplexity(), 1e-5); // losses in float32
    }

    @Test
    void detectionsByCocosRule() {
        for (GoldenCase c : cases("coco/")) {
            double[][] found = in(c, 0).toArray(double[][].class);
            double[][] truths = in(c, 1).toArray(double[][].class);
            double[] expected = GOLDEN.tensor(c.name() + "/out0").toDoubleArray();
            var whole = new MeanAveragePrecision();
            var left = new MeanAveragePrecision();
            var right = new MeanAveragePrecision();
            int images = c.getInt("images", 0);
            for (int image = 0; image < images; image++) {
                for (var map : List.of(whole, image < 2 ? left : right)) {
                    map.add(detections(found, image), truths(truths, image));
                }
            }
            assertThat(numbers(whole.scores())).as(c.name()).containsExactly(expected, within(1e-12));
            left.merge(right.state());
            assertThat(numbers(left.scores())).as("merged").containsExactly(expected, within(1e-12));
            left.restore(whole.state());
            assertThat(left.scores()).isEqualTo(whole.scores());
            assertThat(whole.perClass().values().stream().mapToDouble(v -> v).average().orElse(Double.NaN))
                    .isCloseTo(expected[0], within(1e-12));
        }
    }

    private static List<DetectedBox> detections(double[][] rows, int image) {
        return Arrays.stream(rows)
                .filter(r -> r[0] == image)
                .map(r -> new DetectedBox(r[1], r[2], r[3], r[4], (int) r[5], r[6]))
                .toList();
    }

    private static List<TrueBox> truths(double[][] rows, int image) {
        return Arrays.stream(rows)
                .filter(r -> r[0] == image)
                .map(r -> new TrueBox(r[1], r[2], r[3], r[4], (int) r[5], r[6], r[7] != 0))
                .toList();
    }

    private static double[] numbers(DetectionScores s) {
        return new double[] {
            s.map(),
            s.map50(),
            s.map75(),
            s.mapSmall(),
            s.mapMedium(),
            s.mapLarge(),
            s.mar1(),
            s.mar10(),
            s.mar100(),
            s.marSmall(),
            s.marMedium(),
            s.marLarge()
        };
    }

    private static List<String> words(String text) {
        return List.of(text.strip().split(" "));
    }

    @Test
    void bleuOfACorpus() {
        int seen = 0;
        for (var e : TEXTS.entrySet()) {
            if (!e.getKey().startsWith("bleu/")) {
                continue;
            }
            seen++;
            int order = Integer.parseInt(e.getKey().substring(e.getKey().lastIndexOf('/') + 1));
            List<String> lines = e.getValue().lines().toList();
            String[] expected = lines.getFirst().split(" ");
            for (boolean smooth : new boolean[] {false, true}) {
                var whole = new Bleu(order, smooth);
                var merged = new Bleu(order, smooth);
                for (String line : lines.subList(1, lines.size())) {
                    var texts =
                            new ArrayList<>(Arrays.stream(line.split("\\|")).map(MetricsGoldenTest::words).toList());
                    List<String> candidate = texts.removeFirst();
                    whole.add(candidate, texts);
                    var one = new Bleu(order, smooth);
                    one.add(candidate, texts);
                    merged.merge(one.state());
                }
                assertThat(whole.value())
                        .as(e.getKey() + (smooth ? " smoothed" : ""))
                        .isCloseTo(Double.parseDouble(expected[smooth ? 1 : 0]), within(1e-12));
                assertThat(merged.value()).isEqualTo(whole.value());
            }
        }
        assertThat(seen).isEqualTo(8);
    }

    @Test
    void bleuOfTheCourse() {
        int seen = 0;
        for (var e : TEXTS.entrySet()) {
            if (!e.getKey().startsWith("course/")) {
                continue;
            }
            seen++;
            int order = Integer.parseInt(e.getKey().substring(e.getKey().lastIndexOf('/') + 1));
            List<String> lines = e.getValue().lines().toList();
            String[] texts = lines.get(1).split("\\|");
            assertThat(Bleu.ofSentence(texts[0], texts[1], order))
                    .as(e.getKey())
                    .isCloseTo(Double.parseDouble(lines.getFirst()), within(1e-12));
        }
        assertThat(seen).isEqualTo(6);
    }

    @Test
    void reportsPrintAsScikitLearns() {
        int seen = 0;
        for (var e : TEXTS.entrySet()) {
            if (!e.getKey().startsWith("report/")) {
                continue;
            }
            seen++;
            List<String> lines = e.getValue().lines().toList();
            long[][] matrix =
                    Arrays.stream(lines.get(1).split(";"))
                            .map(row -> Arrays.stream(row.split(",")).mapToLong(Long::parseLong).toArray())
                            .toArray(long[][]::new);
            var report = ClassificationReport.of(matrix, List.of(lines.getFirst().split(",")));
            assertThat(report.toString().stripTrailing().lines().toList())
                    .as(e.getKey())
                    .isEqualTo(lines.subList(2, lines.size()));
        }
        assertThat(seen).isEqualTo(3);
    }

    @Test
    void outputsOfAnyFloatingTypeCount() {
        GoldenCase c = cases("rank/two").getFirst();
        assertThat(Metrics.accuracy().of(in(c, 0).to(DType.FLOAT32), in(c, 1)))
                .isEqualTo(Metrics.accuracy().of(in(c, 0), in(c, 1).to(DType.INT32)));
    }
}
