package fathom.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.bench.work.Rows;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The comparison, with fake sides. */
class ComparisonTest {
    private static Baseline fake(String name) {
        return fake(name, Baseline.Library.LIBTORCH);
    }

    private static Baseline fake(String name, Baseline.Library library) {
        return new Baseline(name, library, FakeSide.launcher(name));
    }

    @Test
    void rowsThatFailDoNotStopTheOthers() {
        try (var comparison = new Comparison(FakeSide.launcher("Fathom"), List.of(fake("libtorch")), 0.01)) {
            assertThat(comparison.sides()).containsExactly("a fake", "a fake");
            Result unsupported = comparison.measure(Rows.matching("^conv/").getFirst());
            assertThat(unsupported.pairs().isComplete()).isFalse();
            assertThat(unsupported.error()).isEqualTo("Fathom: no convolutions here; libtorch: no convolutions here");
            Result dead = comparison.measure(Rows.matching("^layer/").getFirst());
            assertThat(dead.error()).isEqualTo("the process of Fathom ended with code 3: something terrible");
            Result well = comparison.measure(Rows.byId("kernel/copy-1m"));
            assertThat(well.error()).isNull();
            assertThat(well.pairs().isComplete()).isTrue();
            assertThat(well.share()).isNotNull();
            assertThat(comparison.measure(Rows.byId("kernel/sum-16k")).share())
                    .as("share of a small workload")
                    .isNull();
        }
    }

    @Test
    void fathomAloneIsMeasuredToo() {
        try (var comparison = new Comparison(FakeSide.launcher("Fathom"), List.of(), 0.01)) {
            Result alone = comparison.measure(Rows.byId("kernel/sum-1m"));
            assertThat(alone.error()).isNull();
            assertThat(alone.pairs().fathom()).isNotEmpty();
            assertThat(alone.pairs().baseline()).isEmpty();
        }
    }

    @Test
    void theBetterBaselineCounts() {
        var row = Rows.byId("kernel/sum-1m");
        double[] ours = {1, 1, 1};
        var theirs = new LinkedHashMap<String, double[]>();
        theirs.put("slow", new double[] {3, 5, 4});
        theirs.put("fast", new double[] {2, 2.5, 9});
        Result result = Result.of(row, ours, theirs, null, null);
        assertThat(result.baseline()).isEqualTo("fast");
        assertThat(result.pairs().ratio().median()).isEqualTo(2.5);
        assertThat(Result.of(row, ours, new LinkedHashMap<>(), null, null).baseline()).isNull();
    }

    @Test
    void onnxruntimeIsMeasuredInRowsOfInferenceAndNeverTheBaseline() {
        var baselines = List.of(fake("onnxruntime", Baseline.Library.ONNXRUNTIME), fake("libtorch"));
        try (var comparison = new Comparison(FakeSide.launcher("Fathom"), baselines, 0.01)) {
            Result result = comparison.measure(Rows.byId("infer/resnet50-batch-1-captured"));
            assertThat(result.error()).isNull();
            assertThat(result.baseline()).isEqualTo("libtorch");
            assertThat(result.beside()).containsOnlyKeys(Baseline.Library.ONNXRUNTIME);
            assertThat(result.beside().get(Baseline.Library.ONNXRUNTIME).isComplete()).isTrue();
            Result alone = comparison.measure(Rows.byId("infer/ppocr_detector-batch-1-captured"));
            assertThat(alone.baselines()).isEmpty();
            assertThat(alone.beside().get(Baseline.Library.ONNXRUNTIME).isComplete()).isTrue();
            assertThat(comparison.measure(Rows.byId("kernel/sum-1m")).beside()).isEmpty();
        }
    }

    @Test
    void everyBaselineIsMeasured() {
        try (var comparison = new Comparison(FakeSide.launcher("Fathom"), List.of(fake("one"), fake("other")), 0.01)) {
            assertThat(comparison.sides()).hasSize(3);
            Result result = comparison.measure(Rows.byId("kernel/sum-1m"));
            assertThat(result.baselines()).containsOnlyKeys("one", "other");
            assertThat(result.baselines().get(result.baseline())).isEqualTo(result.pairs().baseline());
        }
    }
}
