package fathom.train;

import fathom.Tensor;
import fathom.nn.loss.Loss;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The loss of a supervised task.
 *
 * @param function from output and target to the mean over the batch
 * @param name for the run's config
 * @param block the loss, if it is one of blocks
 */
record LossFunction(BinaryOperator<Tensor> function, String name, @Nullable Loss block) {
    static LossFunction of(Loss loss) {
        return new LossFunction(loss::forward, loss.getClass().getSimpleName(), loss);
    }

    static LossFunction of(BinaryOperator<Tensor> function) {
        return new LossFunction(function, "function", null);
    }

    /** {@return what captured steps depend on} */
    Object code() {
        return block == null ? function : block;
    }
}
