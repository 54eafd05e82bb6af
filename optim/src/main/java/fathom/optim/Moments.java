package fathom.optim;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.div;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.sub;

import fathom.ir.Expr;
import java.util.List;

/** The moment estimates that Adam and its variants share: running averages of the gradient and of its square. */
final class Moments {
    static final String FIRST = "exp_avg";
    static final String SECOND = "exp_avg_sq";
    static final String MAX_SECOND = "max_exp_avg_sq";

    private Moments() {}

    static List<String> stateNames(boolean amsgrad) {
        return amsgrad ? List.of(FIRST, SECOND, MAX_SECOND) : List.of(FIRST, SECOND);
    }

    /** {@return the updated first moment} */
    static Expr first(UpdateRule.Builder b) {
        return b.average(FIRST, "beta1", b.gradient());
    }

    /** {@return the updated second moment} */
    static Expr second(UpdateRule.Builder b) {
        Expr g = b.gradient();
        return b.set(SECOND, add(mul(b.scalar("beta2"), b.state(SECOND)), mul(mul(b.scalar("1-beta2"), g), g)));
    }

    /** {@return {@code from} after a step of Adam} */
    static Expr adam(UpdateRule.Builder b, Expr from, boolean amsgrad) {
        Expr first = first(b);
        Expr second = second(b);
        if (amsgrad) {
            second = b.set(MAX_SECOND, UpdateRule.max(b.state(MAX_SECOND), second));
        }
        Expr denominator = add(div(UpdateRule.sqrt(second), b.scalar("rootCorrection2")), b.scalar("eps"));
        return sub(from, mul(b.scalar("stepSize"), div(first, denominator)));
    }

    static double scalar(String name, ParameterGroup group, double step) {
        return switch (name) {
            case "1-beta1" -> 1 - group.get("beta1");
            case "1-beta2" -> 1 - group.get("beta2");
            case "stepSize" -> group.lr() / (1 - Math.pow(group.get("beta1"), step));
            case "correction2" -> 1 - Math.pow(group.get("beta2"), step);
            case "rootCorrection2" -> Math.sqrt(1 - Math.pow(group.get("beta2"), step));
            default -> group.get(name);
        };
    }
}
