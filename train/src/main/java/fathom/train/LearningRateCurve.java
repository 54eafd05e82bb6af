package fathom.train;

import fathom.plot.Plot;
import java.util.Arrays;
import java.util.Locale;

/**
 * The loss while the learning rate grows from batch to batch, from which a rate for training is chosen: the range test.
 *
 * {@snippet :
 * var found = new Trainer(net, t -> t.optimizer(p -> new SGD(p, 0.1))).findLearningRate(train);
 * found.plot().save(Path.of("learning-rate.svg"));
 * double lr = found.suggestion();
 * }
 *
 * @see <a href="https://arxiv.org/abs/1506.01186">Smith, 2015</a>
 */
public final class LearningRateCurve {
    /** The weight of earlier losses in the smoothed one. */
    private static final double SMOOTHING = 0.8;

    /** Points at the beginning that are not considered, where the smoothed loss rests on few batches. */
    private static final int FIRST = 10;

    private final double[] rates;
    private final double[] losses;
    private final double[] smoothed;

    LearningRateCurve(double[] rates, double[] losses) {
        this.rates = rates.clone();
        this.losses = losses.clone();
        this.smoothed = new double[losses.length];
        double mean = 0;
        for (int i = 0; i < losses.length; i++) {
            mean = SMOOTHING * mean + (1 - SMOOTHING) * losses[i];
            smoothed[i] = mean / (1 - Math.pow(SMOOTHING, i + 1));
        }
    }

    /** {@return the learning rates, ascending} */
    public double[] rates() {
        return rates.clone();
    }

    /** {@return the loss of the batch that was trained with each rate, before its update} */
    public double[] losses() {
        return losses.clone();
    }

    /** {@return the exponential moving averages of the losses} */
    public double[] smoothed() {
        return smoothed.clone();
    }

    /**
     * {@return the rate at which the smoothed loss falls most steeply, over the logarithm of the rate: a good constant
     * rate, and a tenth or so of the greatest that trains at all}
     *
     * @throws IllegalStateException if the loss never fell
     */
    public double suggestion() {
        int best = -1;
        double steepest = 0;
        int lowest = 0; // beyond it the loss only comes down from its own jumps
        for (int i = 1; i < smoothed.length; i++) {
            lowest = smoothed[i] < smoothed[lowest] ? i : lowest;
        }
        for (int i = FIRST; i < lowest; i++) {
            double slope = smoothed[i + 1] - smoothed[i - 1]; // rates are equally far apart in the logarithm
            boolean isFalling = slope < -1e-9 * Math.abs(smoothed[i]); // and not by rounding
            if (isFalling && slope < steepest) {
                steepest = slope;
                best = i;
            }
        }
        if (best < 0) {
            throw new IllegalStateException(
                    String.format(
                            Locale.ROOT,
                            "the loss did not fall at any of %d learning rates; look at the plot, and choose other bounds or more steps",
                            rates.length));
        }
        return rates[best];
    }

    /** {@return the losses over the rates, with the suggestion marked} */
    public Plot plot() {
        return Plot.of(a -> {
            a.title("learning-rate range test").xLabel("learning rate").yLabel("loss").xLog();
            a.line(rates, losses, o -> o.label("loss").alpha(0.35));
            a.line(rates, smoothed, "smoothed");
            // the fall, and the beginning of the divergence, whose end would hide the rest
            double low =
                    Math.min(Arrays.stream(smoothed).min().orElseThrow(), Arrays.stream(losses).min().orElseThrow());
            double first = smoothed[0];
            double top = first > low ? first + 0.5 * (first - low) : Arrays.stream(smoothed).max().orElseThrow();
            double margin = top > low ? 0.1 * (top - low) : 0.1 * Math.abs(top) + 1e-3;
            a.yRange(low - margin, top + margin);
            try {
                double lr = suggestion();
                a.vertical(lr, String.format(Locale.ROOT, "suggestion %.2g", lr));
            } catch (IllegalStateException e) {
                // nothing to mark
            }
        });
    }

    /** Options of {@link Trainer#findLearningRate(fathom.data.DataLoader, java.util.function.Consumer)}. */
    public static final class Options {
        double low = 1e-6;
        double high = 10;
        int steps = 100;

        Options() {}

        /**
         * The first and the last learning rate. Default: 1e-6 and 10.
         *
         * @throws IllegalArgumentException unless {@code 0 < low < high}
         */
        public Options range(double low, double high) {
            if (!(low > 0 && low < high && high < Double.POSITIVE_INFINITY)) {
                throw new IllegalArgumentException(
                        String.format(Locale.ROOT, "range: %s to %s is no range of learning rates", low, high));
            }
            this.low = low;
            this.high = high;
            return this;
        }

        /**
         * The number of batches, each with a rate of its own. Default: 100.
         *
         * @throws IllegalArgumentException if fewer than 20
         */
        public Options steps(int steps) {
            if (steps < 20) {
                throw new IllegalArgumentException("steps: expected at least 20, got " + steps);
            }
            this.steps = steps;
            return this;
        }
    }
}
