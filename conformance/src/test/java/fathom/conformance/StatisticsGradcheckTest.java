package fathom.conformance;

import static fathom.conformance.GradcheckTest.any;
import static fathom.conformance.GradcheckTest.between;

import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import fathom.options.CdistMode;
import fathom.options.Interpolation;
import fathom.testkit.Gradcheck;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Statistics and distances against central differences, to second order. */
class StatisticsGradcheckTest {
    private final List<DynamicTest> tests = new ArrayList<>();

    private void add(String name, Function<Tensor[], Tensor> f, Tensor... inputs) {
        tests.add(DynamicTest.dynamicTest(name, () -> Gradcheck.checkTwice(f, inputs)));
    }

    @TestFactory
    Stream<DynamicTest> statistics() {
        Tensor x = any(1, 3, 4);
        Tensor mask = x.gt(1);
        Function<Tensor, Tensor> holes = t -> t.maskedFill(mask, Double.NaN);
        add("varMean", t -> t[0].varMean(1).var().mul(t[0].varMean(1).mean()), x);
        add("stdMean", t -> t[0].stdMean(0).std().add(t[0].stdMean().mean()), x);
        add("nansum", t -> holes.apply(t[0].square()).nansum(1), x);
        add("nanmean", t -> holes.apply(t[0].square()).nanmean(1), x);
        add("nanmedian", t -> holes.apply(t[0].square()).nanmedian(1).values(), x);
        for (Interpolation i : Interpolation.values()) {
            add("quantile, " + i, t -> t[0].square().quantile(0.4, 1, KeepDim.KEEP_DIM, i), x);
        }
        add("nanquantile", t -> holes.apply(t[0].square()).nanquantile(0.3, 1), x);
        add("cov", t -> t[0].cov(), x);
        add("cov, weighted", t -> t[0].cov(1, Tensors.tensor(1L, 2, 0, 3), t[1]), x, between(0.2, 2, 2, 4));
        add("corrcoef", t -> t[0].corrcoef(), any(5, 2, 5));
        for (double p : new double[] {1, 1.5, 2, 3, Double.POSITIVE_INFINITY}) {
            add("dist, " + p, t -> t[0].dist(t[1], p), x, any(3, 4));
        }
        return tests.stream();
    }

    @TestFactory
    Stream<DynamicTest> distances() {
        for (double p : new double[] {0.5, 1, 1.5, 2, 3, Double.POSITIVE_INFINITY}) {
            add("cdist, " + p, t -> Tensors.cdist(t[0], t[1], p), any(1, 2, 1, 3, 4), any(2, 2, 2, 4));
        }
        add("cdist by a product", t -> Tensors.cdist(t[0], t[1], 2, CdistMode.MM), any(1, 2, 3, 4), any(2, 2, 4));
        add("cdist of many rows", t -> Tensors.cdist(t[0], t[1]), any(3, 26, 2), any(4, 2, 2));
        Tensor points = any(5, 3, 2).to(DType.FLOAT64);
        // far from all others; its distance of 0 to itself has gradient 0
        tests.add(
                DynamicTest.dynamicTest(
                        "cdist with itself",
                        () -> Gradcheck.check(t -> Tensors.cdist(t[0], t[0].mul(1), 1.5), points)));
        return tests.stream();
    }
}
