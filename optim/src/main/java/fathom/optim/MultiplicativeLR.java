package fathom.optim;

import java.util.List;
import java.util.function.LongToDoubleFunction;

/** Multiplies the learning rate at each epoch by a function of the epoch; that of epoch 0 is not applied. */
public final class MultiplicativeLR extends LRScheduler {
    private final List<LongToDoubleFunction> factors;

    /** {@code new MultiplicativeLR(opt, epoch -> 0.95)}: the rate falls by 5 % per epoch. */
    public MultiplicativeLR(Optimizer optimizer, LongToDoubleFunction factor) {
        this(optimizer, optimizer.groups().stream().map(g -> factor).toList());
    }

    /**
     * With one function per group.
     *
     * @throws IllegalArgumentException if there is another number of functions than of groups
     */
    public MultiplicativeLR(Optimizer optimizer, List<LongToDoubleFunction> factors) {
        super(optimizer);
        checkPerGroup("MultiplicativeLR", factors.size(), "function", optimizer);
        this.factors = List.copyOf(factors);
        start();
    }

    @Override
    protected double next(double lr, double base, int group) {
        return lastEpoch() == 0 ? lr : lr * factors.get(group).applyAsDouble(lastEpoch());
    }
}
