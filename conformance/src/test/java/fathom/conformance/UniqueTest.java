package fathom.conformance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Tensors;
import org.junit.jupiter.api.Test;

/** Edge cases of unique slices. */
class UniqueTest {
    @Test
    void zerosAreEqualAndNaNEqualsNothing() {
        double nan = Double.NaN;
        var x = Tensors.tensor(new double[][] {{nan, 1}, {0.0, 2}, {nan, 1}, {-0.0, 2}, {-1, nan}, {-1, 5}});
        var u = x.uniqueWithCounts(0);
        assertThat(u.values().toDoubleArray()).containsExactly(-1, 5, -1, nan, 0.0, 2, nan, 1, nan, 1);
        assertThat(u.inverse().toLongArray()).containsExactly(3, 2, 4, 2, 1, 0);
        assertThat(u.counts().toLongArray()).containsExactly(1, 1, 2, 1, 1);
    }

    @Test
    void valuesAndInverseReconstructTheTensor() {
        Tensors.manualSeed(3);
        var x = Tensors.randint(0, 2, 2, 60, 2).transpose(0, 2);
        var u = x.uniqueWithCounts(1);
        assertThat(u.values().indexSelect(1, u.inverse()).equal(x)).isTrue();
        assertThat(u.counts().sum().itemLong()).isEqualTo(60);
        assertThat(x.unique(-2).equal(u.values())).isTrue();
        assertThat(u.values().size(1)).isLessThan(60);
    }

    @Test
    void indistinguishableNumbersAreRejected() {
        assertThatThrownBy(() -> Tensors.zeros(3, 0).unique(0)).hasMessageContaining("[3, 0] along dimension 0");
        assertThatThrownBy(() -> Tensors.tensor(3.0).reshape().unique(0)).hasMessageContaining("no dimension 0");
        assertThatThrownBy(() -> Tensors.zeros(3, 2).unique(2)).hasMessageContaining("unique");
    }
}
