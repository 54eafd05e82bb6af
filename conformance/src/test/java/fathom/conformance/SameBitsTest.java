package fathom.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Vector code and scalar code have the same bits, whatever compiles them; each JVM is a process of its own. */
class SameBitsTest {
    private static List<String> bits(String option) throws IOException, InterruptedException {
        return JavaProgram.output(KernelBits.class, "-Dfathom.accelerator=none", option).lines().toList();
    }

    @Test
    void vectorAndScalarCodeHaveTheSameBits() throws Exception {
        List<String> vectors = bits("-Dfathom.cpu.eager=true");
        assertThat(vectors).hasSizeGreaterThan(100);
        assertThat(bits("-XX:TieredStopAtLevel=1")).as("compiled by C1").isEqualTo(vectors);
        assertThat(bits("-Xint")).as("interpreted").isEqualTo(vectors);
    }
}
