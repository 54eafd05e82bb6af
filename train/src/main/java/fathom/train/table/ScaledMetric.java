package fathom.train.table;

import fathom.Tensor;
import fathom.train.metric.Metric;

/**
 * A metric of standardised numbers in their unit.
 *
 * @param metric a metric that is proportional to the numbers, such as the mean absolute error
 * @param std what the numbers were divided by
 */
record ScaledMetric(Metric metric, double std) implements Metric {
    @Override
    public String name() {
        return metric.name();
    }

    @Override
    public boolean higherIsBetter() {
        return metric.higherIsBetter();
    }

    @Override
    public Tally start() {
        Tally tally = metric.start();
        return new Tally() {
            @Override
            public void add(Tensor output, Tensor target) {
                tally.add(output, target);
            }

            @Override
            public double value() {
                return std * tally.value();
            }

            @Override
            public double[] state() {
                return tally.state();
            }

            @Override
            public void restore(double[] state) {
                tally.restore(state);
            }

            @Override
            public void merge(double[] state) {
                tally.merge(state);
            }
        };
    }
}
