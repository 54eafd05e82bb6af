package fathom.nn.transformer;

import fathom.DType;
import fathom.Device;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.attention.SequenceMask;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Converts PyTorch's masks of attention layers (true masks a key out) to those of the attention function (true lets it
 * take part).
 */
final class AttentionMasks {
    private AttentionMasks() {}

    /**
     * {@return both masks combined, broadcastable to {@code [N, H, L, S]}: bool with true where a key takes part, or
     * floating-point, to be added to the scores; null where nothing is masked}
     */
    static @Nullable Tensor allowed(
            @Nullable Tensor attention, @Nullable Tensor padding, long batch, long heads, long queries, long keys) {
        return both(attention == null ? null : attention(attention, batch, heads, queries, keys), padding);
    }

    /** {@return the mask of padding, {@code [N, 1, 1, S]}, as in {@link #allowed}} */
    static @Nullable Tensor padding(@Nullable Tensor mask, @Nullable Tensor lengths, long batch, long keys) {
        Tensor within = null;
        if (lengths != null) {
            if (lengths.dim() != 1 || lengths.size(0) != batch) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "MultiheadAttention: keyLengths %s: expected [%d]",
                                lengths.shape(),
                                batch));
            }
            within = SequenceMask.of(lengths, keys).reshape(batch, 1, 1, keys);
        }
        return both(mask == null ? null : padding(mask, batch, keys), within);
    }

    /**
     * {@return the causal mask {@code [L, S]}: true where query i attends to key j, that is, where {@code j <= i +
     * past}}
     */
    static Tensor causal(Device device, long queries, long keys, long past) {
        return device.with(() -> Tensors.arange(past, past + queries).unsqueeze(-1).ge(Tensors.arange(keys)));
    }

    /** {@return a mask with further keys, which take part} */
    static @Nullable Tensor extended(@Nullable Tensor mask, int more) {
        return mask == null || more == 0
                ? mask
                : Tensors.pad(mask, new long[] {0, more}, mask.dtype() == DType.BOOL ? 1 : 0);
    }

    /** {@return both masks combined; null for none} */
    static @Nullable Tensor both(@Nullable Tensor a, @Nullable Tensor b) {
        return a == null ? b : b == null ? a : together(a, b);
    }

    private static Tensor attention(Tensor mask, long batch, long heads, long queries, long keys) {
        refuseType("attnMask", mask);
        boolean one = mask.dim() == 2 && mask.size(0) == queries && mask.size(1) == keys;
        boolean each =
                mask.dim() == 3 && mask.size(0) == batch * heads && mask.size(1) == queries && mask.size(2) == keys;
        if (!one && !each) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "MultiheadAttention: attnMask %s: expected [%d, %d], or [%d, %2$d, %3$d] for each batch and head",
                            mask.shape(),
                            queries,
                            keys,
                            batch * heads));
        }
        Tensor open = open(mask);
        return one ? open : open.unflatten(0, batch, heads);
    }

    private static Tensor padding(Tensor mask, long batch, long keys) {
        refuseType("keyPaddingMask", mask);
        if (mask.dim() == 1 && batch == 1 && mask.size(0) == keys) {
            return open(mask).reshape(1, 1, 1, keys);
        }
        if (mask.dim() != 2 || mask.size(0) != batch || mask.size(1) != keys) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "MultiheadAttention: keyPaddingMask %s: expected [%d, %d]",
                            mask.shape(),
                            batch,
                            keys));
        }
        return open(mask).reshape(batch, 1, 1, keys);
    }

    private static void refuseType(String what, Tensor mask) {
        if (mask.dtype() != DType.BOOL && !mask.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    "MultiheadAttention: %s is %s; expected bool (true masks out) or a floating type (added to scores)"
                            .formatted(what, mask.dtype()));
        }
    }

    private static Tensor open(Tensor mask) {
        return mask.dtype() == DType.BOOL ? mask.logicalNot() : mask;
    }

    private static Tensor together(Tensor a, Tensor b) {
        if (a.dtype() == DType.BOOL && b.dtype() == DType.BOOL) {
            return a.logicalAnd(b);
        }
        return added(a, b).add(added(b, a));
    }

    private static Tensor added(Tensor mask, Tensor like) {
        return mask.dtype() == DType.BOOL
                ? Tensors.where(mask, like.newZeros(), like.newFull(Double.NEGATIVE_INFINITY, like.dtype()))
                : mask;
    }

    /** {@return the attention weights; zeros for a query all of whose keys are masked} */
    static Tensor softmax(Tensor scores, @Nullable Tensor mask) {
        if (mask == null) {
            return scores.softmax(-1);
        }
        boolean bool = mask.dtype() == DType.BOOL;
        Tensor seen = (bool ? mask : mask.detach().ne(Double.NEGATIVE_INFINITY)).any(-1, KeepDim.KEEP_DIM);
        Tensor masked = bool ? Tensors.where(mask, scores, Double.NEGATIVE_INFINITY) : scores.add(mask);
        // fully masked rows are left unmasked before softmax, so that no gradient is NaN
        return Tensors.where(seen, masked, scores).softmax(-1).where(seen, 0);
    }
}
