package fathom.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a thousand virtual threads hold when each has run a small convolutional network, in a process of its own. */
class ManyThreadsTest {
    private static final long MOST = 100L << 20;

    @Test
    void aThousandThreadsHoldHardlyMoreThanOne() throws Exception {
        var process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--add-modules=jdk.incubator.vector",
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:+UseSerialGC",
                                "-Xmx96m", // all of it resident from the start: what grows later is native
                                "-Xms96m",
                                "-XX:+AlwaysPreTouch",
                                "-cp",
                                System.getProperty("java.class.path"),
                                ManyThreads.class.getName())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("exit code, after %s", out).isZero();
        Map<String, Long> held = new TreeMap<>();
        out.lines().map(l -> l.split("\t")).forEach(l -> held.put(l[0], Long.parseLong(l[1])));
        assertThat(held.get("result is finite")).isEqualTo(1);
        assertThat(held.get("results that differ")).isZero();
        assertThat(held.get("scratch before")).as("memory() counts scratch").isPositive();
        for (String what : new String[] {"tensors", "scratch", "resident"}) {
            assertThat(held.get(what + " after") - held.get(what + " before")).as(what).isLessThan(MOST);
        }
        assertThat(held.get("scratch in the end")).as("after a trim").isZero();
    }
}
