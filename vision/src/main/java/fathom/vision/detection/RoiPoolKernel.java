package fathom.vision.detection;

import fathom.CustomKernel;
import fathom.DType;
import fathom.Shape;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Finds the position of the maximum of each bin in the feature maps' memory; -1 for an empty bin. */
final class RoiPoolKernel extends CustomKernel {
    private final int height;
    private final int width;
    private final double scale;

    RoiPoolKernel(int height, int width, double scale) {
        this.height = height;
        this.width = width;
        this.scale = scale;
    }

    @Override
    protected Spec[] infer(Spec... inputs) {
        return new Spec[] {
            new Spec(DType.INT64, Shape.of(inputs[1].shape().dims()[0], inputs[0].shape().dims()[1], height, width))
        };
    }

    /** The pixels of the bins along one axis. */
    @SuppressWarnings("ArrayRecordComponent")
    private record Axis(int[] from, int[] to) {}

    private Axis axis(double first, double last, int bins, int size, boolean isSingle) {
        double start = pixel(first, isSingle);
        double length = Math.max(pixel(last, isSingle) - start + 1, 1);
        double bin = round(length / bins, isSingle);
        var from = new int[bins];
        var to = new int[bins];
        for (int b = 0; b < bins; b++) {
            from[b] = (int) Math.clamp(Math.floor(round(b * bin, isSingle)) + start, 0, size);
            to[b] = (int) Math.clamp(Math.ceil(round((b + 1) * bin, isSingle)) + start, 0, size);
        }
        return new Axis(from, to);
    }

    /** {@return the nearest pixel, halves away from zero; NaN becomes 0} */
    private double pixel(double at, boolean isSingle) {
        double scaled = round(at * round(scale, isSingle), isSingle);
        double nearest = Math.copySign(Math.floor(Math.abs(scaled) + 0.5), scaled);
        return Double.isNaN(nearest) ? 0 : Math.clamp(nearest, -1e9, 1e9);
    }

    private static double round(double x, boolean isSingle) {
        return isSingle ? (float) x : x;
    }

    @Override
    protected void compute(Buffer[] inputs, Buffer[] outputs) {
        long[] maps = inputs[0].shape().dims();
        DType type = inputs[0].dtype();
        MemorySegment pixels = inputs[0].memory();
        MemorySegment boxes = inputs[1].memory();
        MemorySegment out = outputs[0].memory();
        boolean isSingle = type != DType.FLOAT64;
        long at = 0;
        for (int k = 0; k < inputs[1].shape().dims()[0]; k++) {
            var box = new double[5];
            for (int i = 0; i < 5; i++) {
                box[i] = RoiGeometry.read(boxes, type, 5L * k + i);
            }
            long image = RoiGeometry.image("roiPool", box[0], k, maps[0]);
            Axis rows = axis(box[2], box[4], height, (int) maps[2], isSingle);
            Axis columns = axis(box[1], box[3], width, (int) maps[3], isSingle);
            for (long c = 0; c < maps[1]; c++) {
                long plane = (image * maps[1] + c) * maps[2] * maps[3];
                for (int h = 0; h < height; h++) {
                    for (int w = 0; w < width; w++) {
                        long best = -1;
                        double most = Double.NEGATIVE_INFINITY;
                        for (int y = rows.from[h]; y < rows.to[h]; y++) {
                            for (int x = columns.from[w]; x < columns.to[w]; x++) {
                                long index = plane + y * maps[3] + x;
                                double value = RoiGeometry.read(pixels, type, index);
                                if (best < 0 || value > most || Double.isNaN(value) && !Double.isNaN(most)) {
                                    most = value;
                                    best = index;
                                }
                            }
                        }
                        out.setAtIndex(ValueLayout.JAVA_LONG, at++, best);
                    }
                }
            }
        }
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof RoiPoolKernel other
                && height == other.height
                && width == other.width
                && scale == other.scale;
    }

    @Override
    public int hashCode() {
        return Objects.hash(height, width, scale);
    }
}
