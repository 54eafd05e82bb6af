package outside;

import fathom.Captured;
import fathom.Generator;
import fathom.PointwiseFunction;
import fathom.Tensor;
import fathom.Tensors;
import java.util.List;

/** Trains with one of each, captured and not, and says whether every bit is the same. */
final class Main {
    private static final int STEPS = 12;

    private static final StraightThrough ROUNDED = new StraightThrough();
    private static final EverySecond EVERY_SECOND = new EverySecond();
    private static final PointwiseFunction SQUARED_RELU = PointwiseFunction.of("squaredRelu", x -> x.max(0).square());

    private Main() {}

    private static Tensor step(Tensor w, Lion opt, Tensor x) {
        opt.zeroGrad();
        Tensor h = SQUARED_RELU.apply(ROUNDED.apply(x.matmul(w)));
        Tensor loss = h.mean();
        loss.backward();
        opt.step();
        return loss.detach().add(EVERY_SECOND.apply(h.detach()).sum());
    }

    private static Tensor weight() {
        return Tensors.linspace(-1, 1, 32).reshape(8, 4).clone().requiresGrad_();
    }

    /** {@return what is wrong; empty where nothing is} */
    static String problem() {
        Tensor w = weight();
        Tensor v = weight();
        var captured = new Lion(List.of(w), 0.01);
        var eager = new Lion(List.of(v), 0.01);
        var plan = Captured.of((Tensor x) -> step(w, captured, x));
        try (var generator = new Generator(1).open()) {
            for (int i = 0; i < STEPS; i++) {
                Tensor x = Tensors.randn(16, 8);
                if (!plan.call(x).equal(step(v, eager, x)) || !w.detach().equal(v.detach())) {
                    return "step " + i + " has other bits when it is captured";
                }
            }
        }
        String refusal = plan.refusal();
        if (refusal != null) {
            return "the step is not captured: " + refusal;
        }
        return w.detach().equal(weight().detach()) ? "nothing was learned" : "";
    }

    @SuppressWarnings("SystemOut")
    public static void main(String[] args) {
        String problem = problem();
        String place = Main.class.getModule().isNamed() ? "module " + Main.class.getModule().getName() : "class path";
        System.out.println(place + ": " + (problem.isEmpty() ? "the same bits" : problem));
        System.exit(problem.isEmpty() ? 0 : 1);
    }
}
