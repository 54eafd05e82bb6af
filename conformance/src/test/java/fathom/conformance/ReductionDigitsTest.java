package fathom.conformance;

import static fathom.KeepDim.DROP_DIM;
import static fathom.Tensors.cosineSimilarity;
import static fathom.Tensors.full;
import static fathom.Tensors.normalize;
import static fathom.Tensors.tensor;
import static fathom.testkit.TensorAssert.assertThat;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Intermediate sums of means, deviations and norms neither overflow nor lose precision that the result has. */
class ReductionDigitsTest {
    private static Tensor of(DType type, double... values) {
        Tensor all = tensor(values, DType.FLOAT64).to(type);
        return values.length == 1 ? all.reshape() : all;
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT16", "BFLOAT16"})
    void sumsOf16BitTypesAccumulateIn32Bits(DType type) {
        assertThat(of(type, -6984, -17232, -13832, -12080).std()).isEqualToTensor(of(type, 4272.34));
        assertThat(full(60_000, type, 1000).mean()).isEqualToTensor(of(type, 60_000));
        assertThat(full(60_000, type, 10, 100).mean(new int[] {1}, DROP_DIM)).isEqualToTensor(full(60_000, type, 10));
        assertThat(full(300, type, 4).norm()).isEqualToTensor(of(type, 600));
        assertThat(full(300, type, 4).norm(3)).isEqualToTensor(of(type, 300 * Math.cbrt(4)));
        assertThat(normalize(full(300, type, 4), 2, 0)).hasValues(.5, .5, .5, .5);
        assertThat(normalize(full(60_000, type, 4), 2, 0)).hasValues(.5, .5, .5, .5);
        assertThat(normalize(Tensors.zeros(type, 4), 2, 0)).hasValues(0, 0, 0, 0);
        assertThat(cosineSimilarity(full(300, type, 4), full(400, type, 4), 0)).hasValues(1);
        assertThat(Tensors.zeros(type, 100_000).logsumexp(0)).isEqualToTensor(of(type, Math.log(100_000)));
        assertThat(Tensors.ones(type, 100_000).amax(0)).hasValues(1);
        Tensor sign = Tensors.ones(type);
        assertThat(Tensors.cosineEmbeddingLoss(full(300, type, 4), full(400, type, 4), sign)).hasValues(0);
        assertThat(Tensors.layerNorm(of(type, 50_000, -50_000, 50_000, -50_000), 4)).hasValues(1, -1, 1, -1);
        assertThat(full(60_000, type, 1000).softmax(0).sum()).isCloseTo(of(type, 1), 2e-2, 0);
    }

    @Test
    void gradientsOf16BitTypesAccumulateIn32Bits() {
        double[] values = {-6984, -17232, -13832, -12080};
        Tensor exact = tensor(values, DType.FLOAT64).requiresGrad_();
        exact.std().backward();
        Tensor x = of(DType.FLOAT16, values).requiresGrad_();
        x.std().backward();
        assertThat(x.grad()).isEqualToTensor(exact.grad().to(DType.FLOAT16));
        // each of many tied maxima gets its share, though 16 bits cannot represent their number
        Tensor ties = Tensors.ones(DType.FLOAT16, 100_000).requiresGrad_();
        ties.amax(0).mul(1000).backward();
        assertThat(ties.grad().max()).isCloseTo(of(DType.FLOAT16, 0.01), 1e-3, 0);
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3, 16, 17, 100, 1000, 20_000, 100_003})
    void deviationsOfEqualNumbersAreZero(int n) {
        for (DType type : new DType[] {DType.FLOAT32, DType.FLOAT64, DType.FLOAT16, DType.BFLOAT16}) {
            Tensor x = full(0.1, type, n);
            assertThat(x.std()).as("%d of %s", n, type).hasValues(0);
            assertThat(full(-1e4 / 3, type, n).var()).hasValues(0);
        }
        assertThat(full(0.1, DType.FLOAT32, n, 3).std(0)).hasValues(0, 0, 0);
        assertThat(full(0.1, DType.FLOAT64, 3, n).std(1)).hasValues(0, 0, 0);
        assertThat(full(0.1, DType.FLOAT64, n, 3).t().std(new int[] {0, 1})).hasValues(0);
    }

    @Test
    void deviationsBeyondTheSquareRootOfTheRange() {
        for (double unit : new double[] {1e20, 1e30, 1e-20, 1e-30}) {
            Tensor x = of(DType.FLOAT32, unit, 2 * unit, 3 * unit).requiresGrad_();
            Tensor std = x.std();
            std.backward();
            assertThat(std).isCloseTo(of(DType.FLOAT32, unit), 1e-6, 0);
            assertThat(x.grad()).isCloseTo(of(DType.FLOAT32, -0.5, 0, 0.5), 1e-6, 1e-6);
        }
    }

    @Test
    void meansMuchLargerThanTheDeviation() {
        Tensor x = of(DType.FLOAT32, 1e6 + 1, 1e6 + 2, 1e6 + 4).requiresGrad_();
        Tensor exact = of(DType.FLOAT64, 1, 2, 4).requiresGrad_();
        Tensor std = x.std();
        std.backward();
        exact.std().backward();
        assertThat(std).isCloseTo(exact.std().to(DType.FLOAT32), 1e-6, 0);
        assertThat(x.grad()).isCloseTo(exact.grad().to(DType.FLOAT32), 1e-6, 0);
    }

    @Test
    void varianceAtItsEdges() {
        assertThat(Tensors.zeros(0).std()).hasValues(Double.NaN);
        assertThat(Tensors.zeros(0, 2).var(0)).hasValues(Double.NaN, Double.NaN);
        assertThat(Tensors.zeros(2, 0, 3).var(0)).hasShape(0, 3);
        assertThat(tensor(3f).var()).hasShape().hasValues(Double.NaN);
        assertThat(tensor(3f).var(new int[0], 0, DROP_DIM)).hasShape().hasValues(0);
        assertThat(tensor(3f).requiresGrad_().var()).hasShape();
        assertThat(tensor(1f, Float.POSITIVE_INFINITY).std()).hasValues(Double.NaN);
    }

    /** The second argument is the order of the norm, as in PyTorch, not the dimension. */
    @Test
    void theOrderOfTheNormComesBeforeTheDimension() {
        Tensor x = tensor(new float[][] {{3, 4}, {1, 1}});
        assertThat(normalize(x, 1)).isCloseTo(tensor(new float[][] {{3 / 7f, 4 / 7f}, {0.5f, 0.5f}}), 1e-6, 0);
        assertThat(normalize(x, 1, 0)).isCloseTo(tensor(new float[][] {{0.75f, 0.8f}, {0.25f, 0.2f}}), 1e-6, 0);
        assertThat(normalize(x)).isEqualToTensor(normalize(x, 2, 1, 1e-12));
        assertThat(cosineSimilarity(x, x.flip(1))).isCloseTo(tensor(0.96f, 1), 1e-6, 0);
    }

    @Test
    void cosinesOfVectorsThatBroadcast() {
        Tensor units = tensor(new float[][] {{1, 0}, {0, 1}});
        float half = (float) Math.sqrt(0.5);
        assertThat(cosineSimilarity(units, tensor(new float[][] {{2}}), 1)).isCloseTo(tensor(half, half), 1e-6, 0);
        assertThat(cosineSimilarity(units, tensor(3f), -1)).isCloseTo(tensor(half, half), 1e-6, 0);
        assertThat(cosineSimilarity(tensor(1f, 0), units, 1)).hasValues(1, 0);
        assertThat(cosineSimilarity(units.unsqueeze(1), units, 2)).hasShape(2, 2).hasValues(1, 0, 0, 1);
        assertThat(cosineSimilarity(units, units.unsqueeze(0).to(DType.FLOAT64), 2))
                .hasShape(1, 2)
                .hasType(DType.FLOAT64)
                .hasValues(1, 1);
        assertThat(cosineSimilarity(Tensors.zeros(2, 3), Tensors.ones(2, 3), 1)).hasValues(0, 0);
        assertThat(cosineSimilarity(Tensors.zeros(0, 3), Tensors.zeros(0, 3), 1)).hasShape(0);
    }
}
