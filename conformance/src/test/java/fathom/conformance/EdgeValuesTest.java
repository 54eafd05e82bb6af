package fathom.conformance;

import static fathom.Tensors.rand;
import static fathom.Tensors.tensor;
import static fathom.Tensors.zeros;
import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.DType;
import fathom.Tensor;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Values and shapes at the edge of what operations are defined for. */
class EdgeValuesTest {
    @Test
    void integerDivisionByZeroNamesTheOperation() {
        assertThatThrownBy(() -> tensor(1, 2).floorDivide(tensor(0)))
                .isInstanceOf(ArithmeticException.class)
                .hasMessageStartingWith("floorDiv")
                .hasMessageContaining("divisor");
        assertThatThrownBy(() -> tensor(1, 2).remainder(tensor(1, 0))).hasMessageStartingWith("remainder");
    }

    @Test
    void nothingHasNoGreatest() {
        assertThatThrownBy(() -> zeros(0).max())
                .hasMessage("max: a tensor of shape [0] has no elements to choose from");
        assertThatThrownBy(() -> zeros(2, 0).amin(1))
                .hasMessage("amin: dimensions [1] of a tensor of shape [2, 0] have no elements to choose from");
    }

    @ParameterizedTest
    @ValueSource(doubles = {1, 1.5, 2, 3, 7})
    void normsOfZerosHaveGradientZero(double p) {
        Tensor x = zeros(3).requiresGrad_();
        Tensor norm = x.norm(p);
        norm.backward();
        assertThat(norm).hasValues(0);
        assertThat(x.grad()).hasValues(0, 0, 0);
    }

    @Test
    void normsOfOtherNumbersAreAsBefore() {
        Tensor x = tensor(3.0, -4, 0).requiresGrad_();
        Tensor norm = x.norm(3);
        norm.backward();
        double n = Math.cbrt(91);
        assertThat(norm.item()).isCloseTo(n, org.assertj.core.data.Offset.offset(1e-5));
        assertThat(x.grad().toFloatArray())
                .containsExactly(
                        new float[] {(float) (9 / (n * n)), (float) (-16 / (n * n)), 0},
                        org.assertj.core.data.Offset.offset(1e-5f));
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT16", "BFLOAT16", "FLOAT32", "FLOAT64"})
    void randomNumbersStayBelowOne(DType dtype) {
        Tensor x = rand(dtype, 100_000);
        assertThat(x.max().item()).isLessThan(1).isGreaterThan(0.98);
        assertThat(x.min().item()).isBetween(0.0, 0.01);
    }
}
