package fathom.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Bitwise identical numbers from vector code and from its scalar twins, whatever compiles them: each JVM is a process
 * of its own.
 */
class SameBitsTest {
    private static List<String> bits(String option) throws IOException, InterruptedException {
        return JavaProgram.output(KernelBits.class, "-Dfathom.accelerator=none", option).lines().toList();
    }

    @Test
    void vectorsAndScalarTwinsGiveTheSameBits() throws Exception {
        List<String> vectors = bits("-Dfathom.cpu.eager=true");
        assertThat(vectors).hasSizeGreaterThan(100);
        assertThat(bits("-XX:TieredStopAtLevel=1")).as("compiled by the first compiler").isEqualTo(vectors);
        assertThat(bits("-Xint")).as("interpreted").isEqualTo(vectors);
    }
}
