package fathom.conformance;

import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import fathom.ValuesAndIndices;
import fathom.ops.StatisticsOps.Histogram;
import fathom.options.Interpolation;
import fathom.testkit.GoldenCase;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Moments, quantiles, covariances, histograms, distances and searches, and their gradients. */
class StatisticsGoldenTest {

    @TestFactory
    Stream<DynamicTest> cases() {
        return Goldens.each(
                "statistics",
                c -> {
                    DType type = c.out(0).dtype();
                    double rtol = type == DType.FLOAT32 ? 5e-6 : UnaryGoldenTest.rtol(type);
                    c.check(t -> call(c, t), rtol, type == DType.FLOAT32 ? 1e-6 : UnaryGoldenTest.atol(type));
                });
    }

    private static Tensor[] call(GoldenCase c, Tensor[] t) {
        Tensor x = t[0];
        KeepDim keep = c.getBoolean("keep") ? KeepDim.KEEP_DIM : KeepDim.DROP_DIM;
        int[] dims = c.has("dims") ? c.getInts("dims") : new int[0];
        boolean all = dims.length == 0;
        return switch (c.op()) {
            case "varMean" -> {
                var r = all ? Tensors.varMean(x) : Tensors.varMean(x, dims, c.getInt("correction"), KeepDim.KEEP_DIM);
                yield new Tensor[] {r.var(), r.mean()};
            }
            case "stdMean" -> {
                var r = all ? Tensors.stdMean(x) : Tensors.stdMean(x, dims, c.getInt("correction"), KeepDim.KEEP_DIM);
                yield new Tensor[] {r.std(), r.mean()};
            }
            case "nanmedian" -> all ? one(Tensors.nanmedian(x)) : two(x.nanmedian(dims[0], keep));
            case "histogram" -> {
                Histogram h =
                        c.hasTensor("edges")
                                ? x.histogram(c.tensor("edges"), null, c.getBoolean("density"))
                                : x.histogram(
                                        c.getInt("bins"),
                                        c.has("range") ? c.getDoubles("range") : null,
                                        t.length > 1 ? t[1] : null,
                                        c.getBoolean("density"));
                yield new Tensor[] {h.hist(), h.binEdges()};
            }
            case "nansum" -> one(all ? Tensors.nansum(x) : Tensors.nansum(x, dims, keep));
            case "nanmean" -> one(all ? Tensors.nanmean(x) : Tensors.nanmean(x, dims, keep));
            case "median" -> one(x.median());
            case "quantile" -> one(Tensors.quantile(x, q(c, x), dim(c), keep, interpolation(c)));
            case "nanquantile" -> one(Tensors.nanquantile(x, q(c, x), dim(c), keep, interpolation(c)));
            case "cov" -> one(Tensors.cov(x, c.getInt("correction"), optional(c, "fweights"), optional(c, "aweights")));
            case "corrcoef" -> one(Tensors.corrcoef(x));
            case "dist" -> one(Tensors.dist(x, t[1], c.getDouble("p")));
            case "cdist" -> one(Tensors.cdist(x, t[1], c.getDouble("p")));
            case "searchsorted" ->
                    one(
                            Tensors.searchsorted(
                                    x,
                                    t[1],
                                    o ->
                                            o.right(c.getBoolean("right"))
                                                    .outInt32(c.getBoolean("int32"))
                                                    .sorter(t.length > 2 ? t[2] : null)));
            case "bucketize" -> one(Tensors.bucketize(x, t[1], c.getBoolean("right")));
            case "isin" -> one(Tensors.isin(x, t[1], false, c.getBoolean("invert")));
            default -> throw new AssertionError("no operation is named " + c.op());
        };
    }

    private static Tensor q(GoldenCase c, Tensor x) {
        return c.hasTensor("q") ? c.tensor("q") : x.newFull(c.getDouble("q"), x.dtype());
    }

    private static @Nullable Integer dim(GoldenCase c) {
        return c.has("dim") ? (Integer) c.getInt("dim") : null;
    }

    private static Interpolation interpolation(GoldenCase c) {
        return Interpolation.valueOf(c.get("interpolation"));
    }

    private static @Nullable Tensor optional(GoldenCase c, String name) {
        return c.hasTensor(name) ? c.tensor(name) : null;
    }

    private static Tensor[] one(Tensor t) {
        return new Tensor[] {t};
    }

    private static Tensor[] two(ValuesAndIndices v) {
        return new Tensor[] {v.values(), v.indices()};
    }
}
