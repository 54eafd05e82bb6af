package fathom.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import fathom.bench.work.Rows;
import org.junit.jupiter.api.Test;

class SideProcessTest {
    private static final double PATIENCE = 60;

    @Test
    void answersThenEndsWithTheBench() {
        var side = FakeSide.launcher("fake").start();
        assertThat(side.description()).isEqualTo("a fake");
        side.open(Rows.byId("kernel/sum-1m"), PATIENCE);
        assertThat(side.run(1000, PATIENCE)).isPositive();
        side.closeRow(PATIENCE);
        assertThatExceptionOfType(RowFailure.class)
                .isThrownBy(() -> side.run(1, PATIENCE))
                .withMessage("fake: run: no row is open");
        side.close();
        assertThat(side.isAlive()).isFalse();
    }

    @Test
    void itsDeathIsToldWithItsLastWords() {
        try (var side = FakeSide.launcher("fake").start()) {
            side.open(Rows.matching("^layer/").getFirst(), PATIENCE);
            assertThatExceptionOfType(SideFailure.class)
                    .isThrownBy(() -> side.run(1, PATIENCE))
                    .withMessage("the process of fake ended with code 3: something terrible");
        }
    }

    @Test
    void itsSilenceHasAnEnd() {
        try (var side = FakeSide.launcher("fake").start()) {
            side.open(Rows.matching("^train/").getFirst(), PATIENCE);
            assertThatExceptionOfType(SideFailure.class)
                    .isThrownBy(() -> side.run(1, 0.05))
                    .withMessageContaining("no answer within");
        }
    }

    @Test
    void whatIsNoSideIsAnError() {
        String java = ProcessHandle.current().info().command().orElse("java");
        assertThatExceptionOfType(SideFailure.class)
                .isThrownBy(() -> new SideProcess("fake", new ProcessBuilder(java, "--version"), PATIENCE))
                .withMessageContaining("fake: no answer to the bench");
        assertThatExceptionOfType(SideFailure.class)
                .isThrownBy(() -> new SideProcess("fake", new ProcessBuilder("/no/such/program"), PATIENCE))
                .withMessageContaining("does not start");
    }
}
