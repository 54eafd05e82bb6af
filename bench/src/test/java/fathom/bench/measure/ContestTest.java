package fathom.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.bench.work.Rows;
import java.util.LinkedHashMap;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Between two sides that only pretend. */
class ContestTest {
    private static Opponent fake(String name) {
        return new Opponent(name, FakeSide.launcher(name));
    }

    @Test
    void rowsThatFailDoNotStopTheOthers() {
        try (var contest = new Contest(FakeSide.launcher("Fathom"), List.of(fake("libtorch")), 0.01)) {
            assertThat(contest.sides()).containsExactly("a fake", "a fake");
            Result unsupported = contest.measure(Rows.matching("^conv/").getFirst());
            assertThat(unsupported.pairs().isComplete()).isFalse();
            assertThat(unsupported.error()).isEqualTo("Fathom: no convolutions here; libtorch: no convolutions here");
            Result dead = contest.measure(Rows.matching("^layer/").getFirst());
            assertThat(dead.error()).isEqualTo("the process of Fathom ended with code 3: something terrible");
            Result well = contest.measure(Rows.byId("kernel/copy-1m"));
            assertThat(well.error()).isNull();
            assertThat(well.pairs().isComplete()).isTrue();
            assertThat(well.share()).isNotNull();
            assertThat(contest.measure(Rows.byId("kernel/sum-16k")).share()).as("of so small a work").isNull();
        }
    }

    @Test
    void fathomAloneIsMeasuredToo() {
        try (var contest = new Contest(FakeSide.launcher("Fathom"), List.of(), 0.01)) {
            Result alone = contest.measure(Rows.byId("kernel/sum-1m"));
            assertThat(alone.error()).isNull();
            assertThat(alone.pairs().fathom()).isNotEmpty();
            assertThat(alone.pairs().libtorch()).isEmpty();
        }
    }

    @Test
    void theBetterOpponentCounts() {
        var row = Rows.byId("kernel/sum-1m");
        double[] ours = {1, 1, 1};
        var theirs = new LinkedHashMap<String, double[]>();
        theirs.put("slow", new double[] {3, 5, 4});
        theirs.put("fast", new double[] {2, 2.5, 9});
        Result result = Result.of(row, ours, theirs, null, null);
        assertThat(result.opponent()).isEqualTo("fast");
        assertThat(result.pairs().ratio().median()).isEqualTo(2.5);
        assertThat(Result.of(row, ours, new LinkedHashMap<>(), null, null).opponent()).isNull();
    }

    @Test
    void everyOpponentIsMeasured() {
        try (var contest = new Contest(FakeSide.launcher("Fathom"), List.of(fake("one"), fake("other")), 0.01)) {
            assertThat(contest.sides()).hasSize(3);
            Result result = contest.measure(Rows.byId("kernel/sum-1m"));
            assertThat(result.opponents()).containsOnlyKeys("one", "other");
            assertThat(result.opponents().get(result.opponent())).isEqualTo(result.pairs().libtorch());
        }
    }
}
