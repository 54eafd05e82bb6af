package fathom.train;

import fathom.Tensor;
import fathom.optim.LRScheduler;
import fathom.optim.Optimizer;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Options of a phase of a {@link PhasedTask}, with the defaults stated here. */
public final class PhaseOptions {
    @Nullable Function<List<Tensor>, ? extends Optimizer> optimizer;
    @Nullable Function<Optimizer, ? extends LRScheduler> schedule;
    boolean scheduleBatches;

    PhaseOptions() {}

    /** A function that creates the optimiser of the phase's parameters. Default: that of the trainer's options. */
    public PhaseOptions optimizer(Function<List<Tensor>, ? extends Optimizer> optimizer) {
        this.optimizer = Objects.requireNonNull(optimizer);
        return this;
    }

    /**
     * A function that creates the schedule of the phase's learning rate, stepped after each epoch. Default: that of the
     * trainer's options.
     */
    public PhaseOptions schedule(Function<Optimizer, ? extends LRScheduler> schedule) {
        this.schedule = Objects.requireNonNull(schedule);
        this.scheduleBatches = false;
        return this;
    }

    /** As {@link #schedule}, but the schedule is stepped after each update of the weights. */
    public PhaseOptions scheduleBatches(Function<Optimizer, ? extends LRScheduler> schedule) {
        this.schedule = Objects.requireNonNull(schedule);
        this.scheduleBatches = true;
        return this;
    }
}
