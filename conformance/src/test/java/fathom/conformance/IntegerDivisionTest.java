package fathom.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Tensors;
import org.junit.jupiter.api.Test;

class IntegerDivisionTest {
    @Test
    void byANumberLeavesTheDividendAsItWas() {
        var x = Tensors.arange(40);
        assertThat(x.remainder(2).sum().itemLong()).isEqualTo(20);
        assertThat(x.floorDivide(3).select(0, 0).itemLong()).isZero();
        assertThat(x.toLongArray()).startsWith(0, 1, 2).endsWith(39);
    }

    @Test
    void byZeroIsRefused() {
        assertThatThrownBy(() -> Tensors.arange(4).remainder(0)).isInstanceOf(ArithmeticException.class);
        assertThatThrownBy(() -> Tensors.arange(4).remainder(Tensors.tensor(1L, 0, 1, 1)))
                .isInstanceOf(ArithmeticException.class);
    }
}
