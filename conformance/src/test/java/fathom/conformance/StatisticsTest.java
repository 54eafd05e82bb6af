package fathom.conformance;

import static fathom.Tensors.*;
import static fathom.testkit.TensorAssert.assertThat;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import fathom.Captured;
import fathom.KeepDim;
import fathom.Precision;
import fathom.Tensor;
import fathom.options.CdistMode;
import fathom.options.Interpolation;
import org.junit.jupiter.api.Test;

/** Statistics and searches at the limits of their domains, and rejected arguments. */
class StatisticsTest {
    @Test
    void halfPrecisionAccumulatesInFloat32() {
        Tensor x = full(60000, FLOAT16, 4, 3);
        assertThat(x.nanmean()).isEqualToTensor(tensor(60000, FLOAT16));
        assertThat(x.nanmean(0)).hasValues(60000, 60000, 60000);
        Tensor far = full(300, FLOAT16, 1, 64);
        assertThat(cdist(far, far.neg(), 2)).hasValues(4800);
        assertThat(cdist(far, far.neg(), 1)).hasValues(38400);
        assertThat(arange(2049).to(BFLOAT16).reshape(1, -1).cov().item()).isBetween(348000.0, 352000.0);
    }

    @Test
    void distancesFromProductsKeepFloat32UnderMixedPrecision() {
        Tensor x = arange(60).to(FLOAT32).reshape(30, 2).add(1000);
        Tensor expected = cdist(x, x, 2, CdistMode.NO_MM);
        try (var mixed = Precision.BFLOAT16.open()) {
            assertThat(cdist(x, x)).isCloseTo(expected, 1e-3, 0.5);
        }
    }

    @Test
    void aRowOfQuantilesMayBeEmpty() {
        assertThat(rand(3, 4).quantile(zeros(0), 1)).hasShape(0, 3);
        assertThat(rand(3, 4).quantile(tensor(0.5), 1, KeepDim.KEEP_DIM)).hasShape(3, 1);
        assertThat(rand(3, 4).quantile(0.5, null, KeepDim.KEEP_DIM, Interpolation.LOWER)).hasShape(1, 1);
    }

    @Test
    void searchesEndAtNan() {
        Tensor sorted = tensor(1, 2, Double.NaN, Double.NaN);
        assertThat(searchsorted(sorted, tensor(1.5, 3, Double.NaN))).hasValues(1, 2, 4);
        assertThat(searchsorted(sorted, 2)).hasValues(1);
        assertThat(searchsorted(tensor(1L, 3), 2.5)).hasValues(1);
        assertThat(bucketize(3, tensor(1L, 3, 5))).hasValues(1);
        assertThat(isin(tensor(1L, 2, 3), 2)).hasValues(0, 1, 0);
        assertThat(isin(2, tensor(1L, 2))).hasValues(1);
        assertThat(isin(tensor(true, false), tensor(true))).hasValues(1, 0);
    }

    @Test
    void histogramsIgnoreNan() {
        var h = tensor(1, 2, 1, 5, Double.NaN).histogram(tensor(0.0, 1, 2, 3));
        assertThat(h.hist()).hasValues(0, 2, 1);
    }

    @Test
    void wrongArgumentsAreNamed() {
        Tensor x = rand(2, 3);
        Tensor whole = arange(3);
        assertThatThrownBy(() -> x.quantile(1.5)).hasMessageContaining("quantile").hasMessageContaining("0 and 1");
        assertThatThrownBy(() -> x.quantile(tensor(0.5, Double.NaN))).hasMessageContaining("0 and 1");
        assertThatThrownBy(() -> whole.quantile(0.5)).hasMessageContaining("INT64");
        assertThatThrownBy(() -> x.quantile(tensor(0.5).toDouble())).hasMessageContaining("FLOAT64");
        assertThatThrownBy(() -> zeros(0).nanquantile(0.5)).hasMessageContaining("nanquantile");
        assertThatThrownBy(() -> x.quantile(0.5, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> whole.nanmean()).hasMessageContaining("nanmean").hasMessageContaining("INT64");
        assertThatThrownBy(() -> zeros(2, 0).nanmedian(1)).hasMessageContaining("[2, 0]");
        assertThatThrownBy(() -> whole.varMean()).hasMessageContaining("INT64");
        assertThatThrownBy(() -> zeros(1, 2, 3).cov()).hasMessageContaining("cov").hasMessageContaining("[1, 2, 3]");
        assertThatThrownBy(() -> zeros(1, 2, 3).corrcoef()).hasMessageContaining("corrcoef");
        assertThatThrownBy(() -> x.cov(1, rand(3), null))
                .hasMessageContaining("fweights")
                .hasMessageContaining("FLOAT32");
        assertThatThrownBy(() -> x.cov(1, null, arange(3))).hasMessageContaining("aweights");
        assertThatThrownBy(() -> x.cov(1, arange(2), null)).hasMessageContaining("[2]");
        assertThatThrownBy(() -> x.cov(1, tensor(1L, -1, 1), null)).hasMessageContaining("-1");
        assertThatThrownBy(() -> x.cov(1, null, zeros(3))).hasMessageContaining("sum to 0");
        assertThatThrownBy(() -> whole.histogram(2)).hasMessageContaining("INT64");
        assertThatThrownBy(() -> x.histogram(0)).hasMessageContaining("at least one bin");
        assertThatThrownBy(() -> x.histogram(2, 3, 1)).hasMessageContaining("3.0").hasMessageContaining("1.0");
        assertThatThrownBy(() -> tensor(1, Double.NaN).histogram(2)).hasMessageContaining("NaN");
        assertThatThrownBy(() -> x.histogram(tensor(1.0))).hasMessageContaining("two edges");
        assertThatThrownBy(() -> x.histogram(tensor(1.0, 2), rand(3), false)).hasMessageContaining("[3]");
        assertThatThrownBy(() -> cdist(rand(2, 3), rand(2, 4))).hasMessageContaining("[2, 4]");
        assertThatThrownBy(() -> cdist(rand(2, 3), rand(3))).hasMessageContaining("[3]");
        assertThatThrownBy(() -> cdist(rand(2, 3), rand(2, 3).toDouble())).hasMessageContaining("FLOAT64");
        assertThatThrownBy(() -> cdist(rand(2, 3), rand(2, 3), -1)).hasMessageContaining("-1");
        assertThatThrownBy(() -> cdist(rand(2, 4, 3), rand(3, 4, 3))).hasMessageContaining("cdist");
        assertThatThrownBy(() -> searchsorted(rand(2, 3), rand(4)))
                .hasMessageContaining("[2, 3]")
                .hasMessageContaining("[4]");
        assertThatThrownBy(() -> searchsorted(rand(2, 3), 1)).hasMessageContaining("[2, 3]");
        assertThatThrownBy(() -> searchsorted(tensor(1.0), rand(4))).hasMessageContaining("searchsorted");
        assertThatThrownBy(() -> searchsorted(rand(3), rand(4), o -> o.sorter(arange(4))))
                .hasMessageContaining("sorter");
        assertThatThrownBy(() -> bucketize(whole, rand(2, 3))).hasMessageContaining("bucketize");
    }

    @Test
    void stepsWithQuantilesAndDistancesAreCaptured() {
        Tensor w = rand(4, 3).requiresGrad_();
        var step =
                Captured.of((Tensor x) -> {
                    Tensor d = cdist(x, w, 1);
                    Tensor loss = d.quantile(0.3, 1).sum().add(isin(x, x).sum()).add(d.nanmean());
                    w.setGrad(null);
                    loss.backward();
                    return loss;
                });
        for (int i = 0; i < 8; i++) {
            Tensor x = rand(5, 3);
            double loss = step.call(x).item();
            Tensor v = w.detach().clone().requiresGrad_();
            Tensor d = cdist(x, v, 1);
            Tensor expected = d.quantile(0.3, 1).sum().add(isin(x, x).sum()).add(d.nanmean());
            expected.backward();
            assertThat(loss).isEqualTo(expected.item());
            assertThat(w.grad()).isEqualToTensor(v.grad());
        }
        assertThat(step.plan()).contains("SearchSorted");
    }
}
