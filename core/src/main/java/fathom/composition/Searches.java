package fathom.composition;

import fathom.DType;
import fathom.Tensor;
import fathom.dispatch.Promotion;
import fathom.options.SearchOptions;
import fathom.primitive.Ops;
import fathom.primitive.indexing.SearchSorted;
import java.util.Arrays;

/** Binary searches in sorted rows. */
public final class Searches {
    private Searches() {}

    public static Tensor places(String name, Tensor sorted, Tensor values, SearchOptions options) {
        Tensor rows = arranged(name, sorted, options);
        long[] shape = Ops.shape(values);
        boolean shared = rows.dim() == 1;
        boolean fits = shared || rows.dim() == shape.length;
        for (int d = 0; fits && !shared && d < shape.length - 1; d++) {
            fits = rows.size(d) == shape[d];
        }
        if (rows.dim() == 0 || !fits) {
            throw new IllegalArgumentException(
                    "%s: expected one row of boundaries, or one per row of values: boundaries %s, values %s"
                            .formatted(name, sorted.shape(), values.shape()));
        }
        DType t = Promotion.of(rows, values);
        Tensor v = values.detach().to(t);
        Tensor s = rows.detach().to(t);
        if (v.dim() == 0) {
            v = v.reshape(1);
        }
        long[] full = v.shape().dims();
        full[full.length - 1] = s.size(-1);
        Tensor places = Ops.applyAll(new SearchSorted(options.right(), options.outInt32()), s.expand(full), v)[0];
        return values.dim() == 0 ? places.reshape() : places;
    }

    private static Tensor arranged(String name, Tensor sorted, SearchOptions options) {
        Tensor sorter = options.sorter();
        if (sorter == null) {
            return sorted;
        }
        if (!Arrays.equals(Ops.shape(sorter), Ops.shape(sorted)) || sorter.dtype() != DType.INT64) {
            throw new IllegalArgumentException(
                    "%s: expected an INT64 sorter of the boundaries' shape %s, not shape %s of %s"
                            .formatted(name, sorted.shape(), sorter.shape(), sorter.dtype()));
        }
        return sorted.detach().gather(-1, sorter);
    }

    /** {@return whether each element occurs in a set} */
    public static Tensor isin(Tensor elements, Tensor set, boolean invert) {
        DType t = DType.promote(elements.dtype(), set.dtype());
        Tensor x = elements.detach().to(t);
        Tensor members = set.detach().reshape(-1).to(t);
        if (members.numel() == 0) {
            return x.newFull(invert ? 1 : 0, DType.BOOL, Ops.shape(x));
        }
        Tensor sorted = members.sort().values();
        Tensor place = places("isin", sorted, x, new SearchOptions()).clampMax(members.numel() - 1);
        Tensor nearest = sorted.take(place);
        return invert ? nearest.ne(x) : nearest.eq(x);
    }
}
