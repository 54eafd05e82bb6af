package fathom.interop.onnx.operators;

import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import fathom.interop.onnx.graph.Call;
import fathom.interop.onnx.graph.Value;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Normalisations. */
final class Normalizations {
    private Normalizations() {}

    static void addTo(OperatorTable table) {
        table.add("BatchNormalization", Normalizations::batch).weights(1, 2);
        table.add("InstanceNormalization", Normalizations::instance).weights(1, 2);
        table.add("LayerNormalization", Normalizations::layer).weights(1, 2);
        table.add("GroupNormalization", Normalizations::group).weights(1, 2);
        table.add("LpNormalization", Normalizations::lp);
        table.add("LRN", Normalizations::localResponse);
        table.add("MeanVarianceNormalization", Normalizations::meanVariance);
    }

    /** By the given statistics, which are not updated. */
    private static Value[] batch(Call c) {
        if (c.flag("training_mode", false)) {
            throw c.refuse("it was exported in training mode; export the model in evaluation mode");
        }
        double eps = c.real("epsilon", 1e-5);
        return Value.of(
                Tensors.batchNorm(
                        c.tensor(0), c.tensor(3), c.tensor(4), o -> o.weight(c.tensor(1)).bias(c.tensor(2)).eps(eps)));
    }

    private static Value[] instance(Call c) {
        double eps = c.real("epsilon", 1e-5);
        return Value.of(Tensors.instanceNorm(c.tensor(0), o -> o.weight(c.tensor(1)).bias(c.tensor(2)).eps(eps)));
    }

    private static Value[] layer(Call c) {
        Tensor x = c.tensor(0);
        int axis = Axes.checked(c, c.number("axis", -1), x.dim());
        double eps = c.real("epsilon", 1e-5);
        long[] shape = Arrays.copyOfRange(x.shape().dims(), axis, x.dim());
        Tensor y = Tensors.layerNorm(x, shape, fitting(c.tensor(1), shape), fitting(c.optional(2), shape), eps);
        if (c.outputs() == 1) {
            return Value.of(y);
        }
        int[] dims = Arrays.copyOfRange(Axes.all(x.dim()), axis, x.dim());
        Tensor mean = x.mean(dims, KeepDim.KEEP_DIM);
        Tensor variance = x.var(dims, 0, KeepDim.KEEP_DIM);
        return Value.of(y, mean, variance.add(eps).rsqrt());
    }

    private static @Nullable Tensor fitting(@Nullable Tensor weight, long[] shape) {
        return weight == null || Arrays.equals(weight.shape().dims(), shape) ? weight : weight.broadcastTo(shape);
    }

    /** The scale and the bias have an element per group before version 21, one per channel since. */
    private static Value[] group(Call c) {
        Tensor x = c.tensor(0);
        int groups = c.number("num_groups", 1);
        return Value.of(
                Tensors.groupNorm(
                        x, groups, perChannel(c.tensor(1), x), perChannel(c.tensor(2), x), c.real("epsilon", 1e-5)));
    }

    private static Tensor perChannel(Tensor weight, Tensor x) {
        long channels = x.size(1);
        return weight.numel() == channels
                ? weight
                : weight.reshape(-1, 1).expand(weight.numel(), channels / weight.numel()).reshape(channels);
    }

    private static Value[] lp(Call c) {
        Tensor x = c.tensor(0);
        int axis = Axes.checked(c, c.number("axis", -1), x.dim());
        double p = c.whole("p", 2);
        return Value.of(x.div(x.norm(p, axis, KeepDim.KEEP_DIM)));
    }

    private static Value[] localResponse(Call c) {
        return Value.of(
                Tensors.localResponseNorm(
                        c.tensor(0),
                        c.number("size", 1),
                        c.real("alpha", 1e-4),
                        c.real("beta", 0.75),
                        c.real("bias", 1)));
    }

    private static Value[] meanVariance(Call c) {
        Tensor x = c.tensor(0);
        long[] axes = c.wholes("axes");
        int[] dims = Axes.checked(c, axes == null ? new long[] {0, 2, 3} : axes, x.dim());
        Tensor centred = x.sub(x.mean(dims, KeepDim.KEEP_DIM));
        return Value.of(centred.div(centred.square().mean(dims, KeepDim.KEEP_DIM).sqrt().add(1e-9)));
    }
}
