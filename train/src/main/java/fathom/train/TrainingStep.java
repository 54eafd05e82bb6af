package fathom.train;

import fathom.Captured;
import fathom.Precision;
import fathom.Tensor;
import fathom.data.Batch;
import fathom.primitive.Ops;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The training step of a batch: for each phase forward, loss, backward and, unless gradients are accumulated, the
 * update. It is captured unless the options request eager execution.
 */
final class TrainingStep<B> {
    /** Checks a loss. */
    @FunctionalInterface
    interface Check {
        /** Throws if the loss is not finite. */
        void of(String name, double loss);
    }

    private final Task<B> task;
    private final TrainerOptions options;
    private final TrainingPhases<B> phases;
    private final Check check;
    private final Captured captured;

    /** The layout of the results; transient, since it is the same for all batches and so no state of the step. */
    private transient StepResult.@Nullable Layout layout;

    TrainingStep(Task<B> task, TrainerOptions options, TrainingPhases<B> phases, Check check) {
        this.task = task;
        this.options = options;
        this.phases = phases;
        this.check = check;
        var guarded = new ArrayList<Object>(phases.optimizers());
        guarded.add(task.net());
        captured = Captured.ofAll(this::run).guarding(guarded.toArray());
    }

    StepResult of(Batch batch) {
        List<Tensor> in = batch.tensors();
        List<Tensor> results = options.eager ? run(in) : captured.callAll(in.toArray(Tensor[]::new));
        return Objects.requireNonNull(layout).read(results, in, batch.size());
    }

    private List<Tensor> run(List<Tensor> in) {
        if (Ops.isTracing()) {
            var now = new GuardedOptions(options);
            Ops.guard(() -> now.holds(options), "an option of the trainer");
            Ops.recordUse(task);
        }
        var arguments = new Batch(in);
        B batch = task.batch(arguments);
        var results = new StepResult.Collector();
        for (TrainingPhase<B> phase : phases.all()) {
            if (phase.needsClosure()) {
                Evaluated first = update(phase, batch, arguments.size());
                results.add(first.losses(), first.sum());
                continue;
            }
            Evaluated evaluated = evaluate(phase, batch);
            Losses losses = evaluated.losses();
            Tensor sum = evaluated.sum();
            checkFinite(losses);
            if (options.accumulate == 1) {
                phase.backward(sum, losses.weight(), arguments.size());
                phase.update();
            } else {
                // weighted by the number of examples and finally divided by its sum: the mean over all, whatever the
                // batch sizes
                Tensor weight = losses.weight();
                phase.accumulate(weight == null ? sum.mul(arguments.size()) : sum.mul(weight.reshape()));
            }
            results.add(losses, sum);
        }
        record(results.layout(in));
        return results.tensors();
    }

    private record Evaluated(Losses losses, Tensor sum) {}

    private Evaluated evaluate(TrainingPhase<B> phase, B batch) {
        try (var _ = options.precision.open()) {
            Losses losses = phase.losses(batch);
            return new Evaluated(losses, losses.sum());
        }
    }

    private void checkFinite(Losses losses) {
        if (options.checkFinite) {
            losses.losses().forEach((name, loss) -> Ops.check(loss, value -> check.of(name, value)));
        }
    }

    /**
     * Updates by an optimiser that evaluates the loss several times.
     *
     * @return the first evaluation. The others may be far off, where a line search tries them.
     */
    private Evaluated update(TrainingPhase<B> phase, B batch, long examples) {
        var first = new ArrayList<Evaluated>();
        phase.update(() -> {
            Evaluated now = evaluate(phase, batch);
            if (first.isEmpty()) {
                first.add(now);
                checkFinite(now.losses());
            }
            phase.backward(now.sum(), now.losses().weight(), examples);
            return now.sum();
        });
        return first.getFirst();
    }

    private void record(StepResult.Layout now) {
        if (layout != null && !layout.equals(now)) {
            throw new IllegalStateException(
                    "%s: the step returned the losses %s for earlier batches and %s for this one; it must return the same names, and an output or none, for all"
                            .formatted(task.name(), layout.phases(), now.phases()));
        }
        layout = now;
    }

    /** The options that the step depends on, which a callback may change. */
    private record GuardedOptions(Precision precision, boolean accumulates, double clipValue, double clipNorm) {
        GuardedOptions(TrainerOptions o) {
            this(o.precision, o.accumulate > 1, o.clipValue, o.clipNorm);
        }

        boolean holds(TrainerOptions o) {
            return o.precision == precision
                    && o.accumulate > 1 == accumulates
                    && o.clipValue == clipValue
                    && o.clipNorm == clipNorm;
        }
    }

    /** Performs the update for several accumulated batches of this total weight. */
    void update(double weight) {
        for (TrainingPhase<B> phase : phases.all()) {
            phase.divideGradients(weight);
            phase.update();
        }
    }
}
