package fathom.bench.reference;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import fathom.bench.work.LanguageData;
import org.junit.jupiter.api.Test;

class PlainCTest {
    /** Words that are neighbours in the text get greater scores than other pairs. */
    @Test
    void neighboursScoreHigherThanOthers() {
        assumeFalse(PlainC.compiler().equals("no compiler"), "there is no C compiler");
        int[] text = LanguageData.corpus(4000);
        try (var program = new PlainC(text.length, 2)) {
            assertThat(program.score(text[0], text[1])).isZero();
            for (int i = 0; i < 200; i++) {
                program.pass();
            }
            double near = 0;
            double far = 0;
            int pairs = 0;
            for (int i = 0; i + 1 < text.length; i++) {
                if (text[i] > 0 && text[i + 1] > 0) {
                    near += program.score(text[i], text[i + 1]);
                    int other = text[(i + text.length / 2) % text.length];
                    far += program.score(text[i], Math.max(1, other));
                    pairs++;
                }
            }
            assertThat(near / pairs).isGreaterThan(far / pairs + 1);
        }
    }
}
