package fathom.optim.rule;

import fathom.optim.Optimizers;
import fathom.optim.SGD;
import java.util.Map;

/** The names of this package's rules. */
public final class RuleNames implements Optimizers.Provider {
    /** The momentum and the distance in the paper's experiments. */
    private static final double SAM_MOMENTUM = 0.9;

    private static final double SAM_RHO = 0.05;

    @Override
    public Map<String, Optimizers.Maker> optimizers() {
        return Map.of(
                "radam",
                RAdam::new,
                "asgd",
                ASGD::new,
                "rprop",
                Rprop::new,
                "yogi",
                Yogi::new,
                "lion",
                Lion::new,
                "lamb",
                LAMB::new,
                "adafactor",
                Adafactor::new,
                // biases and weights have the same rate here
                "muon",
                (p, lr) -> new Muon(p, lr, o -> o.matchRmsAdamW(true)),
                "lbfgs",
                LBFGS::new,
                "sam",
                (p, lr) -> new SAM(new SGD(p, lr, o -> o.momentum(SAM_MOMENTUM)), SAM_RHO));
    }
}
