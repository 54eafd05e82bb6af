package fathom.functional;

import fathom.DType;
import fathom.Tensor;
import fathom.ValuesAndIndices;
import fathom.primitive.Ops;
import fathom.primitive.indexing.ScatterReduce;
import fathom.primitive.window.Pool;
import fathom.primitive.window.PoolAxis;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Locale;

/** Pooling over any number of spatial axes: argument checks and window geometry. */
final class Pooling {
    private static final String[] INPUTS = {
        "[N, C, L] or [C, L]", "[N, C, H, W] or [C, H, W]", "[N, C, D, H, W] or [C, D, H, W]"
    };

    private Pooling() {}

    static ValuesAndIndices sliding(String op, Pool.Kind kind, int rank, Tensor x, int[] kernel, PoolOptions options) {
        checkInput(op, x, rank);
        int[] k = kernel(op, kernel, rank);
        int[] d = options.dilations(rank);
        if (kind == Pool.Kind.AVG && Arrays.stream(d).anyMatch(v -> v != 1)) {
            throw new IllegalArgumentException(op + ": average pooling does not support dilation");
        }
        int[] given = options.strides(rank);
        int[] s = given == null ? k : given;
        int[] low = options.paddings(rank);
        int[] high = options.paddingsBehind(rank);
        var axes = new ArrayList<PoolAxis>();
        for (int i = 0; i < rank; i++) {
            long in = x.size(x.dim() - rank + i);
            axes.add(axis(op, x, in, k[i], s[i], low[i], high[i], d[i], options.ceilMode()));
        }
        return run(new Pool(kind, axes, options.countIncludePad(), options.divisorOverride()), x);
    }

    private static int[] kernel(String op, int[] kernel, int rank) {
        String name = op + ", kernel";
        return AbstractConvOptions.perAxis(name, AbstractConvOptions.checked(name, kernel, 1), rank);
    }

    private static PoolAxis axis(
            String op, Tensor x, long in, int kernel, int stride, int low, int high, int dilation, boolean ceil) {
        int padding = Math.max(low, high);
        if (2L * padding > kernel) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT, "%s: padding %d is more than half of the window of %d", op, padding, kernel));
        }
        long span = in + low + high - (long) dilation * (kernel - 1) - 1;
        long count = (ceil ? Math.ceilDiv(span, (long) stride) : Math.floorDiv(span, (long) stride)) + 1;
        if (ceil && (count - 1) * stride >= in + low) {
            count--; // the last window would start in the padding behind
        }
        if (span < 0 && !ceil || count < 1) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: a window of %d with dilation %d is larger than input %s with padding %d",
                            op,
                            kernel,
                            dilation,
                            x.shape(),
                            padding));
        }
        return new PoolAxis.Sliding(kernel, stride, low, high, dilation, count);
    }

    /** Pools to the given spatial size; 0 keeps the input's. */
    static ValuesAndIndices adaptive(String op, Pool.Kind kind, Tensor x, long... size) {
        int rank = size.length;
        checkInput(op, x, rank);
        var axes = new ArrayList<PoolAxis>();
        for (int i = 0; i < rank; i++) {
            long in = x.size(x.dim() - rank + i);
            if (size[i] < 0 || in == 0) {
                throw new IllegalArgumentException(
                        "%s: cannot divide input %s into %s parts".formatted(op, x.shape(), parts(size)));
            }
            axes.add(new PoolAxis.Adaptive(in, size[i] == 0 ? in : size[i]));
        }
        return run(new Pool(kind, axes, true, 0), x);
    }

    private static String parts(long[] size) {
        return String.join(" x ", Arrays.stream(size).mapToObj(Long::toString).toList());
    }

    private static ValuesAndIndices run(Pool primitive, Tensor x) {
        if (x.dim() == primitive.rank() + 1) {
            ValuesAndIndices r = run(primitive, x.unsqueeze(0));
            return new ValuesAndIndices(r.values().squeeze(0), r.indices().squeeze(0));
        }
        Tensor[] out = Ops.applyAll(primitive, x);
        return new ValuesAndIndices(out[0], out[out.length - 1]);
    }

    static Tensor unpool(
            String op, int rank, Tensor x, Tensor indices, int[] kernel, PoolOptions options, long[] outputSize) {
        checkInput(op, x, rank);
        if (!Arrays.equals(Ops.shape(x), Ops.shape(indices)) || indices.dtype() != DType.INT64) {
            throw new IllegalArgumentException(
                    "%s: indices %s of %s: expected INT64 of the input's shape %s"
                            .formatted(op, indices.shape(), indices.dtype(), x.shape()));
        }
        long[] size = unpooled(op, rank, x, kernel, options, outputSize);
        int leading = x.dim() - rank;
        long[] shape = x.shape().dims();
        System.arraycopy(size, 0, shape, leading, rank);
        long[] flat = Arrays.copyOf(shape, leading + 1);
        flat[leading] = Arrays.stream(size).reduce(1, Math::multiplyExact);
        Tensor y = x.newZeros(flat);
        if (indices.numel() > 0) {
            var scatter = new ScatterReduce(leading, ScatterReduce.Mode.SET, op);
            y = Ops.applyAll(scatter, y, indices.flatten(leading, -1), x.flatten(leading, -1))[0];
        }
        return y.reshape(shape);
    }

    /** {@return the spatial size of an unpooled tensor} */
    private static long[] unpooled(
            String op, int rank, Tensor x, int[] kernel, PoolOptions options, long[] outputSize) {
        int[] k = kernel(op, kernel, rank);
        int[] given = options.strides(rank);
        int[] s = given == null ? k : given;
        int[] low = options.paddings(rank);
        int[] high = options.paddingsBehind(rank);
        if (outputSize.length != 0 && outputSize.length != rank) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: outputSize requires %d numbers, not %s",
                            op,
                            rank,
                            Arrays.toString(outputSize)));
        }
        var size = new long[rank];
        for (int i = 0; i < rank; i++) {
            long least = (x.size(x.dim() - rank + i) - 1) * s[i] - low[i] - high[i] + k[i];
            size[i] = outputSize.length == 0 ? least : outputSize[i];
            if (size[i] < 1 || size[i] <= least - s[i] || size[i] >= least + s[i]) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "%s: input %s was not pooled from %s: along dimension %d there were between %d and %d elements",
                                op,
                                x.shape(),
                                Arrays.toString(outputSize.length == 0 ? size : outputSize),
                                x.dim() - rank + i,
                                Math.max(1, least - s[i] + 1),
                                least + s[i] - 1));
            }
        }
        return size;
    }

    static Tensor norm(String op, int rank, Tensor x, double normType, int[] kernel, PoolOptions options) {
        if (!(normType > 0) || Double.isInfinite(normType)) {
            throw new IllegalArgumentException(op + ": normType must be a positive number, not " + normType);
        }
        checkInput(op, x, rank);
        var plain = new PoolOptions().ceilMode(options.ceilMode());
        int[] strides = options.strides(rank);
        if (strides != null) {
            plain.stride(strides);
        }
        Tensor mean = sliding(op, Pool.Kind.AVG, rank, x.pow(normType), kernel, plain).values();
        long window = 1;
        for (int k : kernel(op, kernel, rank)) {
            window *= k;
        }
        return mean.mul(window).pow(1 / normType);
    }

    private static void checkInput(String op, Tensor x, int rank) {
        if (x.dim() != rank + 1 && x.dim() != rank + 2) {
            throw new IllegalArgumentException("%s: input %s: expected %s".formatted(op, x.shape(), INPUTS[rank - 1]));
        }
        if (!x.dtype().isFloating()) {
            throw new IllegalArgumentException(
                    "%s: expected a floating type, not %s; convert with to(FLOAT32)".formatted(op, x.dtype()));
        }
    }
}
