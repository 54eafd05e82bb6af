package fathom.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * The same numbers, to the bit, from vector code and from its scalar twins, whatever compiles them: each JVM is a
 * process of its own.
 */
class SameBitsTest {
    private static List<String> bits(String... options) throws IOException, InterruptedException {
        var command = new ArrayList<String>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(
                List.of(
                        "--add-modules=jdk.incubator.vector",
                        "--enable-native-access=ALL-UNNAMED",
                        "-XX:+UseSerialGC",
                        "-Dfathom.accelerator=none",
                        "-cp",
                        System.getProperty("java.class.path")));
        command.addAll(List.of(options));
        command.add(KernelBits.class.getName());
        var process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as("exit code of %s", List.of(options)).isZero();
        return out.lines().toList();
    }

    @Test
    void vectorsAndScalarTwinsGiveTheSameBits() throws Exception {
        List<String> vectors = bits("-Dfathom.cpu.eager=true");
        assertThat(vectors).hasSizeGreaterThan(100);
        assertThat(bits("-XX:TieredStopAtLevel=1")).as("compiled by the first compiler").isEqualTo(vectors);
        assertThat(bits("-Xint")).as("interpreted").isEqualTo(vectors);
    }
}
