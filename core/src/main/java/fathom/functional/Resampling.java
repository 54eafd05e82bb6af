package fathom.functional;

import fathom.DType;
import fathom.Tensor;
import fathom.options.InterpolateOptions;
import fathom.options.InterpolateOptions.Mode;
import fathom.primitive.Ops;
import fathom.primitive.indexing.SparseRows;
import fathom.primitive.window.Resample;
import fathom.primitive.window.ResampleAxis;
import fathom.primitive.window.ResampleAxis.Filter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** The argument checks and axes of {@link ResamplingFunctions#interpolate(Tensor, InterpolateOptions)}. */
final class Resampling {
    private Resampling() {}

    static Tensor apply(Tensor x, InterpolateOptions o) {
        int axes = x.dim() - 2;
        check(x, o, axes);
        var along = new ArrayList<ResampleAxis>();
        for (int a = 0; a < axes; a++) {
            along.add(axis(x, o, a));
        }
        if (!x.dtype().isFloating()) {
            return picked(x, along);
        }
        boolean half = x.dtype().size() < 4;
        Tensor wide = half ? x.to(DType.FLOAT32) : x;
        Tensor y = Ops.applyAll(new Resample(List.copyOf(along), false), wide)[0];
        return y.to(x.dtype());
    }

    private static void check(Tensor x, InterpolateOptions o, int axes) {
        if (axes < 1 || axes > 3) {
            throw new IllegalArgumentException(
                    "interpolate: expected [N, C, L], [N, C, H, W] or [N, C, D, H, W], not " + x.shape());
        }
        Mode mode = o.mode();
        int wanted =
                switch (mode) {
                    case BILINEAR, BICUBIC -> 2;
                    case TRILINEAR -> 3;
                    default -> axes;
                };
        boolean nearest = mode == Mode.NEAREST || mode == Mode.NEAREST_EXACT;
        String problem =
                wanted != axes
                        ? String.format(Locale.ROOT, "is for %d dimensions, not %s", wanted + 2, x.shape())
                        : o.isAlignCornersSet() && (nearest || mode == Mode.AREA)
                                ? "does not support alignCorners"
                                : o.antialias() && (axes != 2 || nearest || mode == Mode.AREA)
                                        ? String.format(
                                                Locale.ROOT, "of %d dimensions does not support antialias", x.dim())
                                        : !x.dtype().isFloating() && !nearest
                                                ? "expects a floating type, not " + x.dtype()
                                                : null;
        if (problem != null) {
            throw new IllegalArgumentException("interpolate: mode %s %s".formatted(mode, problem));
        }
        int sizes = o.size().length;
        int factors = o.scaleFactor().length;
        int told = sizes + factors;
        if (sizes > 0 == factors > 0 || told != 1 && told != axes) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "interpolate: expected either a size or factors, 1 or %d, for %s; has size %s and factors %s",
                            axes,
                            x.shape(),
                            Arrays.toString(o.size()),
                            Arrays.toString(o.scaleFactor())));
        }
        if (o.recomputeScaleFactor() && sizes > 0) {
            throw new IllegalArgumentException("interpolate: recomputeScaleFactor requires factors, not a size");
        }
    }

    private static ResampleAxis axis(Tensor x, InterpolateOptions o, int a) {
        long in = x.size(2 + a);
        double[] scale = o.scaleFactor();
        long[] size = o.size();
        double factor = scale.length == 0 ? 0 : scale[Math.min(a, scale.length - 1)];
        double extent = scale.length == 0 ? size[Math.min(a, size.length - 1)] : Math.floor(in * factor);
        if (!(extent >= 1 && extent <= Integer.MAX_VALUE) || in < 1 || in > Integer.MAX_VALUE) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "interpolate: cannot compute %.0f from the %d positions along dimension %d of %s",
                            extent,
                            in,
                            2 + a,
                            x.shape()));
        }
        long out = (long) extent;
        boolean byFactor = factor > 0 && !o.recomputeScaleFactor();
        double step = byFactor ? 1 / factor : (double) in / out;
        boolean align = o.alignCorners();
        if (align) {
            step = out > 1 ? (in - 1.0) / (out - 1) : 0;
        }
        return switch (o.mode()) {
            case NEAREST -> {
                // a size that is kept or doubled gets exact steps, whatever the factor
                boolean exact = out == in || out == 2 * in;
                yield nearest(Filter.NEAREST, in, out, exact ? (double) in / out : step, x.dtype());
            }
            case NEAREST_EXACT -> nearest(Filter.NEAREST_EXACT, in, out, step, x.dtype());
            case LINEAR, BILINEAR, TRILINEAR -> {
                if (o.antialias()) {
                    yield new ResampleAxis(Filter.SMOOTH_LINEAR, in, out, step, align);
                }
                yield in == out
                        ? new ResampleAxis(Filter.NEAREST, in, out, 1, false)
                        : new ResampleAxis(Filter.LINEAR, in, out, step, align);
            }
            case BICUBIC -> new ResampleAxis(o.antialias() ? Filter.SMOOTH_CUBIC : Filter.CUBIC, in, out, step, align);
            case AREA -> new ResampleAxis(Filter.AREA, in, out, step, false);
        };
    }

    /** PyTorch computes positions in single precision except for float64. */
    private static ResampleAxis nearest(Filter filter, long in, long out, double step, DType type) {
        return new ResampleAxis(filter, in, out, type == DType.FLOAT64 ? step : (float) step, false);
    }

    /** Elements of any type, selected along one axis after the other. */
    private static Tensor picked(Tensor x, List<ResampleAxis> axes) {
        Tensor y = x;
        for (int a = 0; a < axes.size(); a++) {
            SparseRows rows = axes.get(a).weights();
            var index = new long[rows.count()];
            Arrays.setAll(index, i -> rows.columns()[i]);
            y = y.indexSelect(2 + a, y.newTensor(index, DType.INT64));
        }
        return y;
    }
}
