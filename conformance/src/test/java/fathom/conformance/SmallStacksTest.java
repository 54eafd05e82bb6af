package fathom.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The same numbers whatever the size of stacks, in a process of its own, which must not die. */
class SmallStacksTest {
    @Test
    void stacksOf256KilobytesAreEnough() throws Exception {
        var process =
                new ProcessBuilder(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "--add-modules=jdk.incubator.vector",
                                "--enable-native-access=ALL-UNNAMED",
                                "-XX:+UseSerialGC",
                                "-Xss256k",
                                "-cp",
                                System.getProperty("java.class.path"),
                                SmallStacks.class.getName())
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("exit code, after %s", out).isZero();
        List<String> digests = Arrays.asList(out.split("\n\n"));
        assertThat(digests).hasSize(4);
        assertThat(digests.getFirst().lines()).hasSize(7);
        assertThat(digests).allMatch(d -> d.equals(digests.getFirst()));
    }
}
