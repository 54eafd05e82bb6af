package fathom.conformance;

import static fathom.Tensors.*;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import fathom.Captured;
import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.Tensors;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
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

    /** {@return the chi-square statistic of counts; frequencies of probability 0 must be 0} */
    private static double chiSquare(long[] counts, double[] probabilities) {
        double n = LongStream.of(counts).sum();
        double sum = 0;
        for (int i = 0; i < counts.length; i++) {
            if (probabilities[i] == 0) {
                assertThat(counts[i]).as("count of index %s, whose weight is 0", i).isZero();
            } else {
                double expected = n * probabilities[i];
                sum += (counts[i] - expected) * (counts[i] - expected) / expected;
            }
        }
        return sum;
    }

    /** Mean and standard deviation of the statistic are {@code n - 1} and {@code sqrt(2 (n - 1))}. */
    private static void isPlausible(double chiSquare, int possible) {
        double freedom = possible - 1;
        assertThat(chiSquare).isBetween(freedom - 4 * Math.sqrt(2 * freedom), freedom + 4 * Math.sqrt(2 * freedom));
    }

    @ParameterizedTest
    @ValueSource(strings = {"equal", "zipf", "steep", "with zeros"})
    void countsOfManyDrawsPassAChiSquareTest(String kind) {
        manualSeed(7);
        int n = 500;
        var weights = new double[n];
        double sum = 0;
        int possible = 0;
        for (int i = 0; i < n; i++) {
            weights[i] =
                    switch (kind) {
                        case "equal" -> 3;
                        case "zipf" -> 1.0 / (i + 1);
                        case "steep" -> i == 250 ? 0.1 : 1e-3;
                        default -> i % 3 == 0 ? 0 : i;
                    };
            sum += weights[i];
            possible += weights[i] > 0 ? 1 : 0;
        }
        int samples = kind.equals("steep") ? 400_000 : 60_000;
        for (boolean isMatrix : new boolean[] {false, true}) {
            Tensor w = tensor(weights);
            Tensor drawn = isMatrix ? w.expand(2, n).multinomial(samples / 2, true) : w.multinomial(samples, true);
            var probabilities = new double[n];
            for (int i = 0; i < n; i++) {
                probabilities[i] = weights[i] / sum;
            }
            isPlausible(chiSquare(drawn.reshape(-1).bincount(null, n).toLongArray(), probabilities), possible);
        }
    }

    @Test
    void pairsWithoutReplacementHaveTheirProbabilities() {
        manualSeed(8);
        double[] w = {1, 2, 0, 3, 4};
        Tensor drawn = tensor(w).expand(40_000, 5).multinomial(2);
        Tensor pairs = drawn.select(1, 0).mul(5).add(drawn.select(1, 1));
        var probabilities = new double[25];
        for (int first = 0; first < 5; first++) {
            for (int second = 0; second < 5; second++) {
                probabilities[5 * first + second] = first == second ? 0 : w[first] / 10 * w[second] / (10 - w[first]);
            }
        }
        isPlausible(chiSquare(pairs.bincount(null, 25).toLongArray(), probabilities), 12);
    }

    @Test
    void tinyAndNegativeZeroWeights() {
        manualSeed(9);
        Tensor w = tensor(new double[] {-0.0, Double.MIN_VALUE, 0, -0.0}, DType.FLOAT64);
        assertThat(w.multinomial(64, true).eq(1).all().itemBoolean()).isTrue();
        assertThat(w.multinomial(1).itemLong()).isEqualTo(1);
        Tensor two = tensor(new double[] {0, 1e-310, -0.0, 1e300, 0}, DType.FLOAT64).multinomial(2);
        assertThat(two.toLongArray()).containsExactly(3, 1);
        assertThatThrownBy(() -> w.multinomial(2))
                .hasMessage("multinomial: 2 samples without replacement, but a row has only 1 positive weights");
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void replaysDrawAnewAndAsWithoutCapture(boolean replacement) {
        UnaryOperator<Tensor> step = w -> w.multinomial(5, replacement);
        var captured = Captured.of(step);
        Tensor w = arange(1, 101).to(DType.FLOAT32);
        for (int i = 0; i < 5; i++) {
            captured.call(w);
        }
        assertThat(captured.hasPlan(w)).as(String.valueOf(captured.eagerReason())).isTrue();
        manualSeed(11);
        var eager = new long[3][];
        for (int i = 0; i < 3; i++) {
            eager[i] = step.apply(w).toLongArray();
        }
        manualSeed(11);
        for (int i = 0; i < 3; i++) {
            assertThat(captured.call(w).toLongArray()).containsExactly(eager[i]);
        }
        assertThat(eager[0]).isNotEqualTo(eager[1]);
        w.set(-1, 7);
        assertThatThrownBy(() -> captured.call(w)).hasMessageContaining("weights must be non-negative");
    }

    @Test
    void onAnotherDeviceTheSameIndicesAreDrawn() {
        double[] w = {1, 0, 2, 5};
        manualSeed(12);
        long[] expected = tensor(w).multinomial(20, true).toLongArray();
        long[] two = tensor(w).multinomial(2).toLongArray();
        Device other = Device.cpu(1);
        manualSeed(12);
        Tensor drawn = tensor(w).to(other).multinomial(20, true);
        assertThat(drawn.device()).isEqualTo(other);
        assertThat(drawn.toLongArray()).containsExactly(expected);
        assertThat(tensor(w).to(other).multinomial(2).toLongArray()).containsExactly(two);
    }
}
