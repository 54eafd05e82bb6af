package fathom.train.callback;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.io.StateDict;
import java.util.Arrays;

/** Values recorded at steps of a training. */
final class StepSeries {
    private int size;
    private double[] steps = new double[64];
    private double[] values = new double[64];

    void add(long step, double value) {
        if (size == steps.length) {
            steps = Arrays.copyOf(steps, 2 * size);
            values = Arrays.copyOf(values, 2 * size);
        }
        steps[size] = step;
        values[size++] = value;
    }

    double[] steps() {
        return Arrays.copyOf(steps, size);
    }

    double[] values() {
        return Arrays.copyOf(values, size);
    }

    StateDict state() {
        return new StateDict()
                .put("steps", Tensors.tensor(steps(), DType.FLOAT64))
                .put("values", Tensors.tensor(values(), DType.FLOAT64));
    }

    /**
     * {@return the series of a state}
     *
     * @throws IllegalArgumentException if it is not one
     */
    static StepSeries of(String name, StateDict state) {
        Tensor steps = state.get("steps");
        Tensor values = state.get("values");
        if (steps == null || values == null || steps.dim() != 1 || !steps.shape().equals(values.shape())) {
            throw new IllegalArgumentException("%s: the checkpoint has no series of steps and values".formatted(name));
        }
        var series = new StepSeries();
        series.size = Math.toIntExact(steps.numel());
        series.steps = Arrays.copyOf(steps.toDoubleArray(), Math.max(64, series.size));
        series.values = Arrays.copyOf(values.toDoubleArray(), Math.max(64, series.size));
        return series;
    }
}
