package fathom.nn.attention;

import java.util.Arrays;

/**
 * How the wavelengths of {@linkplain RotaryFrequencies rotary embeddings} change, so that a model reads more positions
 * than it was trained with.
 */
public sealed interface RotaryScaling {
    /** {@return no change} */
    static RotaryScaling none() {
        return new Linear(1);
    }

    /**
     * {@return the angles per position}
     *
     * @param width the width of a head
     * @param base the base of the wavelengths
     */
    double[] frequencies(long width, double base);

    /** {@return the factor of cosines and sines; 1 but for {@link Yarn}} */
    default double attentionFactor() {
        return 1;
    }

    private static double[] unscaled(long width, double base) {
        var f = new double[Math.toIntExact(width / 2)];
        Arrays.setAll(f, j -> Math.pow(base, -2.0 * j / width));
        return f;
    }

    private static double positive(String name, double value) {
        if (!(value > 0) || Double.isInfinite(value)) {
            throw new IllegalArgumentException(
                    "RotaryScaling: %s must be a positive number, is %s".formatted(name, value));
        }
        return value;
    }

    /**
     * Positions are divided by a factor (Chen et al., 2023, "Position interpolation").
     *
     * @param factor the factor; 1 for none
     */
    record Linear(double factor) implements RotaryScaling {
        /** Checks the factor. */
        public Linear {
            positive("factor", factor);
        }

        @Override
        public double[] frequencies(long width, double base) {
            return Arrays.stream(unscaled(width, base)).map(f -> f / factor).toArray();
        }
    }

    /**
     * The base grows with the number of positions beyond those of the training ("dynamic NTK"), so that short texts are
     * read as before. Keys that a cache holds were turned by the base of their time.
     *
     * @param factor how many times more positions are to be read
     * @param maxPositions the number of positions of the training
     */
    record Dynamic(double factor, long maxPositions) implements RotaryScaling {
        /** Checks the numbers. */
        public Dynamic {
            positive("factor", factor);
            positive("maxPositions", maxPositions);
        }

        @Override
        public double[] frequencies(long width, double base) {
            return unscaled(width, base);
        }
    }

    /**
     * Long wavelengths are multiplied by a factor, short ones stay, and between them the change is gradual, as in Llama
     * 3.1.
     *
     * @param factor the factor of wavelengths above {@code maxPositions / lowFactor}
     * @param lowFactor how often the longest wavelengths that change gradually fit into the positions of the training
     * @param highFactor how often the shortest ones do
     * @param maxPositions the number of positions of the training
     */
    record Llama3(double factor, double lowFactor, double highFactor, long maxPositions) implements RotaryScaling {
        /** Checks the numbers. */
        public Llama3 {
            positive("factor", factor);
            positive("lowFactor", lowFactor);
            positive("highFactor - lowFactor", highFactor - lowFactor);
            positive("maxPositions", maxPositions);
        }

        @Override
        public double[] frequencies(long width, double base) {
            return Arrays.stream(unscaled(width, base))
                    .map(f -> {
                        double turns = maxPositions * f / (2 * Math.PI);
                        double kept = Math.clamp((turns - lowFactor) / (highFactor - lowFactor), 0, 1);
                        return (1 - kept) * f / factor + kept * f;
                    })
                    .toArray();
        }
    }

    /**
     * YaRN (Peng et al., 2023): pairs of features that turn often within the positions of the training stay, those that
     * turn seldom are interpolated, and between them the change is gradual.
     *
     * @param factor how many times more positions are to be read
     * @param maxPositions the number of positions of the training
     * @param betaFast the number of turns from which on a pair stays; 32 in the paper
     * @param betaSlow the number of turns up to which a pair is interpolated; 1 in the paper
     * @param attentionFactor the factor of cosines and sines; 0.1 ln(factor) + 1 in the paper
     */
    record Yarn(double factor, long maxPositions, double betaFast, double betaSlow, double attentionFactor)
            implements RotaryScaling {
        /** Checks the numbers. */
        public Yarn {
            positive("factor", factor);
            positive("maxPositions", maxPositions);
            positive("betaFast", betaFast);
            positive("betaSlow", betaSlow);
            positive("attentionFactor", attentionFactor);
        }

        /** {@return the paper's choice for a factor} */
        public static Yarn of(double factor, long maxPositions) {
            return new Yarn(factor, maxPositions, 32, 1, attentionFactor(factor));
        }

        /** {@return the paper's factor of cosines and sines} */
        public static double attentionFactor(double factor) {
            return factor <= 1 ? 1 : 0.1 * Math.log(factor) + 1;
        }

        @Override
        public double[] frequencies(long width, double base) {
            double low = Math.max(0, Math.floor(pair(betaFast, width, base)));
            double high = Math.min(width - 1, Math.ceil(pair(betaSlow, width, base)));
            double span = high == low ? 0.001 : high - low;
            double[] f = unscaled(width, base);
            for (int j = 0; j < f.length; j++) {
                double interpolated = Math.clamp((j - low) / span, 0, 1);
                f[j] = f[j] / factor * interpolated + f[j] * (1 - interpolated);
            }
            return f;
        }

        /** {@return the number of the pair that turns so often within the positions of the training} */
        private double pair(double turns, long width, double base) {
            return width * Math.log(maxPositions / (turns * 2 * Math.PI)) / (2 * Math.log(base));
        }
    }
}
