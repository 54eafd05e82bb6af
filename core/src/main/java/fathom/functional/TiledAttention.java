package fathom.functional;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.dispatch.TensorAccess;
import fathom.options.AttentionOptions;
import fathom.primitive.Broadcasting;
import fathom.primitive.OperationKind;
import fathom.primitive.Ops;
import fathom.primitive.neural.Attention;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reshapes attention's arguments for the primitive {@link Attention}. */
final class TiledAttention {
    /**
     * With fewer scores per matrix attention is composed: one batched product of small matrices is faster than many
     * calls, and their memory is small.
     */
    private static final long MIN_SCORES = 2048;

    /** The same for a single query on the CPU, whose kernel reads keys and values once, without packing them. */
    private static final long MIN_SCORES_OF_ONE_QUERY = 32;

    private TiledAttention() {}

    /** {@return the result; null if attention should be composed of other operations} */
    static @Nullable Tensor of(
            Tensor query, Tensor key, Tensor value, double scale, AttentionMasking masking, AttentionOptions o) {
        return o.enableGqa()
                ? ofGroups(query, key, value, scale, masking, o)
                : tiled(query, key, value, scale, masking, o.dropout());
    }

    /** Grouped heads: those that share a key form a dimension of their own, along which the key is expanded. */
    private static @Nullable Tensor ofGroups(
            Tensor query, Tensor key, Tensor value, double scale, AttentionMasking masking, AttentionOptions o) {
        if (!haveGroups(query, key, value)) {
            return null; // rejected, or shared in a different way
        }
        long groups = key.size(-3);
        var masks = new AttentionMasking(groupedMask(masking.mask(), groups), masking.causal(), masking.shift());
        Tensor y = tiled(grouped(query, groups), key.unsqueeze(-3), value.unsqueeze(-3), scale, masks, o.dropout());
        return y == null ? null : y.flatten(-4, -3);
    }

    /** {@return whether the heads of keys and values are as many, and each is shared by as many heads of queries} */
    static boolean haveGroups(Tensor query, Tensor key, Tensor value) {
        if (query.dim() < 3 || key.dim() != query.dim() || value.dim() != query.dim()) {
            return false;
        }
        long groups = key.size(-3);
        return groups != 0 && query.size(-3) % groups == 0 && value.size(-3) == groups;
    }

    /** {@return heads {@code [..., H, L, S]} by group, {@code [..., G, H / G, L, S]}} */
    static Tensor grouped(Tensor t, long groups) {
        return t.unflatten(-3, groups, t.size(-3) / groups);
    }

    /** {@return a mask's heads by group; it may have one for all, or none} */
    static @Nullable Tensor groupedMask(@Nullable Tensor mask, long groups) {
        if (mask == null || mask.dim() <= 2) {
            return mask;
        }
        return mask.size(-3) == 1 ? mask.unsqueeze(-3) : grouped(mask, groups);
    }

    private static @Nullable Tensor tiled(
            Tensor query, Tensor key, Tensor value, double scale, AttentionMasking masking, double dropout) {
        Tensor mask = masking.mask();
        boolean isOne = query.size(-2) == 1 && query.device().type().equals("cpu");
        if (query.size(-2) * key.size(-2) < (isOne ? MIN_SCORES_OF_ONE_QUERY : MIN_SCORES)
                || query.numel() == 0
                || key.numel() == 0
                || value.numel() == 0
                || mask != null && mask.requiresGrad() && Autograd.isGradEnabled()) {
            return null;
        }
        Tensor q = TensorAccess.cast(OperationKind.ATTENTION, query);
        if (q.dtype() != DType.FLOAT32 && q.dtype() != DType.BFLOAT16) {
            return null;
        }
        long[] batch = Broadcasting.pair("attention", batchOf(key), batchOf(value));
        batch = Broadcasting.pair("attention", batchOf(query), batch);
        long[] scores = withLast(batch, query.size(-2), key.size(-2));
        if (mask != null && !Arrays.equals(Broadcasting.pair("attention", scores, Ops.shape(mask)), scores)) {
            return null;
        }
        var in = new ArrayList<>(List.of(expanded(q, batch)));
        in.add(expanded(TensorAccess.cast(OperationKind.ATTENTION, key), batch));
        in.add(expanded(TensorAccess.cast(OperationKind.ATTENTION, value), batch));
        if (mask != null) {
            in.add(Arrays.equals(Ops.shape(mask), scores) ? mask : mask.expand(scores));
        }
        boolean drops = dropout > 0;
        if (drops) {
            in.add(EmbeddingFunctions.stays(q, dropout, scores));
        }
        double factor = drops ? EmbeddingFunctions.dropoutScale(dropout) : 1;
        var primitive = new Attention(scale, masking.causal(), mask != null, drops, factor, masking.shift());
        return Ops.applyAll(primitive, in.toArray(Tensor[]::new))[0];
    }

    private static long[] batchOf(Tensor t) {
        return Arrays.copyOf(Ops.shape(t), t.dim() - 2);
    }

    private static long[] withLast(long[] batch, long rows, long columns) {
        long[] shape = Arrays.copyOf(batch, batch.length + 2);
        shape[batch.length] = rows;
        shape[batch.length + 1] = columns;
        return shape;
    }

    private static Tensor expanded(Tensor t, long[] batch) {
        return Arrays.equals(batchOf(t), batch) ? t : t.expand(withLast(batch, t.size(-2), t.size(-1)));
    }
}
