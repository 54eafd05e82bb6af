package fathom.conformance;

import static fathom.Tensors.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Random indices: their frequencies, and weights of zero. */
class MultinomialTest {
    @ParameterizedTest
    @ValueSource(strings = {"float32", "float64"})
    void frequenciesAreProportionalToWeights(String type) {
        manualSeed(1);
        Tensor w = tensor(new double[] {0, 3, 0, 1, 2, 0}, DType.valueOf(type.toUpperCase(java.util.Locale.ROOT)));
        Tensor counts = w.multinomial(60_000, true).bincount(null, 6);
        // the standard deviation of a frequency is below 0.0021
        assertThat(counts.to(DType.FLOAT64).div(60_000).toDoubleArray())
                .containsExactly(new double[] {0, 0.5, 0, 1.0 / 6, 1.0 / 3, 0}, within(0.01));
    }

    @Test
    void oneIndexOfEachRow() {
        manualSeed(2);
        Tensor w = tensor(new double[][] {{1, 0, 3}, {0, 5, 0}});
        Tensor drawn = w.expand(20_000, 2, 3).reshape(40_000, 3).multinomial(1).reshape(20_000, 2);
        Tensor first = drawn.select(1, 0).bincount(null, 3).to(DType.FLOAT64).div(20_000);
        assertThat(first.toDoubleArray()).containsExactly(new double[] {0.25, 0, 0.75}, within(0.015));
        assertThat(drawn.select(1, 1).eq(1).all().itemBoolean()).isTrue();
    }

    @Test
    void withoutReplacementAllPositiveWeightsAreDrawnOnce() {
        manualSeed(3);
        for (int i = 0; i < 50; i++) {
            Tensor drawn = tensor(new double[] {0, 1e-9, 5, 0, 1}).multinomial(3);
            assertThat(drawn.sort().values().toLongArray()).containsExactly(1, 2, 4);
        }
    }

    @Test
    void theFirstOfTwoIsDrawnByItsShare() {
        manualSeed(4);
        int first = 0;
        for (int i = 0; i < 4_000; i++) {
            first += tensor(new double[] {1, 3, 1}).multinomial(2).select(0, 0).itemLong() == 1 ? 1 : 0;
        }
        assertThat(first / 4_000.0).isCloseTo(0.6, within(0.03));
    }

    @Test
    void weightsThatAreNoneAreRefused() {
        for (double[] w : new double[][] {{1, -1}, {0, 0}, {1, Double.NaN}, {1, Double.POSITIVE_INFINITY}, {}}) {
            for (boolean replacement : new boolean[] {true, false}) {
                for (int samples : new int[] {1, 2}) {
                    assertThatThrownBy(() -> Tensors.tensor(w, DType.FLOAT64).multinomial(samples, replacement))
                            .hasMessageStartingWith("multinomial: ");
                }
            }
        }
        assertThat(zeros(0, 4).multinomial(3).shape().toString()).isEqualTo("[0, 3]");
    }
}
