package fathom.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Measurements of fake runners. */
class TurnsTest {
    /** Reports a fixed time per call, and a longer one for the first calls. */
    private static final class Claim implements Runner {
        private final double nanos;
        private final long slowCalls;
        private final String name;
        private final List<String> log;
        private long calls;

        Claim(double nanos, long slowCalls, String name, List<String> log) {
            this.nanos = nanos;
            this.slowCalls = slowCalls;
            this.name = name;
            this.log = log;
        }

        @Override
        public long run(long times) {
            log.add(name + times);
            long slow = Math.clamp(slowCalls - calls, 0, times);
            calls += times;
            return (long) (nanos * times + 9 * nanos * slow);
        }
    }

    @Test
    void measuresTheTimePerCallAfterWarmUp() {
        double[][] turns =
                new Turns(1)
                        .measure(
                                List.of(
                                        new Claim(1e5, 150, "a", new ArrayList<>()),
                                        new Claim(3e5, 0, "b", new ArrayList<>())));
        var pairs = new Pairs(turns[0], turns[1]);
        assertThat(pairs.fathomMedian()).isCloseTo(1e-4, within(1e-9));
        assertThat(pairs.baselineMedian()).isCloseTo(3e-4, within(1e-9));
        assertThat(pairs.ratio().low()).isCloseTo(3, within(1e-6));
        assertThat(pairs.fathom().length).isGreaterThanOrEqualTo(5);
    }

    @Test
    void alternatesTheOrder() {
        var log = new ArrayList<String>();
        new Turns(0.5).measure(List.of(new Claim(6e7, 0, "a", log), new Claim(7e7, 0, "b", log)));
        // warm-up: batches of one side, then of the other; turns of one call each after that
        int turns = log.lastIndexOf("b1");
        assertThat(turns).isPositive();
        assertThat(String.join("", log)).endsWith("a1b1b1a1a1b1");
    }

    @Test
    void slowWorkGetsAtLeastThreePairs() {
        double[][] turns = new Turns(0.1).measure(List.of(new Claim(5e9, 0, "a", new ArrayList<>())));
        assertThat(turns).hasNumberOfRows(1);
        assertThat(turns[0]).hasSize(3);
    }

    @Test
    void fastWorkIsRepeatedForTheClock() {
        var log = new ArrayList<String>();
        new Turns(1).measure(List.of(new Claim(200, 0, "a", log)));
        assertThat(Long.parseLong(log.getLast().substring(1))).isBetween(200_000L, 300_000L);
    }

    @Test
    void speedIsNotSteadyWhileItIncreases() {
        assertThat(WarmUp.isSteady(List.of(4.0, 4.0, 4.0, 4.0))).as("too few windows").isFalse();
        assertThat(WarmUp.isSteady(List.of(9.0, 8.0, 5.0, 4.0, 4.0))).isFalse();
        assertThat(WarmUp.isSteady(List.of(9.0, 8.0, 4.0, 4.5, 4.0))).isTrue();
        assertThat(WarmUp.isSteady(List.of(4.0, 4.0, 4.0, 3.9, 4.1))).isTrue();
        assertThat(WarmUp.isSteady(List.of(4.0, 4.0, 4.0, 4.0, 3.0))).isFalse();
    }
}
