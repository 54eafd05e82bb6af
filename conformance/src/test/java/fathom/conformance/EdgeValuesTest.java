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

/** Values and shapes at the limits of the operations' domains. */
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
    void emptyMaximaAreRejected() {
        assertThatThrownBy(() -> zeros(0).max()).hasMessage("max: a tensor of shape [0] has no elements");
        assertThatThrownBy(() -> zeros(2, 0).amin(1))
                .hasMessage("amin: dimensions [1] of a tensor of shape [2, 0] have no elements");
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

    @Test
    void scaledSumsKeepTheTypeOfBoth() {
        Tensor a = tensor(true, false);
        Tensor b = tensor(false, false);
        assertThat(a.add(b, 1)).hasType(DType.BOOL).hasValues(1, 0);
        assertThat(b.add(a, 2)).hasType(DType.BOOL).hasValues(1, 0);
        assertThat(b.add(a, 0)).hasType(DType.BOOL).hasValues(0, 0);
        assertThat(b.clone().add_(a, 1)).hasType(DType.BOOL).hasValues(1, 0);
        assertThat(tensor(1L, 2).add(tensor(3L, 4), 2)).hasType(DType.INT64).hasValues(7, 10);
        assertThat(tensor(1L, 2).sub(a, 2)).hasType(DType.INT64).hasValues(-1, 2);
        assertThat(tensor(1L, 2).add(tensor(0.5f, 1), 0.5)).hasType(DType.FLOAT32).hasValues(1.25, 2.5);
        assertThatThrownBy(() -> tensor(1L, 2).add(tensor(3L, 4), 1.5)).hasMessageContaining("alpha is 1.5");
        assertThatThrownBy(() -> tensor(1L, 2).add_(tensor(3L, 4), 1.5)).hasMessageContaining("alpha is 1.5");
        assertThatThrownBy(() -> a.sub(b, 1)).hasMessageStartingWith("sub: not defined for two bools");
    }

    @Test
    void activationsThatTakeIntegers() {
        assertThat(tensor(-7L, 0, 8).hardtanh()).hasType(DType.INT64).hasValues(-1, 0, 1);
        assertThat(tensor(-7L, 0, 8).relu6()).hasType(DType.INT64).hasValues(0, 0, 6);
        assertThat(tensor(-7L, 0, 8).relu6_()).hasType(DType.INT64).hasValues(0, 0, 6);
        assertThat(tensor(0L, 8).to(DType.UINT8).relu6()).hasType(DType.UINT8).hasValues(0, 6);
        assertThat(tensor(-7L, 0, 8).threshold(0, 5)).hasType(DType.INT64).hasValues(5, 5, 8);
        assertThat(tensor(-1L, 0, 1).softsign()).hasType(DType.FLOAT32).hasValues(-0.5, 0, 0.5);
        assertThatThrownBy(() -> tensor(true).hardtanh()).hasMessageStartingWith("hardtanh: not defined for bool");
        assertThatThrownBy(() -> tensor(1L).to(DType.UINT8).hardtanh()).hasMessageContaining("negative");
    }

    @Test
    void reversedBounds() {
        Tensor x = tensor(-1f, 0, 1);
        assertThat(x.hardtanh(.5, -.5)).hasValues(-.5, -.5, -.5);
        assertThat(x.clamp(.5, -.5)).hasValues(-.5, -.5, -.5);
        assertThat(x.clamp(tensor(.5f), tensor(-.5f))).hasValues(-.5, -.5, -.5);
        assertThat(x.clone().clamp_(.5, -.5)).hasValues(-.5, -.5, -.5);
        assertThat(x.clone().hardtanh_(.5, -.5)).hasValues(-.5, -.5, -.5);
    }

    @Test
    void signsOfNanInPlaceAndNot() {
        assertThat(tensor(Float.NaN, -2).sign()).hasValues(0, -1);
        assertThat(tensor(Float.NaN, -2).sign_()).hasValues(0, -1);
    }

    @ParameterizedTest
    @EnumSource(names = {"FLOAT16", "BFLOAT16", "FLOAT32", "FLOAT64"})
    void randomNumbersStayBelowOne(DType dtype) {
        Tensor x = rand(dtype, 100_000);
        assertThat(x.max().item()).isLessThan(1).isGreaterThan(0.98);
        assertThat(x.min().item()).isBetween(0.0, 0.01);
    }
}
