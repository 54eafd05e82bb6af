package fathom.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import fathom.bench.work.Rows;
import org.junit.jupiter.api.Test;

class SideProcessTest {
    private static final double TIMEOUT_SECONDS = 60;

    @Test
    void answersThenEndsWithTheBench() {
        var side = FakeSide.launcher("fake").start();
        assertThat(side.description()).isEqualTo("a fake");
        side.open(Rows.byId("kernel/sum-1m"), TIMEOUT_SECONDS);
        assertThat(side.run(1000, TIMEOUT_SECONDS)).isPositive();
        side.closeRow(TIMEOUT_SECONDS);
        assertThatExceptionOfType(RowFailure.class)
                .isThrownBy(() -> side.run(1, TIMEOUT_SECONDS))
                .withMessage("fake: run: no row is open");
        side.close();
        assertThat(side.isAlive()).isFalse();
    }

    @Test
    void anExitIsReportedWithTheLastLines() {
        try (var side = FakeSide.launcher("fake").start()) {
            side.open(Rows.matching("^layer/").getFirst(), TIMEOUT_SECONDS);
            assertThatExceptionOfType(SideFailure.class)
                    .isThrownBy(() -> side.run(1, TIMEOUT_SECONDS))
                    .withMessage("the process of fake ended with code 3: something terrible");
        }
    }

    @Test
    void aHangTimesOut() {
        try (var side = FakeSide.launcher("fake").start()) {
            side.open(Rows.matching("^train/").getFirst(), TIMEOUT_SECONDS);
            assertThatExceptionOfType(SideFailure.class)
                    .isThrownBy(() -> side.run(1, 0.05))
                    .withMessageContaining("no answer within");
        }
    }

    @Test
    void otherProgramsAreRejected() {
        String java = ProcessHandle.current().info().command().orElse("java");
        assertThatExceptionOfType(SideFailure.class)
                .isThrownBy(() -> new SideProcess("fake", new ProcessBuilder(java, "--version"), TIMEOUT_SECONDS))
                .withMessageContaining("fake: not an answer to the bench");
        assertThatExceptionOfType(SideFailure.class)
                .isThrownBy(() -> new SideProcess("fake", new ProcessBuilder("/no/such/program"), TIMEOUT_SECONDS))
                .withMessageContaining("does not start");
    }
}
