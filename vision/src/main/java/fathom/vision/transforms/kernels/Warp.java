package fathom.vision.transforms.kernels;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.options.GridSampleOptions;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Locale;

/**
 * A projective map between two images, sampled at the pixels of the result as torchvision does for tensors: pixels
 * outside of the image have the value of the fill.
 *
 * @param inverse the map from the result to the image, in pixels from their upper left corners: a matrix [3, 3] of
 *     homogeneous coordinates, row-major
 * @param height the height of the result
 * @param width the width of the result
 * @param isNearest whether the nearest pixel is taken rather than interpolated between pixels
 * @param fill the value outside of the image, one for all channels or one per channel
 * @param maskFill the value outside of masks
 */
public record Warp(double[] inverse, int height, int width, boolean isNearest, double[] fill, double maskFill) {
    private static final int WHITE = 255;

    /** {@return the coordinates of the image, x and y in turn, that the pixels of row {@code y} of the result show} */
    private void row(int y, float[] x, float[] into) {
        double v = y + 0.5;
        for (int i = 0; i < width; i++) {
            double u = i + 0.5;
            double scale = 1 / (inverse[6] * u + inverse[7] * v + inverse[8]);
            x[i] = (float) ((inverse[0] * u + inverse[1] * v + inverse[2]) * scale - 0.5);
            into[i] = (float) ((inverse[3] * u + inverse[4] * v + inverse[5]) * scale - 0.5);
        }
    }

    /** {@return images {@code [..., C, H, W]}, mapped} */
    public Tensor images(Tensor x) {
        if (fill.length > 1 && fill.length != x.size(-3)) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "fill: %d values for images %s", fill.length, x.shape()));
        }
        return x.dtype() == DType.UINT8 ? bytes(x) : floats(x);
    }

    private Tensor bytes(Tensor x) {
        int channels = Math.toIntExact(x.size(-3));
        int h = Math.toIntExact(x.size(-2));
        int w = Math.toIntExact(x.size(-1));
        byte[] from = x.toByteArray();
        int planes = from.length / (h * w);
        var to = new byte[Math.multiplyExact(planes, height * width)];
        var xs = new float[width];
        var ys = new float[width];
        for (int y = 0; y < height; y++) {
            row(y, xs, ys);
            for (int p = 0; p < planes; p++) {
                float around = (float) fill[fill.length == 1 ? 0 : p % channels];
                int at = (p * height + y) * width;
                if (isNearest) {
                    nearestRow(from, p * h * w, h, w, xs, ys, around, to, at);
                } else {
                    bilinearRow(from, p * h * w, h, w, xs, ys, around, to, at);
                }
            }
        }
        long[] shape = x.shape().dims();
        shape[shape.length - 2] = height;
        shape[shape.length - 1] = width;
        return Tensors.fromBytes(MemorySegment.ofArray(to), DType.UINT8, shape).to(x.device());
    }

    private static void nearestRow(
            byte[] from, int begin, int h, int w, float[] xs, float[] ys, float around, byte[] to, int at) {
        byte outside = rounded(around);
        for (int i = 0; i < xs.length; i++) {
            float x = xs[i];
            float y = ys[i];
            // false for NaN too, which is the image of a point at infinity
            boolean isInside = x >= -0.5f && x <= w - 0.5f && y >= -0.5f && y <= h - 0.5f;
            int column = isInside ? (int) Math.rint(x) : -1;
            int row = isInside ? (int) Math.rint(y) : -1;
            to[at + i] = column >= 0 && column < w && row >= 0 && row < h ? from[begin + row * w + column] : outside;
        }
    }

    private static void bilinearRow(
            byte[] from, int begin, int h, int w, float[] xs, float[] ys, float around, byte[] to, int at) {
        byte outside = rounded(around);
        for (int i = 0; i < xs.length; i++) {
            float x = xs[i];
            float y = ys[i];
            if (!(x > -1 && x < w && y > -1 && y < h)) {
                to[at + i] = outside;
                continue;
            }
            int column = (int) Math.floor(x);
            int row = (int) Math.floor(y);
            float right = x - column;
            float below = y - row;
            int pixel = begin + row * w + column;
            if (column >= 0 && column < w - 1 && row >= 0 && row < h - 1) {
                float upper = (from[pixel] & WHITE) * (1 - right) + (from[pixel + 1] & WHITE) * right;
                float lower = (from[pixel + w] & WHITE) * (1 - right) + (from[pixel + w + 1] & WHITE) * right;
                to[at + i] = rounded(upper * (1 - below) + lower * below);
                continue;
            }
            float sum = 0;
            float inside = 0;
            for (int corner = 0; corner < 4; corner++) {
                int c = column + (corner & 1);
                int r = row + (corner >> 1);
                float weight = ((corner & 1) == 0 ? 1 - right : right) * (corner < 2 ? 1 - below : below);
                if (c >= 0 && c < w && r >= 0 && r < h) {
                    sum += weight * (from[begin + r * w + c] & WHITE);
                    inside += weight;
                }
            }
            // as in torchvision, where the weight of the outside dims the inside too
            to[at + i] = rounded(sum * inside + (1 - inside) * around);
        }
    }

    private static byte rounded(float value) {
        return (byte) (int) (Math.clamp(value, 0f, (float) WHITE) + 0.5f);
    }

    private Tensor floats(Tensor x) {
        Tensor images = x.dim() == 4 ? x : x.unsqueeze(0);
        Tensor wide = images.to(DType.FLOAT32);
        long n = images.size(0);
        long h = images.size(2);
        long w = images.size(3);
        // a channel of ones tells how much of each pixel of the result lies inside of the image
        Tensor source = Tensors.cat(List.of(wide, wide.newOnes(n, 1, h, w)), 1);
        var points = new float[2 * height * width];
        var xs = new float[width];
        var ys = new float[width];
        for (int y = 0; y < height; y++) {
            row(y, xs, ys);
            for (int i = 0; i < width; i++) {
                points[2 * (y * width + i)] = normalized(xs[i], w);
                points[2 * (y * width + i) + 1] = normalized(ys[i], h);
            }
        }
        Tensor grid = wide.newTensor(points, DType.FLOAT32).reshape(1, height, width, 2).expand(n, height, width, 2);
        Tensor y =
                Tensors.gridSample(
                        source,
                        grid,
                        o -> o.mode(isNearest ? GridSampleOptions.Mode.NEAREST : GridSampleOptions.Mode.BILINEAR));
        long c = images.size(1);
        Tensor inside = y.narrow(1, c, 1);
        y =
                y.narrow(1, 0, c)
                        .mul(inside)
                        .add(inside.rsub(1).mul(wide.newTensor(fill, DType.FLOAT32).reshape(-1, 1, 1)));
        return (x.dim() == 4 ? y : y.squeeze(0)).to(x.dtype());
    }

    /** {@return a coordinate for gridSample; far outside for what is infinite} */
    private static float normalized(float at, long size) {
        return Float.isFinite(at) ? (2 * at + 1) / size - 1 : 3;
    }

    /** {@return masks {@code [K, H, W]} of any type, mapped by the nearest pixel} */
    public Tensor masks(Tensor masks) {
        int h = Math.toIntExact(masks.size(1));
        int w = Math.toIntExact(masks.size(2));
        var index = new long[height * width];
        var outside = new long[height * width];
        var xs = new float[width];
        var ys = new float[width];
        for (int y = 0; y < height; y++) {
            row(y, xs, ys);
            for (int i = 0; i < width; i++) {
                double column = Math.rint(xs[i]);
                double row = Math.rint(ys[i]);
                boolean isInside = column >= 0 && column < w && row >= 0 && row < h;
                index[y * width + i] = isInside ? (long) row * w + (long) column : 0;
                outside[y * width + i] = isInside ? 0 : 1;
            }
        }
        long k = masks.size(0);
        Tensor values = masks.reshape(k, (long) h * w).indexSelect(1, masks.newTensor(index, DType.INT64));
        return values.maskedFill(masks.newTensor(outside, DType.BOOL), maskFill).reshape(k, height, width);
    }

    /** Moves points from the image to the result, in place. */
    public void move(double[] points) {
        double[] m = forward();
        for (int i = 0; i < points.length; i += 2) {
            double x = points[i];
            double y = points[i + 1];
            double scale = m[6] * x + m[7] * y + m[8];
            points[i] = (m[0] * x + m[1] * y + m[2]) / scale;
            points[i + 1] = (m[3] * x + m[4] * y + m[5]) / scale;
        }
    }

    /** {@return the map from the image to the result, up to a factor: the adjugate} */
    private double[] forward() {
        double[] a = inverse;
        return new double[] {
            a[4] * a[8] - a[5] * a[7], a[2] * a[7] - a[1] * a[8], a[1] * a[5] - a[2] * a[4],
            a[5] * a[6] - a[3] * a[8], a[0] * a[8] - a[2] * a[6], a[2] * a[3] - a[0] * a[5],
            a[3] * a[7] - a[4] * a[6], a[1] * a[6] - a[0] * a[7], a[0] * a[4] - a[1] * a[3]
        };
    }
}
