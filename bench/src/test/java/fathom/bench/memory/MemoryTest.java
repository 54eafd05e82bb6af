package fathom.bench.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The programs of {@code bench collectors} and {@code bench stress}, for a short time. */
class MemoryTest {
    private static final long LIMIT = 512 << 20;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-XX:+UseG1GC",
                "-XX:+UseG1GC -XX:+DisableExplicitGC",
                "-XX:+UseSerialGC -XX:+DisableExplicitGC",
                "-XX:+UseParallelGC",
                "-XX:+UseZGC",
                "-XX:+UseZGC -XX:+DisableExplicitGC"
            })
    void droppedTensorsAreFreedWithEveryCollector(String flags) throws IOException {
        var all = new ArrayList<>(List.of(flags.split(" ")));
        all.add("-Dfathom.memory.limit=" + LIMIT);
        all.add("-Xmx1g");
        long count = 1_500;
        var o =
                PlainJvm.run(
                        all,
                        DroppedTensors.class,
                        List.of(Long.toString(count), Long.toString(2 << 20), "0"),
                        DroppedTensors.Outcome::parse);
        assertThat(o.failure()).isEmpty();
        assertThat(o.made()).isEqualTo(count);
        assertThat(o.peak()).isLessThanOrEqualTo(LIMIT);
    }

    @Test
    void concurrentlyClosedScopesCauseNoWrongResults() throws IOException {
        var o =
                PlainJvm.run(
                        List.of("-Dfathom.memory.limit=256m", "-Xmx1g"),
                        ClosingScopes.class,
                        List.of("2.5", "3"),
                        ClosingScopes.Outcome::parse);
        assertThat(o.failure()).isEmpty();
        assertThat(o.correct()).isPositive();
    }
}
