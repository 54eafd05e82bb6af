package fathom.interop.onnx.operators;

import fathom.Tensor;
import java.util.Arrays;

/**
 * The resizing of one axis.
 *
 * @param in the number of elements
 * @param out the number of elements of the result
 * @param scale the factor
 * @param coordinates how positions of the result map to positions of the input
 */
record ResizeAxis(long in, long out, double scale, String coordinates) {
    /**
     * What each element of the result is a weighted sum of.
     *
     * @param index per tap and element of the result, an element of the input
     * @param weight their weights; null for 1
     */
    record Taps(long[][] index, double[][] weight) {}

    /** In single precision, as by onnxruntime: a tie between two elements must fall alike. */
    private double position(long i) {
        float factor = (float) scale;
        return switch (coordinates) {
            case "half_pixel" -> (i + 0.5F) / factor - 0.5F;
            case "pytorch_half_pixel" -> out > 1 ? (i + 0.5F) / factor - 0.5F : 0;
            case "half_pixel_symmetric" -> {
                float adjustment = out / (factor * in);
                float centre = in / 2F;
                yield centre * (1 - adjustment) + (i + 0.5F) / factor - 0.5F;
            }
            case "align_corners" -> out == 1 ? 0 : (float) i * (in - 1) / (out - 1);
            case "asymmetric" -> i / factor;
            case "tf_half_pixel_for_nn" -> (i + 0.5F) / factor;
            default ->
                    throw new IllegalArgumentException(
                            "its attribute coordinate_transformation_mode is " + coordinates);
        };
    }

    private long inside(double position) {
        return (long) Math.clamp(position, 0, in - 1);
    }

    Taps nearest(String rounding) {
        var index = new long[(int) out];
        for (int i = 0; i < out; i++) {
            double p = position(i);
            double rounded =
                    switch (rounding) {
                        case "round_prefer_floor" -> Math.ceil(p - 0.5);
                        case "round_prefer_ceil" -> Math.floor(p + 0.5);
                        case "floor" -> Math.floor(p);
                        case "ceil" -> Math.ceil(p);
                        default -> throw new IllegalArgumentException("its attribute nearest_mode is " + rounding);
                    };
            index[i] = inside(rounded);
        }
        return new Taps(new long[][] {index}, new double[0][]);
    }

    Taps linear() {
        var index = new long[2][(int) out];
        var weight = new double[2][(int) out];
        for (int i = 0; i < out; i++) {
            double p = Math.clamp(position(i), 0, in - 1);
            double floor = Math.floor(p);
            index[0][i] = inside(floor);
            index[1][i] = inside(floor + 1);
            weight[1][i] = p - floor;
            weight[0][i] = 1 - weight[1][i];
        }
        return new Taps(index, weight);
    }

    /** Keys' cubic convolution with the coefficient {@code a}. */
    Taps cubic(double a, boolean excludesOutside) {
        var index = new long[4][(int) out];
        var weight = new double[4][(int) out];
        for (int i = 0; i < out; i++) {
            double p = position(i);
            double floor = Math.floor(p);
            double sum = 0;
            for (int k = 0; k < 4; k++) {
                double at = floor - 1 + k;
                boolean isOutside = at < 0 || at > in - 1;
                index[k][i] = inside(at);
                weight[k][i] = excludesOutside && isOutside ? 0 : cubic(Math.abs(p - at), a);
                sum += weight[k][i];
            }
            for (int k = 0; k < 4; k++) {
                weight[k][i] /= sum;
            }
        }
        return new Taps(index, weight);
    }

    private static double cubic(double d, double a) {
        return d <= 1 ? ((a + 2) * d - (a + 3)) * d * d + 1 : d < 2 ? ((a * d - 5 * a) * d + 8 * a) * d - 4 * a : 0;
    }

    /** {@return a tensor with this axis resized} */
    Tensor applied(Tensor x, int dim, Taps taps) {
        Tensor sum = null;
        var view = new long[x.dim()];
        Arrays.fill(view, 1);
        view[dim] = out;
        for (int k = 0; k < taps.index().length; k++) {
            Tensor part = x.indexSelect(dim, fathom.Tensors.tensor(taps.index()[k]));
            if (taps.weight().length > 0) {
                part = part.mul(fathom.Tensors.tensor(taps.weight()[k], x.dtype()).reshape(view));
            }
            sum = sum == null ? part : sum.add(part);
        }
        return java.util.Objects.requireNonNull(sum);
    }
}
