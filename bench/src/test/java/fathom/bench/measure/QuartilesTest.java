package fathom.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.api.Test;

class QuartilesTest {
    @Test
    void lieAtQuartersOfTheSortedValues() {
        assertThat(Quartiles.of(5, 1, 4, 2, 3)).isEqualTo(new Quartiles(2, 3, 4));
    }

    @Test
    void areInterpolatedBetweenNeighbours() {
        assertThat(Quartiles.of(4, 1, 2, 3)).isEqualTo(new Quartiles(1.75, 2.5, 3.25));
        assertThat(Quartiles.of(7)).isEqualTo(new Quartiles(7, 7, 7));
    }

    @Test
    void doNotSortTheValuesGiven() {
        double[] values = {3, 1, 2};
        Quartiles.of(values);
        assertThat(values).containsExactly(3, 1, 2);
    }

    @Test
    void ofNothingAreAnError() {
        assertThatIllegalArgumentException().isThrownBy(Quartiles::of);
    }
}
