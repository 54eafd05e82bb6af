package fathom.train;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Which epochs have a line. */
class ProgressDisplayTest {
    private static int[] told(int epochs) {
        return IntStream.rangeClosed(1, epochs).filter(e -> ProgressDisplay.hasLine(e, epochs)).toArray();
    }

    @Test
    void fewEpochsHaveALineEach() {
        assertThat(told(1)).containsExactly(1);
        assertThat(told(10)).hasSize(10);
        assertThat(told(50)).hasSize(50);
    }

    @Test
    void ofManyTheFirstTheLastAndEverySoManyHave() {
        assertThat(told(100)).startsWith(1, 5, 10, 15).endsWith(95, 100).hasSize(21);
        assertThat(told(503)).startsWith(1, 26, 52).endsWith(494, 503).hasSize(21);
    }
}
