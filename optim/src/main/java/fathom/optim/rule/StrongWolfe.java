package fathom.optim.rule;

import fathom.Tensor;
import java.util.function.DoubleFunction;

/**
 * A search along a line for a step that satisfies the strong Wolfe conditions (Nocedal and Wright, "Numerical
 * Optimization", 2nd edition, algorithms 3.5 and 3.6), with cubic interpolation (3.59) and the safeguards of PyTorch's.
 */
final class StrongWolfe {
    private static final double DECREASE = 1e-4;
    private static final double CURVATURE = 0.9;
    private static final int MAX_ITERATIONS = 25;

    /** A point on the line: its step, the loss, the gradient there, and the gradient's component along the line. */
    record Point(double step, double loss, Tensor gradient, double slope) {}

    private final DoubleFunction<Point> evaluate;
    private final Point start;
    private int evaluations;

    private StrongWolfe(DoubleFunction<Point> evaluate, Point start) {
        this.evaluate = evaluate;
        this.start = start;
    }

    /**
     * The result of a search.
     *
     * @param evaluations how often the loss was evaluated
     */
    record Found(Point point, int evaluations) {}

    /**
     * {@return the point that was found, or the best one if there were too many iterations}
     *
     * @param evaluate the point at a step
     * @param start the point at step 0, whose slope is negative
     * @param first the step to be tried first
     * @param smallest the width of a bracket, times the longest component of the direction, that is not divided further
     * @param longest the direction's component of the largest magnitude
     */
    static Found search(DoubleFunction<Point> evaluate, Point start, double first, double smallest, double longest) {
        var search = new StrongWolfe(evaluate, start);
        return new Found(search.run(first, smallest, longest), search.evaluations);
    }

    private Point at(double step) {
        evaluations++;
        return evaluate.apply(step);
    }

    private boolean isTooHigh(Point p) {
        return p.loss > start.loss + DECREASE * p.step * start.slope;
    }

    private boolean isFlat(Point p) {
        return Math.abs(p.slope) <= -CURVATURE * start.slope;
    }

    private Point run(double first, double smallest, double longest) {
        Point previous = start;
        Point now = at(first);
        Point low = null;
        Point high = null;
        int iteration = 0;
        while (iteration < MAX_ITERATIONS) {
            if (isTooHigh(now) || iteration > 1 && now.loss >= previous.loss || !isFlat(now) && now.slope >= 0) {
                low = previous;
                high = now;
                break;
            }
            if (isFlat(now)) {
                return now;
            }
            double next = interpolate(previous, now, now.step + 0.01 * (now.step - previous.step), now.step * 10);
            previous = now;
            now = at(next);
            iteration++;
        }
        if (low == null || high == null) {
            return start.loss <= now.loss ? start : now;
        }
        return low.loss <= high.loss
                ? zoom(low, high, iteration, smallest, longest)
                : zoom(high, low, iteration, smallest, longest);
    }

    /** {@return a point between two, of which {@code low} has the lower loss} */
    private Point zoom(Point low, Point high, int done, double smallest, double longest) {
        boolean isStuck = false;
        for (int iteration = done; iteration < MAX_ITERATIONS; iteration++) {
            double left = Math.min(low.step, high.step);
            double right = Math.max(low.step, high.step);
            if ((right - left) * longest < smallest) {
                break;
            }
            double step = interpolate(low, high, left, right);
            double margin = 0.1 * (right - left);
            if (Math.min(right - step, step - left) < margin) {
                // near a boundary: at the second time in a row, or on it, go a tenth of the bracket away from it
                if (isStuck || step >= right || step <= left) {
                    step = Math.abs(step - right) < Math.abs(step - left) ? right - margin : left + margin;
                    isStuck = false;
                } else {
                    isStuck = true;
                }
            } else {
                isStuck = false;
            }
            Point now = at(step);
            if (isTooHigh(now) || now.loss >= low.loss) {
                high = now;
                if (high.loss < low.loss) {
                    Point swapped = low;
                    low = high;
                    high = swapped;
                }
            } else {
                if (isFlat(now)) {
                    return now;
                }
                if (now.slope * (high.step - low.step) >= 0) {
                    high = low;
                }
                low = now;
            }
        }
        return low;
    }

    /** {@return the minimum of the cubic through two points with their slopes, within bounds} */
    private static double interpolate(Point a, Point b, double min, double max) {
        double d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.step - b.step);
        double square = d1 * d1 - a.slope * b.slope;
        if (!(square >= 0)) {
            return (min + max) / 2;
        }
        double d2 = Math.sqrt(square);
        Point near = a.step <= b.step ? a : b;
        Point far = a.step <= b.step ? b : a;
        double at = far.step - (far.step - near.step) * ((far.slope + d2 - d1) / (far.slope - near.slope + 2 * d2));
        return Math.min(Math.max(at, min), max);
    }
}
