package fathom.vision.detection;

import fathom.DType;
import fathom.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Greedy non-maximum suppression on arrays. A box is compared only with those kept before it, in blocks: a loop without
 * branches, which the compiler vectorises, finds the blocks in which an overlap may exceed the threshold, and only
 * these are compared exactly.
 */
final class Suppression {
    private static final int BLOCK = 64;

    /** More than the relative rounding error of an overlap in float32. */
    private static final double SLACK = 1e-5;

    // the kept boxes, in order
    private final double[] x1;
    private final double[] y1;
    private final double[] x2;
    private final double[] y2;
    private final double[] area;
    private final long[] type;
    private final int[] index;
    private int count;

    /** Whether numbers are rounded to float32, as PyTorch computes with boxes of that type. */
    private final boolean isSingle;

    private final double threshold;

    private Suppression(int n, boolean isSingle, double threshold) {
        this.isSingle = isSingle;
        this.threshold = threshold;
        x1 = new double[n];
        y1 = new double[n];
        x2 = new double[n];
        y2 = new double[n];
        area = new double[n];
        type = new long[n];
        index = new int[n];
    }

    /**
     * {@return the indices of the boxes that remain, by descending score; of equal scores the first goes before}
     *
     * @param classes boxes of different classes do not remove each other; null for one class
     */
    static long[] kept(Tensor boxes, Tensor scores, long @Nullable [] classes, double threshold) {
        if (Double.isNaN(threshold)) {
            throw new IllegalArgumentException("nms: the threshold is NaN");
        }
        int[] order = descending(scores.detach().toDoubleArray());
        double[] corners = boxes.detach().reshape(-1).toDoubleArray();
        var suppression = new Suppression(order.length, boxes.dtype() != DType.FLOAT64, threshold);
        for (int i : order) {
            suppression.add(corners, i, classes == null ? 0 : classes[i]);
        }
        return Arrays.stream(suppression.index, 0, suppression.count).asLongStream().toArray();
    }

    /** Keeps a box unless one that was kept removes it. */
    private void add(double[] boxes, int i, long kind) {
        double left = boxes[4 * i];
        double top = boxes[4 * i + 1];
        double right = boxes[4 * i + 2];
        double bottom = boxes[4 * i + 3];
        double size = rounded(rounded(right - left) * rounded(bottom - top));
        for (int from = 0; from < count; from += BLOCK) {
            int to = Math.min(from + BLOCK, count);
            double margin = margin(from, to, left, top, right, bottom, size);
            if (!(margin < 0) && isRemoved(from, to, kind, left, top, right, bottom, size)) {
                return;
            }
        }
        x1[count] = left;
        y1[count] = top;
        x2[count] = right;
        y2[count] = bottom;
        area[count] = size;
        type[count] = kind;
        index[count] = i;
        count++;
    }

    /** {@return negative if no box of a block overlaps by more than the threshold; NaN if there are such numbers} */
    private double margin(int from, int to, double left, double top, double right, double bottom, double size) {
        if (!(threshold > 0)) {
            return 0;
        }
        double limit = threshold * (1 - SLACK);
        double margin = Double.NEGATIVE_INFINITY;
        for (int k = from; k < to; k++) {
            double w = Math.max(0, Math.min(right, x2[k]) - Math.max(left, x1[k]));
            double h = Math.max(0, Math.min(bottom, y2[k]) - Math.max(top, y1[k]));
            double inter = w * h;
            margin = Math.max(margin, inter - limit * (area[k] + size - inter));
        }
        return margin;
    }

    private boolean isRemoved(
            int from, int to, long kind, double left, double top, double right, double bottom, double size) {
        for (int k = from; k < to; k++) {
            double w = Math.min(right, x2[k]) - Math.max(left, x1[k]);
            double h = Math.min(bottom, y2[k]) - Math.max(top, y1[k]);
            if (type[k] == kind && (w > 0 && h > 0 || threshold < 0)) {
                double inter = rounded(rounded(Math.max(0, w)) * rounded(Math.max(0, h)));
                double union = rounded(rounded(area[k] + size) - inter);
                if (rounded(inter / union) > threshold) {
                    return true;
                }
            }
        }
        return false;
    }

    private double rounded(double x) {
        return isSingle ? (float) x : x;
    }

    /** {@return the indices of scores in descending order, NaN first as PyTorch sorts; equal ones in order} */
    static int[] descending(double[] scores) {
        var keys = new double[scores.length];
        var order = new Integer[scores.length];
        for (int i = 0; i < keys.length; i++) {
            keys[i] = Double.isNaN(scores[i]) ? Double.NEGATIVE_INFINITY : 0.0 - scores[i]; // never -0.0
            order[i] = i;
        }
        Arrays.sort(order, (a, b) -> Double.compare(keys[a], keys[b]));
        return Arrays.stream(order).mapToInt(Integer::intValue).toArray();
    }
}
