package fathom.train;

import fathom.Tensor;
import fathom.data.Batch;
import fathom.nn.Layer;
import fathom.nn.loss.Loss;
import fathom.primitive.Ops;
import fathom.train.metric.Metric;
import java.util.List;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The task of classifiers and regressors: one loss of a network's output for the first tensor of a batch, and of the
 * second as target. A {@link Trainer} of a network has such a task; extend it to draw {@link #pictures}, for instance.
 */
public class SupervisedTask extends Task<Batch> {
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

    private final Layer layer;
    private final Supplier<LossFunction> loss;

    /** The task of training a network with a loss. */
    public SupervisedTask(Layer net, Loss loss) {
        this(net, constant(LossFunction.of(loss)));
    }

    private static Supplier<LossFunction> constant(LossFunction loss) {
        return () -> loss;
    }

    /**
     * @param loss returns the current loss, which callbacks may change
     */
    SupervisedTask(Layer net, Supplier<LossFunction> loss) {
        super(Batch.class, net);
        this.layer = net;
        this.loss = loss;
    }

    LossFunction loss() {
        return loss.get();
    }

    @Override
    public Losses step(Batch batch) {
        LossFunction now = loss();
        if (Ops.isTracing()) {
            Ops.guard(() -> loss() == now, "the loss of the trainer");
            Ops.recordUse(now.code());
        }
        Tensor output = layer.call(batch.x());
        return Losses.of(Losses.LOSS, now.function().apply(output, batch.y())).output(output, batch.y());
    }

    @Override
    public Tensor predict(Batch batch) {
        return layer.call(batch.x());
    }

    /** {@return accuracy, if the loss and the targets are those of a classifier; else no metric} */
    @Override
    public List<Metric> metrics() {
        return DefaultMetrics.of(loss());
    }
}
