package fathom.vision.transforms.kernels;

import fathom.DType;
import fathom.Device;
import fathom.Tensor;
import fathom.Tensors;
import fathom.memory.Native;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Locale;

/**
 * Resizes uint8 images with bit-for-bit the results of Pillow, and so of torchvision: antialiased bilinear or bicubic
 * interpolation, columns first, rounded to bytes, then rows, with fixed-point weights of 22 fractional bits. An
 * instance holds the weights from one size to another and is thread-safe.
 */
public final class ByteResampling {
    /** The fractional bits of the weights: sums of bytes times weights fit into an int. */
    private static final int PLACES = 22;

    private static final int HALF = 1 << (PLACES - 1);

    /** The parameter of cubic convolution. */
    private static final double CUBIC = -0.5;

    /** The maximum length of an array. */
    private static final long MOST = Integer.MAX_VALUE - 64;

    /**
     * The filter along one axis: each output pixel is a weighted mean of input pixels.
     *
     * @param first the first input pixel of each output pixel
     * @param taps the maximum number of input pixels of an output pixel
     * @param weights {@code taps} weights per output pixel, padded with zeros at the end
     */
    private record Axis(int[] first, int taps, int[] weights) {
        static Axis of(int from, int to, boolean isCubic) {
            double scale = (double) from / to;
            double filterScale = Math.max(1, scale);
            double support = filterScale * (isCubic ? 2 : 1);
            int taps = Math.min(from, (int) Math.ceil(support) * 2 + 1);
            var first = new int[to];
            var weights = new int[to * taps];
            var row = new double[taps];
            for (int i = 0; i < to; i++) {
                double center = (i + 0.5) * scale;
                int low = Math.max(0, (int) (center - support + 0.5));
                int high = Math.min(from, (int) (center + support + 0.5));
                double sum = 0;
                for (int j = low; j < high; j++) {
                    double at = Math.abs((j - center + 0.5) * (1 / filterScale));
                    row[j - low] = isCubic ? cubic(at) : Math.max(0, 1 - at);
                    sum += row[j - low];
                }
                // windows are shifted to stay within the image; the added taps have weight zero
                first[i] = Math.min(low, from - taps);
                for (int j = low; j < high; j++) {
                    double weight = row[j - low] / sum * (1 << PLACES);
                    weights[i * taps + j - first[i]] = (int) (weight < 0 ? weight - 0.5 : weight + 0.5);
                }
            }
            return new Axis(first, taps, weights);
        }

        private static double cubic(double x) {
            if (x < 1) {
                return ((CUBIC + 2) * x - (CUBIC + 3)) * x * x + 1;
            }
            return x < 2 ? (((x - 5) * x + 8) * x - 4) * CUBIC : 0;
        }
    }

    private final int height;
    private final int width;
    private final int newHeight;
    private final int newWidth;
    private final Axis rows;
    private final Axis columns;

    /** Whether weighted means may lie outside of 0 to 255. */
    private final boolean overshoots;

    /**
     * The resampling from one size to another.
     *
     * @param isCubic whether the interpolation is bicubic rather than bilinear
     * @throws IllegalArgumentException if the images are too large for an array
     */
    public ByteResampling(int height, int width, int newHeight, int newWidth, boolean isCubic) {
        if ((long) height * width > MOST || (long) height * newWidth > MOST) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "resize: images of %d x %d pixels are too large to be resized to %d x %d",
                            height,
                            width,
                            newHeight,
                            newWidth));
        }
        this.height = height;
        this.width = width;
        this.newHeight = newHeight;
        this.newWidth = newWidth;
        overshoots = isCubic;
        rows = Axis.of(height, newHeight, overshoots);
        columns = Axis.of(width, newWidth, overshoots);
    }

    /** {@return uint8 images {@code [..., height, width]} resized to {@code [..., newHeight, newWidth]}} */
    public Tensor bytes(Tensor x) {
        long[] shape = x.shape().dims();
        shape[shape.length - 2] = newHeight;
        shape[shape.length - 1] = newWidth;
        Tensor from = x.cpu().contiguous();
        Tensor to = Device.CPU.with(() -> Tensors.empty(DType.UINT8, shape));
        return to.withAddress(into ->
                        from.withAddress(address -> {
                            bytes(address, from.numel() / ((long) height * width), into);
                            return to;
                        }))
                .to(x.device());
    }

    private void bytes(long from, long planes, long to) {
        var work = new Work();
        var line = new byte[newWidth];
        for (long p = 0; p < planes; p++) {
            work.widen(from + p * height * width);
            long at = to + p * newHeight * newWidth;
            for (int y = 0; y < newHeight; y++) {
                int[] sums = work.row(y);
                for (int i = 0; i < line.length; i++) {
                    line[i] = (byte) (sums[i] >> PLACES);
                }
                MemorySegment.copy(line, 0, Native.ALL, ValueLayout.JAVA_BYTE, at + (long) y * newWidth, newWidth);
            }
        }
    }

    /**
     * {@return the resized images with the given indices as float32 in [0, 1], {@code [indices, C, newHeight,
     * newWidth]}: the result of {@link #bytes} divided by 255}
     *
     * @param x uint8 {@code [N, C, height, width]}, contiguous
     * @param indices the indices of the images, in [0, N)
     */
    public Tensor floats(Tensor x, long... indices) {
        if (x.device() != Device.CPU) {
            var all = new long[indices.length];
            Arrays.setAll(all, i -> i);
            Tensor chosen = x.indexSelect(0, x.newTensor(indices, DType.INT64)).cpu();
            return floats(chosen, all).to(x.device());
        }
        Tensor to = Device.CPU.with(() -> Tensors.empty(DType.FLOAT32, indices.length, x.size(1), newHeight, newWidth));
        return to.withAddress(into ->
                x.withAddress(address -> {
                    floats(address, x.size(1), into, indices);
                    return to;
                }));
    }

    private void floats(long from, long channels, long to, long... indices) {
        long plane = (long) newHeight * newWidth;
        long at = to;
        var work = new Work();
        var line = new float[newWidth];
        for (long index : indices) {
            for (long c = 0; c < channels; c++) {
                work.widen(from + (index * channels + c) * height * width);
                for (int y = 0; y < newHeight; y++) {
                    int[] sums = work.row(y);
                    for (int i = 0; i < line.length; i++) {
                        line[i] = (sums[i] >> PLACES) / 255f;
                    }
                    long row = at + (long) y * newWidth * Float.BYTES;
                    MemorySegment.copy(line, 0, Native.ALL, ValueLayout.JAVA_FLOAT, row, newWidth);
                }
                at += plane * Float.BYTES;
            }
        }
    }

    /** The working memory for one plane. */
    private final class Work {
        private final byte[] plane = new byte[height * width];
        private final int[] wide = new int[height * newWidth];
        private final int[] sums = new int[newWidth];

        /** Loads a plane and resamples its rows to the new width. */
        void widen(long address) {
            MemorySegment.copy(Native.ALL, ValueLayout.JAVA_BYTE, address, plane, 0, plane.length);
            if (width == newWidth) {
                for (int i = 0; i < plane.length; i++) {
                    wide[i] = plane[i] & 0xFF;
                }
                return;
            }
            int taps = columns.taps;
            for (int y = 0; y < height; y++) {
                for (int x = 0; x < newWidth; x++) {
                    int from = y * width + columns.first[x];
                    int sum = HALF;
                    for (int t = 0; t < taps; t++) {
                        sum += (plane[from + t] & 0xFF) * columns.weights[x * taps + t];
                    }
                    wide[y * newWidth + x] = sum >> PLACES;
                }
            }
            if (overshoots) {
                for (int i = 0; i < wide.length; i++) {
                    wide[i] = Math.clamp(wide[i], 0, 255);
                }
            }
        }

        /** {@return the pixels of an output row with {@link #PLACES} fractional bits; valid until the next call} */
        int[] row(int y) {
            java.util.Arrays.fill(sums, HALF);
            int taps = rows.taps;
            for (int t = 0; t < taps; t++) {
                int weight = rows.weights[y * taps + t];
                if (weight != 0) {
                    add(sums, wide, (rows.first[y] + t) * newWidth, weight);
                }
            }
            if (overshoots) {
                for (int i = 0; i < sums.length; i++) {
                    sums[i] = Math.clamp(sums[i], 0, 255 << PLACES);
                }
            }
            return sums;
        }
    }

    private static void add(int[] sums, int[] wide, int from, int weight) {
        for (int i = 0; i < sums.length; i++) {
            sums[i] += wide[from + i] * weight;
        }
    }
}
