package fathom.bench;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FirstRunsTest {
    @Test
    void theFirstRunFromWhichOnRunsAreFastEnough() {
        assertThat(FirstRunsCommand.firstRun(new double[] {1, 1, 1, 1, 1}, 1)).isEqualTo(1);
        assertThat(FirstRunsCommand.firstRun(new double[] {9, 5, 1, 1, 1, 1, 1}, 2)).isEqualTo(3);
        assertThat(FirstRunsCommand.firstRun(new double[] {1, 9, 9, 9, 1, 1, 1, 1, 1}, 2))
                .as("slow again after a fast first run")
                .isEqualTo(5);
        assertThat(FirstRunsCommand.firstRun(new double[] {9, 1, 1, 1, 9, 1, 1, 1, 1}, 2))
                .as("a run that was disturbed")
                .isEqualTo(2);
        assertThat(FirstRunsCommand.firstRun(new double[] {9, 9, 9, 9, 9, 9}, 2)).isZero();
        assertThat(FirstRunsCommand.firstRun(new double[] {1, 1}, 2)).as("too few").isZero();
    }
}
