package fathom.interop.onnx.operators;

import fathom.KeepDim;
import fathom.Tensor;
import fathom.Tensors;
import fathom.ValuesAndIndices;
import fathom.functional.PoolOptions;
import fathom.interop.onnx.graph.Call;
import fathom.interop.onnx.graph.Value;
import java.util.Arrays;

/** Pooling over windows and over whole images. */
final class Pools {
    private Pools() {}

    static void addTo(OperatorTable table) {
        table.add("MaxPool", Pools::max);
        table.add("AveragePool", Pools::average);
        table.add("LpPool", Pools::lp);
        table.unary("GlobalAveragePool", x -> x.mean(spatial(x), KeepDim.KEEP_DIM));
        table.unary("GlobalMaxPool", x -> x.amax(spatial(x), KeepDim.KEEP_DIM));
        table.add(
                "GlobalLpPool",
                c -> {
                    Tensor x = c.tensor(0);
                    return Value.of(x.norm(c.real("p", c.whole("p", 2)), spatial(x), KeepDim.KEEP_DIM));
                });
    }

    private static int[] spatial(Tensor x) {
        var dims = new int[Math.max(0, x.dim() - 2)];
        Arrays.setAll(dims, i -> i + 2);
        return dims;
    }

    private static SlidingWindow window(Call c, Tensor x) {
        long[] kernel = c.wholes("kernel_shape");
        long[] input = SlidingWindow.spatial(x.shape().dims());
        if (kernel == null || kernel.length != input.length || kernel.length < 1 || kernel.length > 3) {
            throw c.refuse("its attribute kernel_shape needs a number for each of one to three spatial axes");
        }
        return SlidingWindow.of(c, Axes.ints(c, kernel), input);
    }

    /** Pools pad by at most half a window; what exceeds it becomes part of the input. */
    private static boolean isWide(SlidingWindow w) {
        for (int i = 0; i < w.kernel().length; i++) {
            if (Math.max(w.low()[i], w.high()[i]) > w.kernel()[i] / 2) {
                return true;
            }
        }
        return false;
    }

    private static Tensor padded(Tensor x, SlidingWindow w, double value) {
        int rank = w.kernel().length;
        var pads = new long[2 * rank];
        for (int i = 0; i < rank; i++) {
            pads[2 * (rank - 1 - i)] = w.low()[i];
            pads[2 * (rank - 1 - i) + 1] = w.high()[i];
        }
        return Tensors.pad(x, pads, value);
    }

    private static PoolOptions options(Call c, SlidingWindow w, boolean hasPadding) {
        var o = new PoolOptions().stride(w.strides()).ceilMode(c.flag("ceil_mode", false));
        return hasPadding ? o.padding(w.low(), w.high()) : o;
    }

    private static Value[] max(Call c) {
        Tensor x = c.tensor(0);
        SlidingWindow w = window(c, x);
        boolean isWide = isWide(w);
        boolean wantsIndices = c.outputs() > 1;
        if (wantsIndices && (isWide || c.flag("storage_order", false))) {
            throw c.refuse("indices of maxima are supported in row-major order and for pads up to half a window");
        }
        Tensor in = isWide ? padded(x, w, Double.NEGATIVE_INFINITY) : x;
        PoolOptions o = options(c, w, !isWide).dilation(w.dilations());
        if (wantsIndices) {
            return withIndices(c, x, w, o);
        }
        return Value.of(
                switch (w.kernel().length) {
                    case 1 -> Tensors.maxPool1d(in, w.kernel()[0], o);
                    case 2 -> Tensors.maxPool2d(in, w.kernel(), o);
                    default -> Tensors.maxPool3d(in, w.kernel(), o);
                });
    }

    /** Indices count the elements of the whole input, not those of one channel's plane. */
    private static Value[] withIndices(Call c, Tensor x, SlidingWindow w, PoolOptions o) {
        ValuesAndIndices pooled =
                switch (w.kernel().length) {
                    case 1 -> Tensors.maxPool1dWithIndices(x, w.kernel()[0], o);
                    case 2 -> Tensors.maxPool2dWithIndices(x, w.kernel(), o);
                    default -> Tensors.maxPool3dWithIndices(x, w.kernel(), o);
                };
        long plane = 1;
        for (long n : SlidingWindow.spatial(x.shape().dims())) {
            plane *= n;
        }
        var shape = new long[x.dim()];
        Arrays.fill(shape, 1);
        shape[0] = x.size(0);
        shape[1] = x.size(1);
        Tensor begin = Tensors.arange(x.size(0) * x.size(1)).mul(plane).reshape(shape);
        return Value.of(pooled.values(), pooled.indices().add(begin));
    }

    private static Value[] average(Call c) {
        Tensor x = c.tensor(0);
        SlidingWindow w = window(c, x);
        boolean counts = c.flag("count_include_pad", false);
        for (int d : w.dilations()) {
            if (d != 1) {
                throw c.refuse("averages over dilated windows are not supported");
            }
        }
        boolean isWide = isWide(w);
        if (isWide && !counts) {
            Tensor sums = average(c, padded(x, w, 0), w, options(c, w, false));
            Tensor shares = average(c, padded(Tensors.onesLike(x), w, 0), w, options(c, w, false));
            return Value.of(sums.div(shares));
        }
        PoolOptions o = options(c, w, !isWide).countIncludePad(counts);
        return Value.of(average(c, isWide ? padded(x, w, 0) : x, w, o));
    }

    private static Tensor average(Call c, Tensor x, SlidingWindow w, PoolOptions o) {
        return switch (w.kernel().length) {
            case 1 -> Tensors.avgPool1d(x, w.kernel()[0], o);
            case 2 -> Tensors.avgPool2d(x, w.kernel(), o);
            default -> Tensors.avgPool3d(x, w.kernel(), o);
        };
    }

    private static Value[] lp(Call c) {
        Tensor x = c.tensor(0);
        SlidingWindow w = window(c, x);
        double p = c.whole("p", 2);
        Tensor in = padded(x, w, 0);
        PoolOptions o = options(c, w, false);
        return Value.of(
                switch (w.kernel().length) {
                    case 1 -> Tensors.lpPool1d(in, p, w.kernel(), o);
                    case 2 -> Tensors.lpPool2d(in, p, w.kernel(), o);
                    default -> Tensors.lpPool3d(in, p, w.kernel(), o);
                });
    }
}
