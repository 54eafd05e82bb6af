package fathom.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The same numbers whatever the stack size, in a process of its own, which must not crash. */
class SmallStacksTest {
    @Test
    void stacksOf256KilobytesAreEnough() throws Exception {
        String out = JavaProgram.output(SmallStacks.class, "-Xss256k");
        List<String> digests = Arrays.asList(out.split("\n\n"));
        assertThat(digests).hasSize(4);
        assertThat(digests.getFirst().lines()).hasSize(7);
        assertThat(digests).allMatch(d -> d.equals(digests.getFirst()));
    }

    @Test
    void aStackThatEndsWithinNativeCallsIsReportedAsSuch() throws Exception {
        // interpreted, so that each call has a frame of its own
        String out = JavaProgram.output(StackEnds.class, "-Xss256k", "-Xint");
        assertThat(Integer.parseInt(out.strip())).isPositive();
    }
}
