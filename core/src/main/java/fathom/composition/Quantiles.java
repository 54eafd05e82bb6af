package fathom.composition;

import fathom.DType;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import fathom.dispatch.Dims;
import fathom.options.Interpolation;
import fathom.primitive.Ops;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Quantiles, computed by sorting. */
public final class Quantiles {
    private Quantiles() {}

    /**
     * Quantiles along a dimension, or of all elements.
     *
     * @param name the operation
     * @param x floating, at least one element
     * @param q a scalar, or several numbers in one dimension, which becomes the first of the result
     * @param dim the dimension; null for all elements
     * @param ignoreNan whether NaN is ignored; otherwise it propagates
     */
    public static Tensor of(
            String name,
            Tensor x,
            Tensor q,
            @Nullable Integer dim,
            KeepDim keep,
            Interpolation interpolation,
            boolean ignoreNan) {
        check(name, x, q);
        Tensor lines = dim == null || x.dim() == 0 ? x.reshape(-1) : x.movedim(dim, -1);
        if (dim != null) {
            Dims.normalize(name, dim, x.dim());
        }
        Tensor values = pick(lines.sort(-1).values(), ranks(lines, q.reshape(-1), ignoreNan), interpolation);
        if (keep == KeepDim.KEEP_DIM && x.dim() > 0) {
            if (dim == null) {
                long[] ones = new long[x.dim() + 1];
                Arrays.fill(ones, 1);
                ones[x.dim()] = q.numel();
                values = values.reshape(ones);
            } else {
                values = values.unsqueeze(Dims.normalize(name, dim, x.dim()));
            }
        }
        return q.dim() == 0 ? values.select(-1, 0) : values.movedim(-1, 0);
    }

    private static void check(String name, Tensor x, Tensor q) {
        DType t = x.dtype();
        if (t != DType.FLOAT32 && t != DType.FLOAT64) {
            throw new IllegalArgumentException(
                    "%s: expected FLOAT32 or FLOAT64, not %s; convert with to(FLOAT32)".formatted(name, t));
        }
        if (x.numel() == 0) {
            throw new IllegalArgumentException("%s: the tensor of shape %s has no elements".formatted(name, x.shape()));
        }
        if (q.dim() > 1 || q.dtype() != t) {
            throw new IllegalArgumentException(
                    "%s: expected q as a scalar or in one dimension, of %s, not shape %s of %s"
                            .formatted(name, t, q.shape(), q.dtype()));
        }
        if (q.numel() > 0) {
            Tensor inside = q.detach().ge(0).logicalAnd(q.detach().le(1)).all();
            Ops.check(
                    inside,
                    ok -> {
                        if (ok == 0) {
                            throw new IllegalArgumentException(name + ": q must be between 0 and 1");
                        }
                    });
        }
    }

    /** {@return the fractional positions of the quantiles among the sorted elements of each line, [..., quantiles]} */
    private static Tensor ranks(Tensor lines, Tensor q, boolean ignoreNan) {
        Tensor isNan = lines.detach().isnan();
        long last = lines.size(-1) - 1;
        if (ignoreNan) {
            Tensor numbers = isNan.logicalNot().sum(-1, KeepDim.KEEP_DIM).sub(1);
            return q.mul(numbers.to(q.dtype())).clampMin(0);
        }
        // NaN is sorted to the end
        return Tensors.where(isNan.any(-1, KeepDim.KEEP_DIM), last, q.mul(last));
    }

    private static Tensor pick(Tensor sorted, Tensor ranks, Interpolation interpolation) {
        return switch (interpolation) {
            case LOWER -> at(sorted, ranks.floor());
            case HIGHER -> at(sorted, ranks.ceil());
            case NEAREST -> at(sorted, ranks.round());
            case LINEAR, MIDPOINT -> {
                Tensor below = ranks.floor();
                Tensor weight = interpolation == Interpolation.LINEAR ? ranks.sub(below) : Tensors.fullLike(ranks, 0.5);
                yield at(sorted, below).lerp(at(sorted, ranks.ceil()), weight);
            }
        };
    }

    private static Tensor at(Tensor sorted, Tensor places) {
        long[] shape = sorted.shape().dims();
        shape[shape.length - 1] = places.size(-1);
        return sorted.gather(-1, places.detach().to(DType.INT64).expand(shape));
    }
}
