package fathom.optim;

import java.util.List;
import java.util.function.LongToDoubleFunction;

/** Sets the learning rate to the base rate times a function of the epoch. */
public final class LambdaLR extends LRScheduler {
    private final List<LongToDoubleFunction> factors;

    /** {@code new LambdaLR(opt, epoch -> Math.pow(epoch + 1, -0.5))}: the course's square root schedule. */
    public LambdaLR(Optimizer optimizer, LongToDoubleFunction factor) {
        this(optimizer, optimizer.groups().stream().map(g -> factor).toList());
    }

    /** With one function per group. */
    public LambdaLR(Optimizer optimizer, List<LongToDoubleFunction> factors) {
        super(optimizer);
        checkPerGroup("LambdaLR", factors.size(), "function", optimizer);
        this.factors = List.copyOf(factors);
        start();
    }

    @Override
    protected double next(double lr, double base, int group) {
        return base * factors.get(group).applyAsDouble(lastEpoch());
    }
}
