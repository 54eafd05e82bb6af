package fathom.vision.detection;

import fathom.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Locale;

/**
 * Where the bins of aligned regions lie, and with which weights pixels are in them.
 *
 * @param height the number of bins of a region, vertically
 * @param width the number of bins, horizontally
 * @param scale the factor from the coordinates of regions to those of feature maps
 * @param sampling the samples per bin and axis; 0 or less for adaptive ones
 * @param aligned whether pixels' centres are at .5
 */
record RoiGeometry(int height, int width, double scale, int sampling, boolean aligned) {
    private static final double MOST_SAMPLES = 100_000;

    /**
     * The weights of pixels along one axis. The sample positions of a bin are the product of those along both axes, and
     * so are the weights of its pixels.
     *
     * @param first the first pixel of each bin
     * @param weights of each bin, from the first pixel on; empty without a sample in the feature map
     */
    @SuppressWarnings("ArrayRecordComponent")
    record Axis(int[] first, double[][] weights) {
        /** {@return the first pixel of any bin} */
        int from() {
            int from = Integer.MAX_VALUE;
            for (int b = 0; b < first.length; b++) {
                from = weights[b].length == 0 ? from : Math.min(from, first[b]);
            }
            return from;
        }

        /** {@return the pixel after the last of any bin} */
        int to() {
            int to = 0;
            for (int b = 0; b < first.length; b++) {
                to = weights[b].length == 0 ? to : Math.max(to, first[b] + weights[b].length);
            }
            return to;
        }
    }

    /** A region: its feature map, and the weights of pixels divided by the number of samples. */
    record Region(int image, Axis rows, Axis columns) {}

    /** {@return the regions of boxes in memory, [K, 5]} */
    Region[] regions(int count, MemorySegment boxes, DType type, long[] shape) {
        var regions = new Region[count];
        for (int k = 0; k < count; k++) {
            double[] box = new double[5];
            for (int i = 0; i < 5; i++) {
                box[i] = read(boxes, type, 5L * k + i);
            }
            boolean isSingle = type != DType.FLOAT64;
            int image = image("roiAlign", box[0], k, shape[0]);
            regions[k] =
                    new Region(
                            image,
                            axis(k, box[2], box[4], height, (int) shape[2], isSingle),
                            axis(k, box[1], box[3], width, (int) shape[3], isSingle));
        }
        return regions;
    }

    static double read(MemorySegment memory, DType type, long index) {
        return type == DType.FLOAT64
                ? memory.getAtIndex(ValueLayout.JAVA_DOUBLE, index)
                : memory.getAtIndex(ValueLayout.JAVA_FLOAT, index);
    }

    /** {@return the index of a region's feature map} */
    static int image(String name, double index, int region, long images) {
        if (!(index >= 0 && index < images)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: region %d is of feature map %s, but there are %d",
                            name,
                            region,
                            index,
                            images));
        }
        return (int) index;
    }

    /** Positions are rounded as PyTorch's operations on the type are, since where samples end depends on them. */
    private Axis axis(int region, double from, double to, int bins, int size, boolean isSingle) {
        double offset = aligned ? 0.5 : 0;
        double start = round(round(from * round(scale, isSingle), isSingle) - offset, isSingle);
        double end = round(round(to * round(scale, isSingle), isSingle) - offset, isSingle);
        double length = round(end - start, isSingle);
        if (!aligned) {
            length = Math.max(length, 1);
        }
        double bin = round(length / bins, isSingle);
        double samples = sampling > 0 ? sampling : Math.ceil(bin);
        if (!(samples <= MOST_SAMPLES)) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "roiAlign: region %d reaches from %s to %s pixels of a feature map of %d; clip boxes to the image (Boxes.clipBoxesToImage), or set samplingRatio",
                            region,
                            start,
                            end,
                            size));
        }
        int n = (int) Math.max(samples, 0);
        var first = new int[bins];
        var weights = new double[bins][];
        var sums = new double[size];
        for (int b = 0; b < bins; b++) {
            double base = round(start + round(b * bin, isSingle), isSingle);
            int low = size;
            int high = -1;
            for (int i = 0; i < n; i++) {
                double at = round(base + round(round((i + 0.5) * bin, isSingle) / n, isSingle), isSingle);
                if (!(at >= -1 && at <= size)) {
                    continue;
                }
                double inside = Math.min(Math.max(at, 0), size - 1);
                int pixel = (int) inside;
                int next = Math.min(pixel + 1, size - 1);
                double rest = inside - pixel;
                sums[pixel] += 1 - rest;
                sums[next] += rest;
                low = Math.min(low, pixel);
                high = Math.max(high, next);
            }
            first[b] = high < 0 ? 0 : low;
            weights[b] = new double[Math.max(0, high - low + 1)];
            for (int p = low; p <= high; p++) {
                weights[b][p - low] = sums[p] / n;
                sums[p] = 0;
            }
        }
        return new Axis(first, weights);
    }

    private static double round(double x, boolean isSingle) {
        return isSingle ? (float) x : x;
    }
}
