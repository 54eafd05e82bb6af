package fathom.conformance;

import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.ValuesAndIndices;
import fathom.testkit.GoldenCase;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Reductions, cumulative and sorted results, and their gradients. */
class ReductionGoldenTest {

    @TestFactory
    Stream<DynamicTest> cases() {
        return Goldens.each(
                "reductions",
                c -> {
                    DType type = c.out(0).dtype();
                    double rtol = type == DType.FLOAT32 ? 5e-6 : UnaryGoldenTest.rtol(type);
                    c.check(t -> call(c, t), rtol, UnaryGoldenTest.atol(type));
                });
    }

    private static Tensor[] call(GoldenCase c, Tensor[] t) {
        Tensor x = t[0];
        int[] dims = c.has("dims") ? c.getInts("dims") : IntStream.range(0, x.dim()).toArray();
        KeepDim keep = c.getBoolean("keep") ? KeepDim.KEEP_DIM : KeepDim.DROP_DIM;
        boolean all = !c.has("dims");
        int dim = c.has("dim") ? c.getInt("dim") : dims.length > 0 ? dims[0] : 0;
        return switch (c.op()) {
            case "sum" -> one(all ? x.sum() : x.sum(dims, keep));
            case "mean" -> one(all ? x.mean() : x.mean(dims, keep));
            case "amax" -> one(x.amax(dims, keep));
            case "amin" -> one(x.amin(dims, keep));
            case "var" -> one(all ? x.var() : x.var(dims, 1, keep));
            case "std" -> one(all ? x.std() : x.std(dims, 1, keep));
            case "varCorrection" -> one(x.var(dims, c.getInt("correction"), keep));
            case "stdCorrection" -> one(x.std(dims, c.getInt("correction"), keep));
            case "logsumexp" -> one(x.logsumexp(dims, keep));
            case "norm" -> one(all ? x.norm() : x.norm(2, dims, keep));
            case "normP" -> one(all ? x.norm(c.getDouble("p")) : x.norm(c.getDouble("p"), dims, keep));
            case "prod" -> one(all ? x.prod() : x.prod(dim, keep));
            case "max" -> all ? one(x.max()) : two(x.max(dim, keep));
            case "min" -> all ? one(x.min()) : two(x.min(dim, keep));
            case "median" -> all ? one(x.median()) : two(keeping(x.median(dim), dim, keep));
            case "argmax" -> one(all ? x.argmax() : x.argmax(dim, keep));
            case "argmin" -> one(all ? x.argmin() : x.argmin(dim, keep));
            case "any" -> one(all ? x.any() : x.any(dims, keep));
            case "all" -> one(all ? x.all() : x.all(dims, keep));
            case "countNonzero" -> one(all ? x.countNonzero() : x.countNonzero(dim));
            case "cumsum" -> one(x.cumsum(dim));
            case "cumprod" -> one(x.cumprod(dim));
            case "softmax" -> one(x.softmax(dim));
            case "logSoftmax" -> one(x.logSoftmax(dim));
            case "sort" -> two(x.sort(dim, c.getBoolean("descending")));
            case "argsort" -> one(x.argsort(dim, c.getBoolean("descending")));
            case "topk" -> two(x.topk(c.getInt("k"), dim, c.getBoolean("largest")));
            case "kthvalue" -> two(x.kthvalue(c.getInt("k"), dim));
            case "unique" -> {
                var u = x.uniqueWithCounts();
                yield new Tensor[] {u.values(), u.inverse(), u.counts()};
            }
            case "uniqueDim" -> {
                var u = x.uniqueWithCounts(c.getInt("dim"));
                yield new Tensor[] {u.values(), u.inverse(), u.counts()};
            }
            case "bincount" -> one(x.bincount());
            case "bincountWeights" -> one(x.bincount(t[1], c.getInt("minlength")));
            case "histc" -> one(x.histc(c.getInt("bins"), c.getDouble("min"), c.getDouble("max")));
            case "longSum" -> {
                Tensor v = x.toFloat().mul(0.1);
                yield new Tensor[] {v.sum(), v.var()};
            }
            default -> throw new AssertionError("no reduction is named " + c.op());
        };
    }

    private static ValuesAndIndices keeping(ValuesAndIndices v, int dim, KeepDim keep) {
        return keep == KeepDim.DROP_DIM
                ? v
                : new ValuesAndIndices(v.values().unsqueeze(dim), v.indices().unsqueeze(dim));
    }

    private static Tensor[] one(Tensor t) {
        return new Tensor[] {t};
    }

    private static Tensor[] two(ValuesAndIndices v) {
        return new Tensor[] {v.values(), v.indices()};
    }
}
