package fathom.train.callback;

import fathom.io.StateDict;
import fathom.plot.Axes;
import fathom.plot.Plot;
import fathom.train.Run;
import fathom.train.TrainingCallback;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** Records a number at each step of the optimiser, and draws it into the run's folder at the end. */
abstract sealed class StepMonitor implements TrainingCallback permits GradientNormMonitor, LearningRateMonitor {
    private StepSeries series = new StepSeries();
    private long step;
    private @Nullable Path folder;

    /** {@return the name of the picture in the run's folder, without its ending} */
    abstract String file();

    /** {@return the current value} */
    abstract double value(Progress progress);

    /** Sets the axes. */
    abstract void axes(Axes axes);

    /** {@return the numbers of the steps, from 1} */
    public final double[] steps() {
        return series.steps();
    }

    /** {@return the values after these steps} */
    public final double[] values() {
        return series.values();
    }

    /** {@return the values over the steps, as a picture} */
    public final Plot plot() {
        return Plot.lines(
                series.steps(),
                series.values(),
                a -> {
                    a.xLabel("step");
                    axes(a);
                });
    }

    @Override
    public StateDict stateDict() {
        return series.state();
    }

    @Override
    public void loadStateDict(StateDict state, Progress progress) {
        series = StepSeries.of(getClass().getSimpleName(), state);
    }

    @Override
    public void onStart(Progress progress) {
        series = new StepSeries();
        step = progress.step();
        folder = progress.folder().orElse(null);
    }

    @Override
    public void onBatch(Progress progress) {
        if (progress.step() > step) {
            step = progress.step();
            series.add(step, value(progress));
        }
    }

    @Override
    public void onEnd(Run run) {
        if (folder != null && series.steps().length > 0) {
            try {
                plot().save(folder.resolve(file() + ".svg"));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
