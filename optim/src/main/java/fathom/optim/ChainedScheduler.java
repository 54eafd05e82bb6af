package fathom.optim;

import java.util.List;

/**
 * Schedules that are stepped together, each from the rate that the previous one has set, so that their factors
 * multiply.
 *
 * {@snippet :
 * new ChainedScheduler(List.of(new ConstantLR(opt, 0.1, 2), new ExponentialLR(opt, 0.9)));
 * }
 */
public final class ChainedScheduler extends LRScheduler {
    private final List<LRScheduler> schedules;

    /**
     * Chains the given schedules.
     *
     * @param schedules at least one, all of one optimiser; their construction has set the rates of epoch 0
     * @throws IllegalArgumentException if there are none, or they belong to different optimisers
     */
    public ChainedScheduler(List<? extends LRScheduler> schedules) {
        super(optimizer(schedules));
        this.schedules = List.copyOf(schedules);
        startAt(0);
    }

    private static Optimizer optimizer(List<? extends LRScheduler> schedules) {
        if (schedules.isEmpty()) {
            throw new IllegalArgumentException("ChainedScheduler: expected at least one schedule");
        }
        Optimizer optimizer = schedules.getFirst().optimizer();
        for (LRScheduler s : schedules) {
            if (s.optimizer() != optimizer) {
                throw new IllegalArgumentException("ChainedScheduler: a schedule belongs to another optimiser");
            }
        }
        return optimizer;
    }

    @Override
    protected void start() {
        schedules.forEach(LRScheduler::start);
        startAt(0);
    }

    @Override
    public void step() {
        schedules.forEach(LRScheduler::step);
        stepped();
    }

    @Override
    public void step(double metric) {
        schedules.forEach(s -> s.step(metric));
        stepped();
    }

    @Override
    protected double next(double lr, double base, int group) {
        return lr;
    }

    @Override
    List<LRScheduler> parts() {
        return schedules;
    }
}
