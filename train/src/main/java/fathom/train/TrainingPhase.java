package fathom.train;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.distributed.ProcessGroup;
import fathom.distributed.parallel.GradientReducer;
import fathom.optim.Clip;
import fathom.optim.LRScheduler;
import fathom.optim.Optimizer;
import fathom.optim.rule.SAM;
import fathom.primitive.Ops;
import fathom.primitive.indexing.SparseGradients;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A phase of a training in progress: its parameters, optimiser and schedule. */
final class TrainingPhase<B> {
    private final PhasedTask.Phase<B> phase;
    private final TrainerOptions options;
    private final List<Tensor> parameters;
    private final boolean isOnly;
    private final Optimizer optimizer;
    private final @Nullable LRScheduler schedule;
    private final boolean scheduleBatches;

    /** Averages the gradients over several processes; null for one. */
    private final @Nullable GradientReducer reducer;

    /** The norm of the gradients, which captured steps write in place; null if it is not measured. */
    private final @Nullable Tensor gradientNorm;

    TrainingPhase(PhasedTask.Phase<B> phase, TrainerOptions options, boolean isOnly, boolean needsNorm) {
        this.phase = phase;
        this.options = options;
        this.isOnly = isOnly;
        this.parameters = phase.net().parameters();
        this.gradientNorm = needsNorm ? Tensors.full(Double.NaN, DType.FLOAT64).keep() : null;
        ProcessGroup group = new Peers(options.group).group();
        this.reducer =
                group == null
                        ? null
                        : new GradientReducer(
                                        phase.net(),
                                        group,
                                        r -> options.reduction.accept(r.staticGraph(true).broadcastBuffers(false)))
                                .onlyDuring();
        PhaseOptions own = phase.options();
        this.optimizer = (own.optimizer == null ? options.optimizer() : own.optimizer).apply(parameters);
        if (own.schedule != null) {
            this.schedule = own.schedule.apply(optimizer);
            this.scheduleBatches = own.scheduleBatches;
        } else {
            this.schedule = options.schedule == null ? null : options.schedule.apply(optimizer);
            this.scheduleBatches = options.scheduleBatches;
        }
    }

    /** {@return the name in checkpoints; empty for the only phase of a task} */
    String name() {
        return phase.name();
    }

    Optimizer optimizer() {
        return optimizer;
    }

    @Nullable LRScheduler schedule() {
        return schedule;
    }

    Losses losses(B batch) {
        Ops.recordUse(phase.step());
        return phase.step().apply(batch);
    }

    /**
     * Computes the gradients of this phase's parameters, and of no other's, for an update by one batch: of several
     * processes, the mean over the batches of all.
     *
     * @param weight the weight of this process's batch; null for its number of examples
     */
    void backward(Tensor loss, @Nullable Tensor weight, long examples) {
        GradientReducer averaging = reducer;
        if (averaging == null) {
            accumulate(loss);
            return;
        }
        if (weight == null) {
            averaging.weigh(examples);
        } else {
            averaging.weigh(weight);
        }
        Tensor weighted = weight == null ? loss.mul(examples) : loss.mul(weight.reshape());
        averaging.during(() -> accumulate(weighted));
        refuseRows();
    }

    /** Gradients of single rows are not averaged, so tables would differ between processes. */
    private void refuseRows() {
        for (Tensor p : parameters) {
            if (!SparseGradients.of(p).isEmpty()) {
                throw new IllegalStateException(
                        "distributed: the parameter of shape %s has gradients of single rows, which are not averaged over processes; make its Embedding without sparse(true)"
                                .formatted(p.shape()));
            }
        }
    }

    /** Makes the buffers those of rank 0, as statistics of batch norms are a part of the results. */
    void synchroniseBuffers() {
        if (reducer != null) {
            reducer.synchroniseBuffers(0);
        }
    }

    /** Makes parameters and buffers those of rank 0. */
    void synchronise() {
        if (reducer != null) {
            reducer.synchronise(0);
        }
    }

    /** Accumulates the gradients of this phase's parameters, and of no other's. */
    void accumulate(Tensor loss) {
        if (isOnly) {
            loss.backward();
        } else {
            loss.backward(b -> b.inputs(parameters));
        }
    }

    /** Divides the gradients, which several batches have accumulated, by the weight of all. */
    void divideGradients(double weight) {
        if (reducer != null) {
            refuseRows();
            reducer.reduceNow(weight);
            return;
        }
        try (var _ = Autograd.noGrad()) {
            for (Tensor p : parameters) {
                Tensor g = Ops.gradient(p);
                if (g != null) {
                    g.mul_(1.0 / weight);
                }
                SparseGradients.of(p).forEach(rows -> rows.gradient().mul_(1.0 / weight));
            }
        }
    }

    /** {@return whether an update evaluates the loss several times} */
    boolean needsClosure() {
        return optimizer.needsClosure();
    }

    /**
     * Updates the parameters by an optimiser that evaluates the loss itself.
     *
     * @param closure computes the loss and its gradients
     */
    void update(Supplier<Tensor> closure) {
        if (options.accumulate > 1) {
            throw new IllegalStateException(
                    "accumulate: %s evaluates the loss of one batch several times per update; use a larger batchSize instead of accumulating the gradients of %s batches"
                            .formatted(optimizer.getClass().getSimpleName(), options.accumulate));
        }
        if (reducer != null && !(optimizer instanceof SAM)) {
            throw new IllegalStateException(
                    "distributed: %s decides by values of the loss, which differ between processes; train with it in one process"
                            .formatted(optimizer.getClass().getSimpleName()));
        }
        optimizer.step(() -> {
            optimizer.zeroGrad();
            Tensor loss = closure.get();
            measureAndClip();
            return loss;
        });
        optimizer.zeroGrad();
    }

    /** Updates the parameters by their gradients. */
    void update() {
        measureAndClip();
        optimizer.step();
        optimizer.zeroGrad();
    }

    private void measureAndClip() {
        if (gradientNorm != null) {
            try (var _ = Autograd.noGrad()) {
                gradientNorm.copy_(Clip.gradNormAsTensor(parameters));
            }
        }
        if (options.clipValue > 0) {
            Clip.gradValue_(parameters, options.clipValue);
        }
        if (options.clipNorm > 0) {
            Clip.gradNormAsTensor_(parameters, options.clipNorm);
        }
    }

    double gradientNorm() {
        return gradientNorm == null ? Double.NaN : gradientNorm.item();
    }

    /** Advances a schedule that counts updates. */
    void updated() {
        if (schedule != null && scheduleBatches) {
            schedule.step();
        }
    }

    /** Advances a schedule that counts epochs. */
    void epochEnded(double loss) {
        if (schedule != null && !scheduleBatches) {
            schedule.step(loss);
        }
    }

    void setLr(double lr) {
        if (schedule == null) {
            optimizer.setLr(lr);
        } else {
            schedule.setLr(lr);
        }
    }
}
