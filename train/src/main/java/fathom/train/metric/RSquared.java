package fathom.train.metric;

import fathom.DType;
import fathom.Tensor;
import java.util.Arrays;
import java.util.Locale;

/**
 * The coefficient of determination, R2: one minus the residual sum of squares over the targets' own. For several
 * outputs per example, the mean over the outputs.
 */
record RSquared() implements Metric {
    private static final String NAME = "r2";

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public boolean higherIsBetter() {
        return true;
    }

    @Override
    public Tally start() {
        return new Moments();
    }

    /** Per output: the mean of the targets, the sum of their squared deviations, and that of the residuals. */
    private static final class Moments implements Tally {
        private long examples;
        private double[] mean = {};
        private double[] total = {};
        private double[] residual = {};

        @Override
        public void add(Tensor output, Tensor target) {
            Tensor y = Regression.target(NAME, output, target);
            long n = output.dim() == 0 ? 1 : output.size(0);
            if (n == 0) {
                return;
            }
            Tensor p = output.to(DType.FLOAT64).reshape(n, -1);
            y = y.reshape(n, -1);
            Tensor center = y.mean(0);
            merge(
                    n,
                    center.toDoubleArray(),
                    y.sub(center).square().sum(0).toDoubleArray(),
                    y.sub(p).square().sum(0).toDoubleArray());
        }

        /** Chan's formula for the moments of a union. */
        private void merge(long n, double[] otherMean, double[] otherTotal, double[] otherResidual) {
            if (examples == 0) {
                examples = n;
                mean = otherMean.clone();
                total = otherTotal.clone();
                residual = otherResidual.clone();
                return;
            }
            if (mean.length != otherMean.length) {
                throw new IllegalArgumentException(
                        String.format(
                                Locale.ROOT,
                                "r2: a batch has %d outputs per example, an earlier one %d",
                                otherMean.length,
                                mean.length));
            }
            long all = examples + n;
            for (int k = 0; k < mean.length; k++) {
                double shift = otherMean[k] - mean[k];
                total[k] += otherTotal[k] + shift * shift * ((double) examples * n / all);
                mean[k] += shift * n / all;
                residual[k] += otherResidual[k];
            }
            examples = all;
        }

        @Override
        public double value() {
            if (examples < 2) {
                return Double.NaN;
            }
            double sum = 0;
            for (int k = 0; k < mean.length; k++) {
                // constant targets, but for rounding: 1 if they are met, 0 if not, as scikit-learn's
                double rounding = 4 * Math.ulp(mean[k]);
                boolean isConstant = total[k] <= examples * rounding * rounding;
                sum += isConstant ? (residual[k] == 0 ? 1 : 0) : 1 - residual[k] / total[k];
            }
            return sum / mean.length;
        }

        @Override
        public double[] state() {
            int k = mean.length;
            var state = new double[1 + 3 * k];
            state[0] = examples;
            System.arraycopy(mean, 0, state, 1, k);
            System.arraycopy(total, 0, state, 1 + k, k);
            System.arraycopy(residual, 0, state, 1 + 2 * k, k);
            return state;
        }

        @Override
        public void restore(double[] state) {
            checkState(state);
            examples = 0;
            mean = total = residual = new double[0];
            merge(state);
        }

        @Override
        public void merge(double[] state) {
            int k = checkState(state);
            long n = (long) state[0];
            if (n > 0) {
                merge(n, part(state, 1, k), part(state, 1 + k, k), part(state, 1 + 2 * k, k));
            }
        }

        private static int checkState(double[] state) {
            States.count(NAME, state, 0);
            int k = (state.length - 1) / 3;
            States.checkLength(NAME, state, 1 + 3L * k);
            return k;
        }

        private static double[] part(double[] state, int from, int length) {
            return Arrays.copyOfRange(state, from, from + length);
        }
    }
}
