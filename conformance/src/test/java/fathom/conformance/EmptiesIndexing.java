package fathom.conformance;

import static fathom.Tensors.all;

import fathom.Tensor;
import java.util.List;

/** Reading and writing with indices and masks, for {@link EmptiesTest}. */
final class EmptiesIndexing {
    private EmptiesIndexing() {}

    static void addTo(EmptiesTable t) {
        for (int d : new int[] {0, -1, 1}) {
            t.two("index_select(" + d + ")", (x, i) -> x.indexSelect(d, i));
            t.two("gather(" + d + ")", (x, i) -> x.gather(d, i));
            t.two("index_fill(" + d + ")", (x, i) -> x.indexFill(d, i, 3));
            t.two("scatter(" + d + ",number)", (x, i) -> x.scatter(d, i, 3.0));
        }
        t.two("take", Tensor::take);
        t.two("take_along_dim(0)", (x, i) -> x.takeAlongDim(i, 0));
        t.two("get(tensor)", (x, i) -> x.get(i));
        t.two("get(all,tensor)", (x, i) -> x.get(all(), i));
        t.any("scatter(0)", x -> x[0].scatter(0, x[1], x[2]));
        t.any("scatter_add(0)", x -> x[0].scatterAdd(0, x[1], x[2]));
        for (String r : List.of("sum", "prod", "mean", "amax", "amin")) {
            for (boolean include : new boolean[] {true, false}) {
                String of = "(0,%s,%s)".formatted(r, include);
                t.any("scatter_reduce" + of, x -> x[0].scatterReduce(0, x[1], x[2], r, include));
                if (!r.equals("sum")) {
                    t.any("index_reduce" + of, x -> x[0].indexReduce(0, x[1], x[2], r, include));
                }
            }
        }
        t.any("index_add(0)", x -> x[0].indexAdd(0, x[1], x[2]));
        t.any("index_copy(0)", x -> x[0].indexCopy(0, x[1], x[2]));
        t.any("index_put", x -> x[0].indexPut(List.of(x[1]), x[2]));
        t.any("index_put(accumulate)", x -> x[0].indexPut(List.of(x[1]), x[2], true));
        t.two("masked_fill(3)", (x, m) -> x.maskedFill(m, 3));
        t.two("masked_select", Tensor::maskedSelect);
        t.two("get(mask)", (x, m) -> x.get(m));
        t.any("masked_scatter", x -> x[0].maskedScatter(x[1], x[2]));
        t.one("nonzero", Tensor::nonzero);
        t.many("nonzero_tuple", x -> x[0].nonzeroAsTuple());
    }
}
