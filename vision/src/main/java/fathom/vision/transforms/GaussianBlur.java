package fathom.vision.transforms;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Locale;

/** A blur by a Gaussian kernel, the image being reflected at the pixels of its edge. */
record GaussianBlur(int kernelWidth, int kernelHeight, double sigmaX, double sigmaY) implements ByteTransform {
    @Override
    public Tensor apply(Tensor x) {
        Transforms.check("gaussianBlur", x);
        int h = Math.toIntExact(x.size(-2));
        int w = Math.toIntExact(x.size(-1));
        if (kernelHeight / 2 >= h || kernelWidth / 2 >= w) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "gaussianBlur: a kernel of %d x %d pixels is too large for images %s",
                            kernelHeight,
                            kernelWidth,
                            x.shape()));
        }
        float[] across = kernel(kernelWidth, sigmaX);
        float[] down = kernel(kernelHeight, sigmaY);
        if (x.dtype() == DType.UINT8) {
            return bytes(x, h, w, across, down);
        }
        Tensor rows = x.to(DType.FLOAT32).matmul(matrix(x, across, w).t());
        return matrix(x, down, h).matmul(rows).to(x.dtype());
    }

    private static float[] kernel(int size, double sigma) {
        var kernel = new float[size];
        double sum = 0;
        for (int i = 0; i < size; i++) {
            double at = (i - (size - 1) / 2.0) / sigma;
            kernel[i] = (float) Math.exp(-0.5 * at * at);
            sum += kernel[i];
        }
        for (int i = 0; i < size; i++) {
            kernel[i] = (float) (kernel[i] / sum);
        }
        return kernel;
    }

    private static int reflected(int i, int n) {
        return i < 0 ? -i : i >= n ? 2 * n - 2 - i : i;
    }

    /** {@return the matrix [n, n] that blurs a line of n pixels} */
    private static Tensor matrix(Tensor x, float[] kernel, int n) {
        var m = new float[n * n];
        for (int i = 0; i < n; i++) {
            for (int k = 0; k < kernel.length; k++) {
                m[i * n + reflected(i + k - kernel.length / 2, n)] += kernel[k];
            }
        }
        return x.newTensor(m, DType.FLOAT32).reshape(n, n);
    }

    private static Tensor bytes(Tensor x, int h, int w, float[] across, float[] down) {
        byte[] pixels = x.toByteArray();
        var blurred = new float[h * w];
        var line = new float[w + across.length - 1];
        var sums = new float[w];
        for (int begin = 0; begin < pixels.length; begin += h * w) {
            for (int row = 0; row < h; row++) {
                for (int i = 0; i < line.length; i++) {
                    line[i] = pixels[begin + row * w + reflected(i - across.length / 2, w)] & 0xFF;
                }
                Arrays.fill(sums, 0);
                for (int k = 0; k < across.length; k++) {
                    add(sums, line, k, across[k]);
                }
                System.arraycopy(sums, 0, blurred, row * w, w);
            }
            for (int row = 0; row < h; row++) {
                Arrays.fill(sums, 0);
                for (int k = 0; k < down.length; k++) {
                    add(sums, blurred, reflected(row + k - down.length / 2, h) * w, down[k]);
                }
                for (int i = 0; i < w; i++) {
                    pixels[begin + row * w + i] = (byte) (int) (sums[i] + 0.5f);
                }
            }
        }
        return Tensors.fromBytes(MemorySegment.ofArray(pixels), DType.UINT8, x.shape().dims()).to(x.device());
    }

    private static void add(float[] sums, float[] from, int begin, float weight) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += from[begin + i] * weight;
        }
    }
}
