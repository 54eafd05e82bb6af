package fathom.train.metric;

import fathom.DType;
import fathom.Tensor;
import java.util.function.BinaryOperator;
import java.util.function.DoubleUnaryOperator;

/** Metrics of regressions: means over all numbers of a function of prediction and target, computed in float64. */
final class Regression {
    private Regression() {}

    /**
     * {@return the targets in float64 and in the output's shape}
     *
     * @throws IllegalArgumentException if they are not as many
     */
    static Tensor target(String metric, Tensor output, Tensor target) {
        boolean fits =
                output.numel() == target.numel()
                        && (output.dim() == 0 || target.dim() == 0 || output.size(0) == target.size(0));
        if (!fits) {
            throw new IllegalArgumentException(
                    "%s: expected a target for each number of the output, got %s and %s"
                            .formatted(metric, output.shape(), target.shape()));
        }
        return target.to(DType.FLOAT64).reshape(output.shape().dims());
    }

    /**
     * {@return a function of the mean over all numbers}
     *
     * @param each from predictions and targets to the values whose mean is taken
     */
    static Metric mean(String name, BinaryOperator<Tensor> each, DoubleUnaryOperator of) {
        return SumMetric.mean(
                name,
                false,
                (output, target) -> {
                    Tensor y = target(name, output, target);
                    return new SumMetric.Part(each.apply(output.to(DType.FLOAT64), y).sum().item(), output.numel());
                },
                of);
    }
}
