package fathom.nn.transformer;

import fathom.DType;
import fathom.Device;
import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import java.util.Locale;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Converts PyTorch's masks of attention layers (true masks a key out) to those of the attention function (true lets it
 * take part).
 */
final class AttentionMasks {
    private AttentionMasks() {}

    /**
     * {@return all masks combined, broadcastable to {@code [N, H, L, S]}: bool with true where a key takes part, or
     * floating-point, to be added to the scores}. Null where nothing is masked, or where only the causal mask applies,
     * which the attention function has built in.
     */
    static @Nullable Tensor allowed(
            @Nullable Tensor attention,
            @Nullable Tensor padding,
            boolean causal,
            long batch,
            long heads,
            long queries,
            long keys) {
        Tensor a = attention == null ? null : attention(attention, batch, heads, queries, keys);
        Tensor p = padding == null ? null : padding(padding, batch, keys);
        if (a == null && p == null) {
            return null;
        }
        if (causal) {
            Device device = a != null ? a.device() : Objects.requireNonNull(p).device();
            Tensor seen = causal(device, queries, keys);
            a = a == null ? seen : both(a, seen);
        }
        return a == null ? p : p == null ? a : both(a, p);
    }

    /** {@return the causal mask {@code [L, S]}: true where query i attends to key j, that is, where {@code j <= i}} */
    static Tensor causal(Device device, long queries, long keys) {
        return device.with(() -> Tensors.arange(queries).unsqueeze(-1).ge(Tensors.arange(keys)));
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

    private static Tensor both(Tensor a, Tensor b) {
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
