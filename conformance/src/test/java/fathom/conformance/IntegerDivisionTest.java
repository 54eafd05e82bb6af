package fathom.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Tensors;
import fathom.options.Rounding;
import org.junit.jupiter.api.Test;

class IntegerDivisionTest {
    @Test
    void theDividendIsNotModified() {
        var x = Tensors.arange(40);
        assertThat(x.remainder(2).sum().itemLong()).isEqualTo(20);
        assertThat(x.floorDivide(3).select(0, 0).itemLong()).isZero();
        assertThat(x.toLongArray()).startsWith(0, 1, 2).endsWith(39);
    }

    @Test
    void quotientsAreRounded() {
        var x = Tensors.tensor(-7L, -6, 6, 7);
        assertThat(x.div(2, Rounding.TRUNC).toLongArray()).containsExactly(-3, -3, 3, 3);
        assertThat(x.div(2, Rounding.FLOOR).toLongArray()).containsExactly(-4, -3, 3, 3);
        assertThat(x.div(-2.5, Rounding.TRUNC).toDoubleArray()).containsExactly(2, 2, -2, -2);
        var y = x.clone();
        assertThat(y.div_(Tensors.tensor(2L), Rounding.TRUNC)).isSameAs(y);
        assertThat(y.toLongArray()).containsExactly(-3, -3, 3, 3);
        assertThat(y.div_(2, Rounding.FLOOR).toLongArray()).containsExactly(-2, -2, 1, 1);
        assertThatThrownBy(() -> y.div_(0.5, Rounding.TRUNC)).hasMessageContaining("cannot be written in place");
        assertThatThrownBy(() -> y.div(0, Rounding.TRUNC)).isInstanceOf(ArithmeticException.class);
    }

    @Test
    void roundedQuotientsHaveZeroGradient() {
        for (var rounding : Rounding.values()) {
            var x = Tensors.tensor(-7.5, 7.5).requiresGrad_();
            x.div(2, rounding).mul(x).sum().backward();
            double down = rounding == Rounding.FLOOR ? -4 : -3;
            assertThat(java.util.Objects.requireNonNull(x.grad()).toDoubleArray()).containsExactly(down, 3);
        }
    }

    @Test
    void divisionByZeroIsRejected() {
        assertThatThrownBy(() -> Tensors.arange(4).remainder(0)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Tensors.arange(4).remainder(Tensors.tensor(1L, 0, 1, 1)))
                .isInstanceOf(ArithmeticException.class);
    }
}
