package fathom.cpu.resample;

import fathom.cpu.memory.Floats;
import fathom.primitive.Operand;
import fathom.primitive.window.GridAxis;
import fathom.primitive.window.GridSample;

/**
 * A block of an image's grid points: for each, the contributing positions of the image, their weights, and the weights'
 * derivatives with respect to the point's coordinates. Not thread-safe.
 */
final class Points {
    /** The offset of positions outside of the image. */
    static final long OUTSIDE = Long.MIN_VALUE;

    /** Offsets, in bytes, of the contributing positions, by point and term. */
    final long[] offsets;

    /** Weights, by point and term. */
    final double[] weights;

    /** The weights as floats. */
    final float[] floatWeights;

    /** Derivatives of the weights, by point, term and coordinate; empty unless requested. */
    final double[] derivatives;

    /** Number of contributing positions per point. */
    final int terms;

    /** Number of coordinates per point. */
    final int coordinates;

    private final GridAxis[] axes;
    private final long[] steps;
    private final Operand grid;
    private final int taps;
    private final int[] index;
    private final double[] weight;
    private final double[] derivative;

    /**
     * @param image the image, or an operand of its shape
     * @param maxPoints maximum number of points per block
     */
    Points(GridSample p, Operand image, Operand grid, int maxPoints, boolean withDerivatives) {
        this.grid = grid;
        axes = p.axes(image.shape(), grid.dtype());
        coordinates = axes.length;
        taps = axes[0].taps();
        terms = (int) Math.pow(taps, coordinates);
        steps = new long[coordinates];
        for (int a = 0; a < coordinates; a++) {
            steps[a] = image.strides()[image.rank() - 1 - a] * image.dtype().size();
        }
        offsets = new long[maxPoints * terms];
        weights = new double[maxPoints * terms];
        floatWeights = new float[maxPoints * terms];
        derivatives = new double[withDerivatives ? maxPoints * terms * coordinates : 0];
        index = new int[coordinates * taps];
        weight = new double[coordinates * taps];
        derivative = new double[coordinates * taps];
    }

    /** {@return the number of points of one image} */
    static long count(Operand grid) {
        long n = 1;
        for (int d = 1; d < grid.rank() - 1; d++) {
            n *= grid.shape()[d];
        }
        return n;
    }

    /** Computes a range of an image's points. */
    void load(long image, long from, long to) {
        int dims = coordinates;
        int size = grid.dtype().size();
        long start = grid.address() + image * grid.strides()[0] * size;
        long next = grid.strides()[dims + 1] * size;
        long[] elementOffsets = elementOffsets(grid, 1, from, to);
        for (int p = 0; p < to - from; p++) {
            for (int a = 0; a < dims; a++) {
                double coordinate = Floats.get(grid.dtype(), start + elementOffsets[p] + a * next);
                axes[a].write(coordinate, index, weight, derivative, a * taps);
            }
            combine(p * terms);
        }
    }

    /**
     * {@return the offsets, in bytes, of the elements of a range of points}
     *
     * @param o an operand with an element per point
     * @param first the first dimension of the points
     */
    long[] elementOffsets(Operand o, int first, long from, long to) {
        var at = new long[coordinates];
        long remainder = from;
        for (int d = coordinates - 1; d >= 0; d--) {
            at[d] = remainder % o.shape()[first + d];
            remainder /= o.shape()[first + d];
        }
        var elementOffsets = new long[(int) (to - from)];
        for (int p = 0; p < elementOffsets.length; p++) {
            for (int d = 0; d < coordinates; d++) {
                elementOffsets[p] += at[d] * o.strides()[first + d] * o.dtype().size();
            }
            for (int d = coordinates - 1; d >= 0 && ++at[d] == o.shape()[first + d]; d--) {
                at[d] = 0;
            }
        }
        return elementOffsets;
    }

    /** Combines the positions along all axes, with the first axis innermost. */
    private void combine(int first) {
        int outer = coordinates == 3 ? taps : 1;
        int term = first;
        for (int k = 0; k < outer; k++) {
            boolean inside = coordinates == 2 || index[2 * taps + k] >= 0;
            long slice = coordinates == 2 ? 0 : index[2 * taps + k] * steps[2];
            double third = coordinates == 2 ? 1 : weight[2 * taps + k];
            for (int j = taps; j < 2 * taps; j++) {
                long row = slice + index[j] * steps[1];
                double second = weight[j] * third;
                for (int i = 0; i < taps; i++) {
                    offsets[term] = inside && index[i] >= 0 && index[j] >= 0 ? row + index[i] * steps[0] : OUTSIDE;
                    double w = weight[i] * second;
                    weights[term] = w;
                    floatWeights[term] = (float) w;
                    if (derivatives.length > 0) {
                        derivatives[term * coordinates] = derivative[i] * second;
                        derivatives[term * coordinates + 1] = weight[i] * derivative[j] * third;
                        if (coordinates == 3) {
                            derivatives[term * 3 + 2] = weight[i] * weight[j] * derivative[2 * taps + k];
                        }
                    }
                    term++;
                }
            }
        }
    }
}
