package fathom.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import fathom.bench.work.Rows;
import org.junit.jupiter.api.Test;

/** Between two sides that only pretend. */
class ContestTest {
    @Test
    void rowsThatFailDoNotStopTheOthers() {
        try (var contest = new Contest(FakeSide.launcher("Fathom"), FakeSide.launcher("libtorch"), 0.01)) {
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
        try (var contest = new Contest(FakeSide.launcher("Fathom"), null, 0.01)) {
            Result alone = contest.measure(Rows.byId("kernel/sum-1m"));
            assertThat(alone.error()).isNull();
            assertThat(alone.pairs().fathom()).isNotEmpty();
            assertThat(alone.pairs().libtorch()).isEmpty();
        }
    }
}
