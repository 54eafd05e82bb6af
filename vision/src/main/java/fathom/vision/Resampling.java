package fathom.vision;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/**
 * Changes the size of pictures, one axis at a time, each as a product with a matrix of weights: every new pixel is a
 * mean of old ones under a triangle, one old pixel wide when enlarging, one new pixel wide when shrinking.
 */
final class Resampling {
    /** Weights between the sizes met lately; a data set has few. */
    private static final ConcurrentMap<Axis, Tensor> WEIGHTS = new ConcurrentHashMap<>();

    private static final int MOST_KEPT = 64;

    private record Axis(int from, int to) {}

    private Resampling() {}

    /** {@return pictures {@code [..., height, width]} of the type of {@code x}} */
    static Tensor resize(Tensor x, int height, int width) {
        if (x.size(-2) == height && x.size(-1) == width) {
            return x;
        }
        Tensor y = x.to(DType.FLOAT32);
        if (x.size(-1) != width) {
            y = y.matmul(weights((int) x.size(-1), width).t());
        }
        if (x.size(-2) != height) {
            y = weights((int) x.size(-2), height).matmul(y);
        }
        return x.dtype() == DType.UINT8 ? y.round().clamp(0, 255).to(DType.UINT8) : y.to(x.dtype());
    }

    /** {@return the matrix {@code [to, from]} that takes a row of {@code from} pixels to one of {@code to}} */
    static Tensor weights(int from, int to) {
        if (WEIGHTS.size() > MOST_KEPT) {
            WEIGHTS.clear();
        }
        return WEIGHTS.computeIfAbsent(new Axis(from, to), axis -> compute(from, to).keep());
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
