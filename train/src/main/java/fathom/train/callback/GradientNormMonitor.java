package fathom.train.callback;

import fathom.plot.Axes;
import java.util.Arrays;

/**
 * Records the Euclidean norm of all gradients at each step, before clipping: {@link #plot} draws it, and the run's
 * folder has it as {@code gradient-norm.svg}. A norm that jumps by orders of magnitude calls for clipping or a smaller
 * learning rate.
 */
public final class GradientNormMonitor extends StepMonitor {
    /** A monitor without records. */
    public GradientNormMonitor() {}

    @Override
    public boolean needsGradientNorm() {
        return true;
    }

    @Override
    String file() {
        return "gradient-norm";
    }

    @Override
    double value(Progress progress) {
        return progress.gradientNorm();
    }

    @Override
    void axes(Axes axes) {
        axes.yLabel("gradient norm");
        if (Arrays.stream(values()).allMatch(v -> v > 0)) {
            axes.yLog();
        }
    }
}
