package fathom.cpu.resample;

import fathom.cpu.memory.Floats;
import fathom.primitive.Operand;
import fathom.primitive.window.GridAxis;
import fathom.primitive.window.GridSample;

/**
 * Some points of a grid of one image: for each, the positions of the image that take part, their weights and how these
 * change with the point's coordinates. One thread's.
 */
final class Points {
    /** Stands for the offset of a position outside of the image. */
    static final long OUTSIDE = Long.MIN_VALUE;

    /** Bytes from the image's first position to one that takes part, by point and term. */
    final long[] offsets;

    /** Weights, by point and term. */
    final double[] weights;

    /** The weights in single precision. */
    final float[] singles;

    /** Derivatives of weights by coordinates, by point, term and coordinate; empty unless asked for. */
    final double[] slopes;

    /** Positions of each point. */
    final int terms;

    /** Coordinates of each point. */
    final int coordinates;

    private final GridAxis[] axes;
    private final long[] steps;
    private final Operand grid;
    private final int taps;
    private final int[] index;
    private final double[] weight;
    private final double[] slope;

    /**
     * @param image the image, or what has its shape
     * @param most points at a time
     */
    Points(GridSample p, Operand image, Operand grid, int most, boolean withSlopes) {
        this.grid = grid;
        axes = p.axes(image.shape(), grid.dtype());
        coordinates = axes.length;
        taps = axes[0].taps();
        terms = (int) Math.pow(taps, coordinates);
        steps = new long[coordinates];
        for (int a = 0; a < coordinates; a++) {
            steps[a] = image.strides()[image.rank() - 1 - a] * image.dtype().size();
        }
        offsets = new long[most * terms];
        weights = new double[most * terms];
        singles = new float[most * terms];
        slopes = new double[withSlopes ? most * terms * coordinates : 0];
        index = new int[coordinates * taps];
        weight = new double[coordinates * taps];
        slope = new double[coordinates * taps];
    }

    /** {@return the number of points of one image} */
    static long count(Operand grid) {
        long n = 1;
        for (int d = 1; d < grid.rank() - 1; d++) {
            n *= grid.shape()[d];
        }
        return n;
    }

    /** Looks up some points of an image, by their numbers. */
    void load(long image, long from, long to) {
        int dims = coordinates;
        int size = grid.dtype().size();
        long start = grid.address() + image * grid.strides()[0] * size;
        long next = grid.strides()[dims + 1] * size;
        long[] places = places(grid, 1, from, to);
        for (int p = 0; p < to - from; p++) {
            for (int a = 0; a < dims; a++) {
                double coordinate = Floats.get(grid.dtype(), start + places[p] + a * next);
                axes[a].write(coordinate, index, weight, slope, a * taps);
            }
            combine(p * terms);
        }
    }

    /**
     * {@return bytes from the first point's element to those of some points}
     *
     * @param o what has an element for each point
     * @param first the dimension that is the points' first
     */
    long[] places(Operand o, int first, long from, long to) {
        var at = new long[coordinates];
        long rest = from;
        for (int d = coordinates - 1; d >= 0; d--) {
            at[d] = rest % o.shape()[first + d];
            rest /= o.shape()[first + d];
        }
        var places = new long[(int) (to - from)];
        for (int p = 0; p < places.length; p++) {
            for (int d = 0; d < coordinates; d++) {
                places[p] += at[d] * o.strides()[first + d] * o.dtype().size();
            }
            for (int d = coordinates - 1; d >= 0 && ++at[d] == o.shape()[first + d]; d--) {
                at[d] = 0;
            }
        }
        return places;
    }

    /** All combinations of positions along the axes, those of the first axis next to one another. */
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
                    singles[term] = (float) w;
                    if (slopes.length > 0) {
                        slopes[term * coordinates] = slope[i] * second;
                        slopes[term * coordinates + 1] = weight[i] * slope[j] * third;
                        if (coordinates == 3) {
                            slopes[term * 3 + 2] = weight[i] * weight[j] * slope[2 * taps + k];
                        }
                    }
                    term++;
                }
            }
        }
    }
}
