package fathom.cli;

import fathom.Tensor;
import fathom.optim.Adadelta;
import fathom.optim.Adagrad;
import fathom.optim.Adam;
import fathom.optim.AdamW;
import fathom.optim.Adamax;
import fathom.optim.NAdam;
import fathom.optim.Optimizer;
import fathom.optim.RMSprop;
import fathom.optim.SGD;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BiFunction;

/** Update rules by the names they have on the command line. */
final class Optimizers {
    static final Map<String, BiFunction<List<Tensor>, Double, Optimizer>> ALL =
            new TreeMap<>(
                    Map.of(
                            "sgd", SGD::new,
                            "momentum", (p, lr) -> new SGD(p, lr, o -> o.momentum(0.9)),
                            "nesterov", (p, lr) -> new SGD(p, lr, o -> o.momentum(0.9).nesterov(true)),
                            "adagrad", Adagrad::new,
                            "adadelta", Adadelta::new,
                            "rmsprop", RMSprop::new,
                            "adam", Adam::new,
                            "adamw", AdamW::new,
                            "nadam", NAdam::new,
                            "adamax", Adamax::new));

    private Optimizers() {}
}
