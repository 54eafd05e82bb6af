package fathom.vision.transforms;

import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.Tensors;
import fathom.options.InterpolateOptions;
import fathom.vision.transforms.kernels.ByteResampling;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Resizes images, one axis at a time, with a triangle filter (antialiased bilinear interpolation): its support is one
 * input pixel when enlarging, one output pixel when shrinking. For floating-point images each axis is a product with a
 * matrix of weights; for bytes see {@link ByteResampling}.
 */
final class Resampling {
    /** A cache of weights by sizes; a data set has few. */
    private static final ConcurrentMap<Axis, Tensor> WEIGHTS = new ConcurrentHashMap<>();

    private static final int MOST_KEPT = 64;

    private static final ConcurrentMap<Sizes, ByteResampling> OF_BYTES = new ConcurrentHashMap<>();

    private record Axis(int from, int to) {}

    private record Sizes(int height, int width, int newHeight, int newWidth, InterpolationMode mode) {}

    private Resampling() {}

    /**
     * {@return images resized to {@code [..., height, width]} by antialiased bilinear interpolation, of the type of
     * {@code x}}
     */
    static Tensor resize(Tensor x, int height, int width) {
        return resize(x, height, width, InterpolationMode.BILINEAR, true);
    }

    /**
     * {@return images resized to {@code [..., height, width]}, of the type of {@code x}}
     *
     * @param antialias whether to widen the filter when shrinking; of no effect for NEAREST
     */
    static Tensor resize(Tensor x, int height, int width, InterpolationMode mode, boolean antialias) {
        if (x.size(-2) == height && x.size(-1) == width) {
            return x;
        }
        if (mode == InterpolationMode.NEAREST) {
            return nearest(x, height, width);
        }
        if (x.dtype() == DType.UINT8) {
            return antialias
                    ? ofBytes(x, height, width, mode).bytes(x)
                    : interpolate(x.to(DType.FLOAT32), height, width, mode, false)
                            .round()
                            .clamp(0, 255)
                            .to(DType.UINT8);
        }
        Tensor y = x.to(DType.FLOAT32);
        if (mode != InterpolationMode.BILINEAR || !antialias) {
            return interpolate(y, height, width, mode, antialias).to(x.dtype());
        }
        if (x.size(-1) != width) {
            y = y.matmul(weights((int) x.size(-1), width).to(x.device()).t());
        }
        if (x.size(-2) != height) {
            y = weights((int) x.size(-2), height).to(x.device()).matmul(y);
        }
        return y.to(x.dtype());
    }

    private static Tensor interpolate(Tensor x, int height, int width, InterpolationMode mode, boolean antialias) {
        Tensor batch = x.dim() == 4 ? x : x.unsqueeze(0);
        Tensor y =
                Tensors.interpolate(
                        batch,
                        o ->
                                o.size(height, width)
                                        .mode(
                                                mode == InterpolationMode.BICUBIC
                                                        ? InterpolateOptions.Mode.BICUBIC
                                                        : InterpolateOptions.Mode.BILINEAR)
                                        .antialias(antialias));
        return x.dim() == 4 ? y : y.squeeze(0);
    }

    /**
     * {@return images of any type {@code [..., H, W]} resized by the pixel at the rounded-down position, as PyTorch's
     * {@code nearest}}
     */
    static Tensor nearest(Tensor x, int height, int width) {
        Tensor y = x.size(-2) == height ? x : x.indexSelect(-2, nearestIndex(x, x.size(-2), height));
        return x.size(-1) == width ? y : y.indexSelect(-1, nearestIndex(x, x.size(-1), width));
    }

    private static Tensor nearestIndex(Tensor x, long from, int to) {
        var index = new long[to];
        float scale = (float) from / to;
        for (int i = 0; i < to; i++) {
            index[i] = Math.min((long) (i * scale), from - 1);
        }
        return x.newTensor(index, DType.INT64);
    }

    /** {@return the resampling of uint8 images {@code [..., H, W]} from the size of {@code x} to another} */
    static ByteResampling ofBytes(Tensor x, int height, int width, InterpolationMode mode) {
        if (OF_BYTES.size() > MOST_KEPT) {
            OF_BYTES.clear();
        }
        return OF_BYTES.computeIfAbsent(
                new Sizes(Math.toIntExact(x.size(-2)), Math.toIntExact(x.size(-1)), height, width, mode),
                s ->
                        new ByteResampling(
                                s.height, s.width, s.newHeight, s.newWidth, s.mode == InterpolationMode.BICUBIC));
    }

    /** {@return the matrix {@code [to, from]} that resamples a row of {@code from} pixels to {@code to}} */
    static Tensor weights(int from, int to) {
        if (WEIGHTS.size() > MOST_KEPT) {
            WEIGHTS.clear();
        }
        return WEIGHTS.computeIfAbsent(new Axis(from, to), axis -> Device.CPU.with(() -> compute(from, to)).keep());
    }

    private static Tensor compute(int from, int to) {
        double scale = (double) from / to;
        double support = Math.max(1, scale);
        float[][] w = new float[to][from];
        for (int i = 0; i < to; i++) {
            double center = (i + 0.5) * scale;
            int first = (int) Math.max(0, Math.floor(center - support));
            int last = (int) Math.min(from - 1, Math.ceil(center + support));
            double sum = 0;
            double[] row = new double[last - first + 1];
            for (int j = first; j <= last; j++) {
                row[j - first] = Math.max(0, 1 - Math.abs((j + 0.5 - center) / support));
                sum += row[j - first];
            }
            for (int j = first; j <= last; j++) {
                w[i][j] = (float) (row[j - first] / sum);
            }
        }
        return Tensors.tensor(w, DType.FLOAT32);
    }
}
