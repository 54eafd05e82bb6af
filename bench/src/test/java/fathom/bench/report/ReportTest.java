package fathom.bench.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import fathom.bench.measure.Baseline.Library;
import fathom.bench.measure.Ceilings;
import fathom.bench.measure.Ceilings.Kind;
import fathom.bench.measure.Ceilings.Share;
import fathom.bench.measure.Pairs;
import fathom.bench.measure.Result;
import fathom.bench.work.Rows;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ReportTest {
    private static final Ceilings CEILINGS = new Ceilings(180e9, 25e9, 90e9);
    private static final Result PRODUCT =
            Result.of(
                    Rows.byId("matmul/1024"),
                    new double[] {0.0125, 0.0125, 0.0125},
                    Map.of("libtorch", new double[] {0.015, 0.02, 0.0125}, "another", new double[] {0.04, 0.04, 0.04}),
                    new Share(0.954, Kind.FLOPS),
                    null);
    private static final Result SUM =
            Result.of(Rows.byId("kernel/sum-16k"), new double[] {2.04e-6}, Map.of(), null, "libtorch: out of sorts");
    private static final Result TRAINING =
            Result.of(Rows.byId("train/mlp-batch-256"), new double[0], Map.of(), null, "Fathom: no such model");

    private static final Result INFERENCE =
            Result.of(
                            Rows.byId("infer/swin_t-batch-1-captured"),
                            new double[] {0.05, 0.05, 0.05},
                            Map.of("libtorch", new double[] {0.1, 0.1, 0.1}),
                            null,
                            null)
                    .beside(
                            Map.of(
                                    Library.ONNXRUNTIME,
                                    new Pairs(new double[] {0.05, 0.05, 0.05}, new double[] {0.04, 0.04, 0.045})));

    private static List<String> table(String baseline, Result... results) {
        var out = new ByteArrayOutputStream();
        var table = new Table(new PrintStream(out, true, StandardCharsets.UTF_8), baseline);
        table.head(List.of("Fathom 1", "libtorch 2"), CEILINGS);
        for (Result r : results) {
            table.row(r);
        }
        return out.toString(StandardCharsets.UTF_8).lines().toList();
    }

    @Test
    void theTableHasBothFiguresRatioAndShare() {
        assertThat(table("libtorch", PRODUCT))
                .contains("matmul")
                .last()
                .asString()
                .matches(
                        " {2}1024 +172 GFLOP/s +143 GFLOP/s +1\\.20 \\(1\\.10-1\\.40\\) +95 % flops +53\\.7 GFLOP/s another");
    }

    @Test
    void otherLibrariesHaveALineWithTheirOwnRatio() {
        assertThat(table("libtorch", INFERENCE))
                .last()
                .asString()
                .matches(" {4}against onnxruntime +25\\.0 ex/s +0\\.80 \\(0\\.80-0\\.85\\)");
    }

    @Test
    void anErrorIsALineUnderItsRowAndFamiliesAreHeadings() {
        List<String> lines = table("libtorch", SUM, PRODUCT, TRAINING);
        assertThat(lines).containsSubsequence("kernel", "    ! libtorch: out of sorts", "matmul", "train");
        assertThat(lines).filteredOn(l -> l.contains("sum, 16K")).first().asString().matches(".*2\\.04 us +-");
        assertThat(lines).last().isEqualTo("    ! Fathom: no such model");
    }

    @Test
    void withoutBaselineThereIsOneColumn() {
        List<String> lines = table(null, SUM);
        assertThat(lines).noneMatch(l -> l.contains("ratio"));
        assertThat(lines).filteredOn(l -> l.contains("sum, 16K")).first().asString().endsWith("2.04 us");
    }

    @Test
    void rowsSlowerByMoreThanTheirSpreadAreListed() {
        var out = new ByteArrayOutputStream();
        var table = new Table(new PrintStream(out, true, StandardCharsets.UTF_8), "before");
        var slower =
                Result.of(
                        Rows.byId("matmul/2048"),
                        new double[] {2, 2, 2},
                        Map.of("Fathom before", new double[] {1, 1.2, 1.4}),
                        null,
                        null);
        table.slower(List.of(PRODUCT, slower, SUM));
        assertThat(out.toString(StandardCharsets.UTF_8).strip().lines())
                .containsExactly(
                        "1 of 3 rows are slower than before by more than their spread:",
                        "  matmul/2048  0.60 (0.55-0.65)");
    }

    @Test
    void figuresHaveThreeDigits() {
        assertThat(List.of(0.001234, 1.234, 12.34, 123.4, 12_345.0))
                .extracting(Figures::digits)
                .containsExactly("0.00", "1.23", "12.3", "123", "12,345");
        var row = Rows.byId("kernel/sum-16k");
        assertThat(List.of(2.5e-8, 9.999e-7, 0.0123, 1.5, Double.NaN))
                .extracting(v -> Figures.of(row, v))
                .containsExactly("25.0 ns", "1.00 us", "12.3 ms", "1.50 s", "-");
        assertThat(Figures.of(TRAINING.row(), 0.002)).isEqualTo("128,000 ex/s");
    }

    @Test
    void jsonHasEveryTurn() {
        JsonNode run =
                JsonMapper.shared()
                        .readTree(
                                Report.json(
                                        Instant.parse("2026-01-02T03:04:05.678Z"),
                                        new Machine("a processor", 2, "a system", "25"),
                                        List.of("Fathom 1"),
                                        CEILINGS,
                                        List.of(PRODUCT, SUM, INFERENCE)));
        assertThat(run.get("when").stringValue()).isEqualTo("2026-01-02T03:04:05Z");
        assertThat(run.at("/machine/processor").stringValue()).isEqualTo("a processor");
        assertThat(run.at("/ceilings/flops").doubleValue()).isEqualTo(180e9);
        JsonNode product = run.at("/rows/0");
        assertThat(product.get("id").stringValue()).isEqualTo("matmul/1024");
        assertThat(product.at("/libtorch/turns/1").doubleValue()).isEqualTo(0.02);
        assertThat(product.at("/ratio/median").doubleValue()).isEqualTo(1.2);
        assertThat(product.at("/baseline").stringValue()).isEqualTo("libtorch");
        assertThat(product.at("/baselines/another/turns/0").doubleValue()).isEqualTo(0.04);
        assertThat(product.at("/share/part").doubleValue()).isEqualTo(0.954);
        JsonNode sum = run.at("/rows/1");
        assertThat(sum.has("libtorch")).isFalse();
        assertThat(sum.has("ratio")).isFalse();
        JsonNode inference = run.at("/rows/2");
        assertThat(inference.at("/onnxruntime/turns/2").doubleValue()).isEqualTo(0.045);
        assertThat(inference.at("/ratio to onnxruntime/median").doubleValue()).isCloseTo(0.8, within(1e-9));
        assertThat(inference.at("/ratio/median").doubleValue()).isEqualTo(2);
        assertThat(sum.get("error").stringValue()).isEqualTo("libtorch: out of sorts");
    }
}
