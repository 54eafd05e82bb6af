package fathom.bench.work;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.within;

import fathom.bench.work.LanguageWork.Decoding;
import fathom.bench.work.LanguageWork.Encoding;
import fathom.bench.work.LanguageWork.MaskedLanguageStep;
import fathom.bench.work.LanguageWork.Prefill;
import fathom.bench.work.LanguageWork.WordVectors;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LanguageRowsTest {
    @Test
    void sizesAreThePublishedOnes() {
        // BERT-base has 110 million parameters (Devlin et al., 2019): 109,482,240 with the pooler of width 768
        assertThat(EncoderSize.BERT_BASE.parameters() + 768 * 768 + 768).isEqualTo(109_482_240);
        // the weights of all-MiniLM-L6-v2
        assertThat(EncoderSize.MINILM.parameters()).isEqualTo(22_565_376);
        assertThat(new MaskedLanguageStep(EncoderSize.BERT_BASE, 1, 1).parameters()).isEqualTo(109_514_298);
        assertThat(DecoderSize.LLAMA_30M.parameters()).isBetween(29_000_000L, 30_000_000L);
        assertThat(DecoderSize.LLAMA_300M.parameters()).isBetween(298_000_000L, 300_000_000L);
    }

    @Test
    void costsFollowFromSizes() {
        // 2 operations per weight of the 85 million in layers and token, and attention's
        double perToken = new Encoding(EncoderSize.BERT_BASE, 1, 128, false).flops() / 128;
        assertThat(perToken).isCloseTo(2 * (84.9e6 + 12 * 2 * 128 * 768), within(0.3e6));
        assertThat(new Decoding(DecoderSize.LLAMA_300M, false).bytes())
                .isEqualTo(4.0 * DecoderSize.LLAMA_300M.parameters());
        assertThat(new Decoding(DecoderSize.LLAMA_300M, true).bytes())
                .isEqualTo(2.0 * DecoderSize.LLAMA_300M.parameters());
        double prefill = new Prefill(DecoderSize.LLAMA_30M, 128, false).flops();
        // layers for all tokens with half of attention's pairs, the head for the last one
        assertThat(prefill).isEqualTo(2 * (25_296_896.0 + 8 * 128 * 512) * 128 + 2.0 * 512 * 8000);
        assertThatIllegalStateException()
                .isThrownBy(() -> new WordVectors(true).checkParameters(7))
                .withMessageContaining("1,343,800 parameters, got 7");
    }

    @Test
    void translatorsHaveTwentyLengths() {
        List<LanguageData.Pairs> pairs = LanguageData.pairs(3);
        assertThat(pairs).extracting(LanguageData.Pairs::length).doesNotHaveDuplicates().hasSize(20).contains(5, 24);
        assertThat(pairs)
                .allSatisfy(p -> {
                    assertThat(p.source()).hasSize(3 * p.length());
                    assertThat(p.target()).hasSize(3 * (p.length() + 1));
                    assertThat(Arrays.stream(p.sourceLengths()).max()).hasValue(p.length());
                    // the tokens of a source are followed by padding alone
                    int second = Math.toIntExact(p.sourceLengths()[1]);
                    long[] row = Arrays.copyOfRange(p.source(), p.length(), 2 * p.length());
                    assertThat(Arrays.stream(row).limit(second)).allMatch(t -> t >= 4 && t < Translator.SOURCE_WORDS);
                    assertThat(Arrays.stream(row).skip(second)).allMatch(t -> t == 1);
                });
    }

    @Test
    void wordsHaveContextAndNoise() {
        List<LanguageData.Words> batches = LanguageData.words();
        assertThat(batches).hasSize(LanguageData.BATCHES);
        for (LanguageData.Words b : batches) {
            assertThat(b.centers()).hasSize(LanguageData.WORDS_PER_BATCH);
            assertThat(Arrays.stream(b.centers())).allMatch(w -> w > 0);
            for (int row = 0; row < LanguageData.WORDS_PER_BATCH; row++) {
                int from = row * LanguageData.WIDTH;
                int context = sum(b.labels(), from);
                assertThat(context).isBetween(1, 2 * LanguageData.WINDOW);
                assertThat(sum(b.mask(), from)).isEqualTo(context * (1 + LanguageData.NEGATIVES));
            }
        }
    }

    private static int sum(float[] values, int from) {
        int sum = 0;
        for (int i = from; i < from + LanguageData.WIDTH; i++) {
            sum += Math.round(values[i]);
        }
        return sum;
    }

    @Test
    void noiseFollowsTheSmoothedFrequencies() {
        int[] table = LanguageData.noiseTable(1 << 16);
        assertThat(table).isSorted().doesNotContain(0);
        long first = Arrays.stream(table).filter(w -> w == 1).count();
        long sixteenth = Arrays.stream(table).filter(w -> w == 16).count();
        assertThat((double) first / sixteenth).isCloseTo(8, within(0.1)); // 16 ^ 0.75
        assertThat(table[table.length - 1]).isEqualTo(LanguageData.VOCABULARY - 1);
    }
}
