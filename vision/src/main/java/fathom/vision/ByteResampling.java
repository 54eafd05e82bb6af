package fathom.vision;

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
 * Changes the size of pictures of bytes to the bit as Pillow does, and so as torchvision does with its pictures: linear
 * interpolation, averaging where it gets smaller; columns first, rounded to bytes, then rows; weights of 22 binary
 * places. One object holds the weights from one size to another and may serve several threads.
 */
final class ByteResampling {
    /** Binary places of the weights: bytes times weights stay within an int. */
    private static final int PLACES = 22;

    private static final int HALF = 1 << (PLACES - 1);

    /** What fits into an array. */
    private static final long MOST = Integer.MAX_VALUE - 64;

    /**
     * How each new pixel of an axis is a mean of old ones.
     *
     * @param first the first old pixel, by new pixel
     * @param taps the most old pixels that count for a new one
     * @param weights {@code taps} for each new pixel, zeros at the end where there are fewer
     */
    private record Axis(int[] first, int taps, int[] weights) {
        static Axis of(int from, int to) {
            double scale = (double) from / to;
            double support = Math.max(1, scale);
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
                    row[j - low] = Math.max(0, 1 - Math.abs((j - center + 0.5) * (1 / support)));
                    sum += row[j - low];
                }
                // what has no weight need not be there: windows stay within the picture
                first[i] = Math.min(low, from - taps);
                for (int j = low; j < high; j++) {
                    weights[i * taps + j - first[i]] = (int) (0.5 + row[j - low] / sum * (1 << PLACES));
                }
            }
            return new Axis(first, taps, weights);
        }
    }

    private final int height;
    private final int width;
    private final int newHeight;
    private final int newWidth;
    private final Axis rows;
    private final Axis columns;

    ByteResampling(int height, int width, int newHeight, int newWidth) {
        if ((long) height * width > MOST || (long) height * newWidth > MOST) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "resize: pictures of %d x %d pixels are too large to become %d x %d",
                            height,
                            width,
                            newHeight,
                            newWidth));
        }
        this.height = height;
        this.width = width;
        this.newHeight = newHeight;
        this.newWidth = newWidth;
        rows = Axis.of(height, newHeight);
        columns = Axis.of(width, newWidth);
    }

    /** {@return pictures uint8 {@code [..., newHeight, newWidth]} of pictures uint8 {@code [..., height, width]}} */
    Tensor bytes(Tensor x) {
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
     * {@return some pictures of many, float32 from 0 to 1 {@code [indices, C, newHeight, newWidth]}: what {@link
     * #bytes} gives, divided by 255}
     *
     * @param x uint8 {@code [N, C, height, width]}, contiguous
     * @param indices which pictures, each at least 0 and below N
     */
    Tensor floats(Tensor x, long... indices) {
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

    /** One plane on its way. */
    private final class Work {
        private final byte[] plane = new byte[height * width];
        private final int[] wide = new int[height * newWidth];
        private final int[] sums = new int[newWidth];

        /** Takes a plane from memory and brings its rows to the new width. */
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
        }

        /** {@return the pixels of a new row, with {@link #PLACES} binary places; they hold until the next call} */
        int[] row(int y) {
            java.util.Arrays.fill(sums, HALF);
            int taps = rows.taps;
            for (int t = 0; t < taps; t++) {
                int weight = rows.weights[y * taps + t];
                if (weight != 0) {
                    add(sums, wide, (rows.first[y] + t) * newWidth, weight);
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
