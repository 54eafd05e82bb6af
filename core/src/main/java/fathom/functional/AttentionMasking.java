package fathom.functional;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.options.AttentionOptions;
import fathom.primitive.neural.AttentionFormula;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Which keys a query attends to: a mask, or a causal mask that the kernels compute themselves, but not both.
 *
 * @param mask broadcast to {@code [..., L, S]}: bool (true takes part) or floating (added); null for none
 * @param causal whether query i attends to keys 0 to i + shift only
 * @param shift not negative
 */
record AttentionMasking(@Nullable Tensor mask, boolean causal, long shift) {
    /** {@return the mask of a call: causal masks, lengths and a mask combined} */
    static AttentionMasking of(Tensor query, Tensor key, AttentionOptions o) {
        long queries = query.size(-2);
        long keys = key.size(-2);
        Tensor mask = o.mask();
        Tensor lengths = o.lengths();
        if (lengths != null) {
            mask = both(within(lengths, Math.max(query.dim(), key.dim()), keys), mask);
        }
        if (!o.causal() && !o.causalLowerRight()) {
            return new AttentionMasking(mask, false, 0);
        }
        // aligned at the lower right, fewer keys than queries hide all keys from the first ones
        long aligned = o.causalLowerRight() ? keys - queries : 0;
        long shift = o.causal() ? Math.min(0, aligned) : aligned;
        // kernels of other devices compute the mask that begins with the first key only
        boolean builtIn = shift == 0 || shift > 0 && query.device().type().equals("cpu");
        if (mask == null && builtIn) {
            return new AttentionMasking(null, true, shift);
        }
        Tensor seen = query.device().with(() -> AttentionFormula.causal(queries, keys, shift));
        return new AttentionMasking(both(seen, mask), false, 0);
    }

    private static Tensor within(Tensor lengths, int rank, long keys) {
        var shape = new long[rank];
        Arrays.fill(shape, 1);
        shape[0] = lengths.size(0);
        Tensor n = lengths.reshape(shape);
        return n.device().with(() -> Tensors.arange(keys)).lt(n);
    }

    private static Tensor both(Tensor open, @Nullable Tensor mask) {
        if (mask == null) {
            return open;
        }
        return mask.dtype() == DType.BOOL ? open.logicalAnd(mask) : Tensors.where(open, mask, Double.NEGATIVE_INFINITY);
    }

    /** {@return the mask itself, where the kernels do not compute it} */
    @Nullable Tensor materialised(Tensor query, Tensor key) {
        return causal ? query.device().with(() -> AttentionFormula.causal(query.size(-2), key.size(-2), shift)) : mask;
    }
}
