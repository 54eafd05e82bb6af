package fathom.train.callback;

import fathom.plot.Axes;

/**
 * Records the learning rate of the optimiser's first group at each step: {@link #plot} draws it, and the run's folder
 * has it as {@code learning-rate.svg}.
 */
public final class LearningRateMonitor extends StepMonitor {
    /** The rate of the next step: a schedule has changed it already when a batch is reported. */
    private double rate;

    /** A monitor without records. */
    public LearningRateMonitor() {}

    @Override
    String file() {
        return "learning-rate";
    }

    @Override
    public void onStart(Progress progress) {
        super.onStart(progress);
        rate = rate(progress);
    }

    @Override
    public void onEpochStart(Progress progress) {
        rate = rate(progress);
    }

    @Override
    double value(Progress progress) {
        double used = rate;
        rate = rate(progress);
        return used;
    }

    private static double rate(Progress progress) {
        return progress.optimizers().getFirst().lr();
    }

    @Override
    void axes(Axes axes) {
        axes.yLabel("learning rate");
    }
}
