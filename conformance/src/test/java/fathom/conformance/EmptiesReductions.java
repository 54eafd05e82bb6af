package fathom.conformance;

import static fathom.KeepDim.DROP_DIM;
import static fathom.KeepDim.KEEP_DIM;

import fathom.Tensor;
import fathom.ValuesAndIndices;
import fathom.ops.SortingOps;
import java.util.List;
import java.util.function.Function;

/** Reductions, scans, sorting and counting, for {@link EmptiesTest}. */
final class EmptiesReductions {
    private EmptiesReductions() {}

    private static void both(EmptiesTable t, String label, Function<Tensor, ValuesAndIndices> f) {
        t.many(
                label,
                x -> {
                    var r = f.apply(x[0]);
                    return List.of(r.values(), r.indices());
                });
    }

    static void addTo(EmptiesTable t) {
        whole(t);
        for (int d : new int[] {0, -1, 1}) {
            along(t, d);
        }
        keeping(t);
        several(t);
        sorting(t);
    }

    private static void whole(EmptiesTable t) {
        t.one("sum()", Tensor::sum);
        t.one("prod()", Tensor::prod);
        t.one("mean()", Tensor::mean);
        t.one("var()", Tensor::var);
        t.one("std()", Tensor::std);
        t.one("norm()", Tensor::norm);
        t.one("max()", Tensor::max);
        t.one("min()", Tensor::min);
        t.one("argmax()", Tensor::argmax);
        t.one("argmin()", Tensor::argmin);
        t.one("any()", Tensor::any);
        t.one("all()", Tensor::all);
        t.one("count_nonzero()", Tensor::countNonzero);
        t.one("median()", Tensor::median);
        t.one("norm(0)", x -> x.norm(0));
        t.one("norm(1)", x -> x.norm(1));
        t.one("norm(3)", x -> x.norm(3));
        t.one("norm(inf)", x -> x.norm(Double.POSITIVE_INFINITY));
        t.one("norm(-inf)", x -> x.norm(Double.NEGATIVE_INFINITY));
    }

    private static void along(EmptiesTable t, int d) {
        String of = "(" + d + ")";
        t.one("sum" + of, x -> x.sum(d));
        t.one("prod" + of, x -> x.prod(d));
        t.one("mean" + of, x -> x.mean(d));
        t.one("var" + of, x -> x.var(d));
        t.one("std" + of, x -> x.std(d));
        t.one("amax" + of, x -> x.amax(d));
        t.one("amin" + of, x -> x.amin(d));
        both(t, "max" + of, x -> x.max(d));
        both(t, "min" + of, x -> x.min(d));
        t.one("argmax" + of, x -> x.argmax(d));
        t.one("argmin" + of, x -> x.argmin(d));
        t.one("any" + of, x -> x.any(d));
        t.one("all" + of, x -> x.all(d));
        t.one("count_nonzero" + of, x -> x.countNonzero(d));
        both(t, "median" + of, x -> x.median(d));
        t.one("logsumexp" + of, x -> x.logsumexp(d));
        t.one("cumsum" + of, x -> x.cumsum(d));
        t.one("cumprod" + of, x -> x.cumprod(d));
        t.one("softmax" + of, x -> x.softmax(d));
        t.one("log_softmax" + of, x -> x.logSoftmax(d));
        both(t, "sort" + of, x -> x.sort(d));
        t.one("argsort" + of, x -> x.argsort(d));
    }

    private static void keeping(EmptiesTable t) {
        t.one("sum(0,keep)", x -> x.sum(0, KEEP_DIM));
        t.one("prod(0,keep)", x -> x.prod(0, KEEP_DIM));
        t.one("mean(0,keep)", x -> x.mean(0, KEEP_DIM));
        t.one("var(0,keep)", x -> x.var(0, KEEP_DIM));
        t.one("amax(0,keep)", x -> x.amax(new int[] {0}, KEEP_DIM));
        t.one("any(0,keep)", x -> x.any(0, KEEP_DIM));
        both(t, "max(0,keep)", x -> x.max(0, KEEP_DIM));
        t.one("argmax(0,keep)", x -> x.argmax(0, KEEP_DIM));
        both(t, "median(0,keep)", x -> x.median(0, KEEP_DIM));
        t.one("logsumexp(0,keep)", x -> x.logsumexp(0, KEEP_DIM));
    }

    private static void several(EmptiesTable t) {
        t.one("norm(2,0)", x -> x.norm(2, 0));
        t.one("norm(2,-1,keep)", x -> x.norm(2, -1, KEEP_DIM));
        t.one("norm(inf,1)", x -> x.norm(Double.POSITIVE_INFINITY, 1));
        t.one("var(0,[])", x -> x.var(new int[0], 0, DROP_DIM));
        t.one("sum([0,1])", x -> x.sum(new int[] {0, 1}));
        t.one("mean([0,-1])", x -> x.mean(new int[] {0, -1}));
        t.one("amax([])", x -> x.amax(new int[0]));
        t.one("sum([])", x -> x.sum(new int[0]));
        t.one("var([1,2])", x -> x.var(new int[] {1, 2}));
    }

    private static void sorting(EmptiesTable t) {
        both(t, "sort()", Tensor::sort);
        for (int k = 0; k < 3; k++) {
            int n = k;
            both(t, "topk(" + k + ")", x -> x.topk(n));
            both(t, "kthvalue(" + k + ")", x -> x.kthvalue(n));
        }
        both(t, "topk(1,0)", x -> x.topk(1, 0));
        both(t, "kthvalue(1,0,keep)", x -> x.kthvalue(1, 0, KEEP_DIM));
        t.many(
                "unique()",
                x -> {
                    SortingOps.Unique u = x[0].uniqueWithCounts();
                    return List.of(u.values(), u.inverse(), u.counts());
                });
        t.one("unique(0)", x -> x.unique(0));
        t.one("bincount", Tensor::bincount);
        t.two("bincount(weights)", Tensor::bincount);
        t.one("histc(3)", x -> x.histc(3));
        t.one("histc(3,0,1)", x -> x.histc(3, 0, 1));
    }
}
