package fathom.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * The memory held by a thousand virtual threads that have each run a small convolutional network, in a process of its
 * own.
 */
class ManyThreadsTest {
    private static final long MAX_BYTES = 100L << 20;

    @Test
    void aThousandThreadsHoldLittleMoreThanOne() throws Exception {
        // all of the heap resident from the start: what grows later is native
        String out = JavaProgram.output(ManyThreads.class, "-Xmx96m", "-Xms96m", "-XX:+AlwaysPreTouch");
        Map<String, Long> held = new TreeMap<>();
        out.lines().map(l -> l.split("\t")).forEach(l -> held.put(l[0], Long.parseLong(l[1])));
        assertThat(held.get("result is finite")).isEqualTo(1);
        assertThat(held.get("results that differ")).isZero();
        assertThat(held.get("scratch before")).as("memory() counts scratch").isPositive();
        for (String what : new String[] {"tensors", "scratch", "resident"}) {
            assertThat(held.get(what + " after") - held.get(what + " before")).as(what).isLessThan(MAX_BYTES);
        }
        assertThat(held.get("scratch in the end")).as("after a trim").isZero();
    }
}
