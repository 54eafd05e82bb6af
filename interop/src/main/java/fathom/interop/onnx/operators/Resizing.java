package fathom.interop.onnx.operators;

import fathom.Tensor;
import fathom.Tensors;
import fathom.interop.onnx.graph.Call;
import fathom.interop.onnx.graph.Value;
import fathom.options.GridSampleOptions;
import fathom.options.InterpolateOptions;
import fathom.options.InterpolateOptions.Mode;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Resizing of images and sampling at points. */
final class Resizing {
    private Resizing() {}

    static void addTo(OperatorTable table) {
        table.add("Resize", Resizing::resize);
        table.add("Upsample", c -> resize(c, c.has(1) ? c.reals(1) : c.reals("scales"), null, "asymmetric", "floor"));
        table.add("GridSample", Resizing::gridSample);
    }

    private static Value[] resize(Call c) {
        if (c.opset() < 11) {
            return resize(c, c.reals(1), null, "asymmetric", "floor");
        }
        double[] scales = c.has(2) ? c.reals(2) : null;
        long[] sizes = c.has(3) ? c.wholes(3) : null;
        return resize(
                c,
                scales == null || scales.length == 0 ? null : scales,
                sizes == null || sizes.length == 0 ? null : sizes,
                c.text("coordinate_transformation_mode", "half_pixel"),
                c.text("nearest_mode", "round_prefer_floor"));
    }

    private static Value[] resize(
            Call c, double @Nullable [] scales, long @Nullable [] sizes, String coordinates, String rounding) {
        Tensor x = c.tensor(0);
        long[] axes = c.wholes("axes");
        int[] dims = axes == null ? Axes.all(x.dim()) : Axes.checked(c, axes, x.dim());
        long[] wanted = sizes == null ? new long[0] : sizes;
        int given = scales != null ? scales.length : wanted.length;
        if (given != dims.length) {
            throw c.refuse(String.format(Locale.ROOT, "it needs a scale or a size for each of %d axes", dims.length));
        }
        var axis = new ResizeAxis[x.dim()];
        for (int i = 0; i < dims.length; i++) {
            long in = x.size(dims[i]);
            double scale = scales != null ? scales[i] : (double) wanted[i] / in;
            long out = scales != null ? (long) Math.floor(in * scale) : wanted[i];
            if (!(out >= 1 && out <= Integer.MAX_VALUE) || in < 1 || !(scale > 0)) {
                throw c.refuse(
                        String.format(Locale.ROOT, "axis %d cannot have %d elements instead of %d", dims[i], out, in));
            }
            if (out != in || scale != 1) {
                axis[dims[i]] = new ResizeAxis(in, out, scale, coordinates);
            }
        }
        if (!c.text("keep_aspect_ratio_policy", "stretch").equals("stretch")) {
            throw c.refuse("its attribute keep_aspect_ratio_policy is not stretch");
        }
        String mode = c.text("mode", "nearest");
        Tensor whole = interpolated(c, x, axis, mode, coordinates, rounding);
        if (whole != null) {
            return Value.of(whole);
        }
        if (c.flag("antialias", false)) {
            throw c.refuse("antialias is supported for linear and cubic images with half pixels");
        }
        Tensor y = x;
        for (int d = 0; d < axis.length; d++) {
            ResizeAxis a = axis[d];
            if (a != null) {
                y = a.applied(y, d, taps(c, a, mode, rounding));
            }
        }
        return Value.of(y);
    }

    private static ResizeAxis.Taps taps(Call c, ResizeAxis a, String mode, String rounding) {
        return switch (mode) {
            case "nearest" -> a.nearest(rounding);
            case "linear", "bilinear" -> a.linear();
            case "cubic" -> a.cubic(c.real("cubic_coeff_a", -0.75), c.flag("exclude_outside", false));
            default -> throw c.refuse("its attribute mode is " + mode);
        };
    }

    /** {@return the result by Fathom's interpolation, where it knows the mode and the coordinates; else null} */
    private static @Nullable Tensor interpolated(
            Call c, Tensor x, @Nullable ResizeAxis[] axes, String mode, String coordinates, String rounding) {
        int spatial = x.dim() - 2;
        if (spatial < 1 || spatial > 3 || !x.dtype().isFloating() || axes[0] != null || axes[1] != null) {
            return null;
        }
        var size = new long[spatial];
        boolean isExact = true;
        for (int i = 0; i < spatial; i++) {
            ResizeAxis a = axes[2 + i];
            size[i] = a == null ? x.size(2 + i) : a.out();
            isExact &= a == null || Math.abs(a.scale() * a.in() - a.out()) < 1e-6 * a.out();
        }
        boolean half =
                coordinates.equals("half_pixel")
                        || coordinates.equals("pytorch_half_pixel") && Arrays.stream(size).allMatch(n -> n > 1);
        boolean corners = coordinates.equals("align_corners");
        var o = new InterpolateOptions().size(size);
        boolean antialias = c.flag("antialias", false);
        switch (mode) {
            case "nearest" -> {
                if (!coordinates.equals("asymmetric") || !rounding.equals("floor") || !isExact) {
                    return null;
                }
                o.mode(Mode.NEAREST);
            }
            case "linear", "bilinear" -> {
                if (!(half && isExact) && !corners) {
                    return null;
                }
                o.mode(spatial == 1 ? Mode.LINEAR : spatial == 2 ? Mode.BILINEAR : Mode.TRILINEAR)
                        .alignCorners(corners);
            }
            case "cubic" -> {
                boolean isTheirs = c.real("cubic_coeff_a", -0.75) == -0.75 && !c.flag("exclude_outside", false);
                if (!(half && isExact) && !corners || !isTheirs || spatial != 2) {
                    return null;
                }
                o.mode(Mode.BICUBIC).alignCorners(corners);
            }
            default -> {
                return null;
            }
        }
        if (antialias && (spatial != 2 || corners)) {
            return null;
        }
        return Tensors.interpolate(x, antialias ? o.antialias(true) : o);
    }

    private static Value[] gridSample(Call c) {
        String mode = c.text("mode", "bilinear");
        String padding = c.text("padding_mode", "zeros");
        var o =
                new GridSampleOptions()
                        .alignCorners(c.flag("align_corners", false))
                        .mode(
                                switch (mode) {
                                    case "bilinear", "linear" -> GridSampleOptions.Mode.BILINEAR;
                                    case "nearest" -> GridSampleOptions.Mode.NEAREST;
                                    case "bicubic", "cubic" -> GridSampleOptions.Mode.BICUBIC;
                                    default -> throw c.refuse("its attribute mode is " + mode);
                                })
                        .paddingMode(
                                switch (padding) {
                                    case "zeros" -> GridSampleOptions.PaddingMode.ZEROS;
                                    case "border" -> GridSampleOptions.PaddingMode.BORDER;
                                    case "reflection" -> GridSampleOptions.PaddingMode.REFLECTION;
                                    default -> throw c.refuse("its attribute padding_mode is " + padding);
                                });
        return Value.of(Tensors.gridSample(c.tensor(0), c.tensor(1), o));
    }
}
