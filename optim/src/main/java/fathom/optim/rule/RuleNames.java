package fathom.optim.rule;

import fathom.optim.Optimizers;
import java.util.Map;

/** The names of this package's rules that need nothing but gradients. */
public final class RuleNames implements Optimizers.Provider {
    @Override
    public Map<String, Optimizers.Maker> optimizers() {
        return Map.of(
                "radam", RAdam::new,
                "asgd", ASGD::new,
                "rprop", Rprop::new,
                "yogi", Yogi::new,
                "lion", Lion::new,
                "lamb", LAMB::new,
                "adafactor", Adafactor::new,
                // biases and weights have the same rate here
                "muon", (p, lr) -> new Muon(p, lr, o -> o.matchRmsAdamW(true)));
    }
}
