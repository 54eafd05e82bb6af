package fathom.optim;

import java.util.List;

/**
 * Runs schedules one after another, for instance a warm-up, then cosine annealing.
 *
 * {@snippet :
 * new SequentialLR(opt, List.of(new LinearLR(opt, 0.1, 1, 5), new CosineAnnealingLR(opt, 45)), 5);
 * }
 */
public final class SequentialLR extends LRScheduler {
    private final List<LRScheduler> schedules;
    private final int[] milestones;

    /**
     * Runs the given schedules in order.
     *
     * @param schedules schedules of this optimiser
     * @param milestones the epochs at which the second, third, ... schedule starts, ascending
     */
    public SequentialLR(Optimizer optimizer, List<? extends LRScheduler> schedules, int... milestones) {
        super(optimizer);
        if (milestones.length != schedules.size() - 1) {
            throw new IllegalArgumentException(
                    "SequentialLR: %s need%s %s, got %s"
                            .formatted(
                                    counted(schedules.size(), "schedule"),
                                    schedules.size() == 1 ? "s" : "",
                                    counted(schedules.size() - 1, "milestone"),
                                    milestones.length));
        }
        for (LRScheduler s : schedules) {
            if (s.optimizer() != optimizer) {
                throw new IllegalArgumentException("SequentialLR: a schedule belongs to another optimiser");
            }
        }
        for (int i = 0; i < milestones.length; i++) {
            if (milestones[i] <= (i == 0 ? 0 : milestones[i - 1])) {
                throw new IllegalArgumentException(
                        "SequentialLR: milestones must be above 0 and ascending: "
                                + java.util.Arrays.toString(milestones));
            }
        }
        this.schedules = List.copyOf(schedules);
        this.milestones = milestones.clone();
        start();
    }

    @Override
    public void step() {
        long epoch = lastEpoch() + 1;
        int turn = 0;
        while (turn < milestones.length && milestones[turn] <= epoch) {
            turn++;
        }
        if (epoch == (turn == 0 ? 0 : milestones[turn - 1])) {
            schedules.get(turn).restart();
        } else {
            schedules.get(turn).step();
        }
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
