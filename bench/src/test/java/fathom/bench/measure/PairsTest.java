package fathom.bench.measure;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PairsTest {
    @Test
    void theRatioIsTheMedianOfPairRatios() {
        // the machine becomes ten times slower half way: the ratio of every pair is still 2
        var pairs = new Pairs(new double[] {1, 1, 10, 10, 10}, new double[] {2, 2, 20, 20, 20});
        assertThat(pairs.ratio()).isEqualTo(new Quartiles(2, 2, 2));
        assertThat(pairs.fathomMedian()).isEqualTo(10);
        assertThat(pairs.baselineMedian()).isEqualTo(20);
    }

    @Test
    void oneSideIsIncomplete() {
        assertThat(new Pairs(new double[] {1}, new double[0]).isComplete()).isFalse();
        assertThat(new Pairs(new double[0], new double[] {1}).isComplete()).isFalse();
        assertThat(Pairs.NONE.isComplete()).isFalse();
        assertThat(Pairs.NONE.fathomMedian()).isNaN();
        assertThat(new Pairs(new double[] {1}, new double[] {1}).isComplete()).isTrue();
    }
}
