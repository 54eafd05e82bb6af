package fathom.text.embeddings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AliasTableTest {
    @Test
    void frequenciesAreTheWeights() {
        double[] weights = {3, 0, 1, 6, 0.01, 2.99};
        var table = new AliasTable(weights);
        assertThat(table.size()).isEqualTo(6);
        int n = 300_000;
        var counts = new double[weights.length];
        for (long i : table.sample(new SplittableRandom(1), n)) {
            counts[(int) i]++;
        }
        double chi2 = 0;
        for (int i = 0; i < weights.length; i++) {
            double expected = n * weights[i] / 13;
            if (weights[i] == 0) {
                assertThat(counts[i]).isZero();
            } else {
                chi2 += Math.pow(counts[i] - expected, 2) / expected;
            }
        }
        assertThat(chi2).as("chi-squared with 4 degrees of freedom").isLessThan(23);
    }

    @Test
    void aSingleWeightAndManyAreDrawn() {
        assertThat(new AliasTable(new double[] {5}).sample(new SplittableRandom(1), 3)).containsExactly(0, 0, 0);
        var weights = new double[7000];
        for (int i = 0; i < weights.length; i++) {
            weights[i] = 1.0 / (i + 1);
        }
        double sum = 0;
        var random = new SplittableRandom(2);
        var table = new AliasTable(weights);
        for (int i = 0; i < 60_000; i++) {
            sum += table.sample(random) == 0 ? 1 : 0;
        }
        double harmonic = Math.log(7000) + 0.5772;
        assertThat(sum / 60_000).isCloseTo(1 / harmonic, within(0.005));
    }

    @Test
    void wrongWeightsAreRefused() {
        assertThatThrownBy(() -> new AliasTable(new double[] {1, -1})).hasMessageContaining("got -1.0");
        assertThatThrownBy(() -> new AliasTable(new double[] {Double.NaN})).hasMessageContaining("got NaN");
        assertThatThrownBy(() -> new AliasTable(new double[] {0, 0})).hasMessageContaining("the sum of 2 weights is 0");
        assertThatThrownBy(() -> new AliasTable(new double[0])).hasMessageContaining("the sum of 0 weights");
    }
}
