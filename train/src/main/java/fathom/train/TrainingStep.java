package fathom.train;

import fathom.Autograd;
import fathom.Captured;
import fathom.Precision;
import fathom.Tensor;
import fathom.nn.Layer;
import fathom.optim.Clip;
import fathom.optim.Optimizer;
import fathom.primitive.Ops;
import java.util.List;
import java.util.function.DoubleConsumer;

/**
 * The training step of a batch: forward, loss, backward and, unless gradients are accumulated, the update. It is
 * captured unless the options request eager execution.
 */
final class TrainingStep {
    private final Layer net;
    private final TrainerOptions options;
    private final List<Tensor> parameters;
    private final Optimizer optimizer;
    private final DoubleConsumer check;
    private final Captured captured;

    /**
     * @param check throws if the loss is not finite
     */
    TrainingStep(
            Layer net, TrainerOptions options, List<Tensor> parameters, Optimizer optimizer, DoubleConsumer check) {
        this.net = net;
        this.options = options;
        this.parameters = parameters;
        this.optimizer = optimizer;
        this.check = check;
        captured = Captured.ofAll(in -> run(in.get(0), in.get(1))).guarding(net, optimizer);
    }

    /** {@return the network's output and the loss} */
    List<Tensor> of(Tensor x, Tensor y) {
        return options.eager ? run(x, y) : captured.callAll(x, y);
    }

    private List<Tensor> run(Tensor x, Tensor y) {
        if (Ops.isTracing()) {
            var now = new GuardedOptions(options);
            Ops.guard(() -> now.holds(options), "an option of the trainer");
            Ops.recordUse(options.lossBlock == null ? options.loss : options.lossBlock);
        }
        Tensor output;
        Tensor loss;
        try (var _ = options.precision.open()) {
            output = net.call(x);
            loss = options.loss.apply(output, y);
        }
        if (loss.numel() != 1) {
            throw new IllegalArgumentException(
                    "fit: the loss must be a single number, the mean over the batch; it has shape " + loss.shape());
        }
        if (options.checkFinite) {
            Ops.check(loss, check);
        }
        if (options.accumulate == 1) {
            loss.backward();
            update();
        } else {
            // weighted by the number of examples and finally divided by its sum: the mean over all, whatever the batch
            // sizes
            loss.mul(x.size(0)).backward();
        }
        return List.of(output.detach(), loss.detach());
    }

    /** The options that the step depends on, which a callback may change. */
    private record GuardedOptions(
            Object loss, Precision precision, boolean accumulates, double clipValue, double clipNorm) {
        GuardedOptions(TrainerOptions o) {
            this(o.loss, o.precision, o.accumulate > 1, o.clipValue, o.clipNorm);
        }

        boolean holds(TrainerOptions o) {
            return o.loss == loss
                    && o.precision == precision
                    && o.accumulate > 1 == accumulates
                    && o.clipValue == clipValue
                    && o.clipNorm == clipNorm;
        }
    }

    /** Performs the update for several accumulated batches. */
    void update(long examples) {
        try (var _ = Autograd.noGrad()) {
            for (Tensor p : parameters) {
                Tensor g = Ops.gradient(p);
                if (g != null) {
                    g.mul_(1.0 / examples);
                }
            }
        }
        update();
    }

    private void update() {
        if (options.clipValue > 0) {
            Clip.gradValue_(parameters, options.clipValue);
        }
        if (options.clipNorm > 0) {
            Clip.gradNormAsTensor_(parameters, options.clipNorm);
        }
        optimizer.step();
        optimizer.zeroGrad();
    }
}
