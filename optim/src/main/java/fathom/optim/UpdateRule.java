package fathom.optim;

import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.input;

import fathom.DType;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Exprs;
import fathom.ir.Kernel;
import fathom.ir.UnaryOp;
import java.util.ArrayList;
import java.util.List;

/**
 * The element-wise update of a parameter and of its state as one kernel: its inputs are the parameter, the gradient and
 * the state tensors, its outputs the updated parameter and state. Numbers that change from step to step are named
 * scalars, so that the kernel is compiled once.
 */
public final class UpdateRule {
    final Kernel kernel;
    final List<String> scalars;

    private UpdateRule(Kernel kernel, List<String> scalars) {
        this.kernel = kernel;
        this.scalars = scalars;
    }

    /** {@return the type in which the update of such a parameter is computed and its state is kept} */
    static DType computed(DType parameter) {
        return parameter == DType.FLOAT64 ? DType.FLOAT64 : DType.FLOAT32;
    }

    /** Builds the expressions of a rule. */
    public static final class Builder {
        private final DType parameter;
        private final DType type;
        private final List<String> state;
        private final List<String> scalars = new ArrayList<>();
        private final Expr[] next;
        private final Expr p;
        private Expr g;

        Builder(DType parameter, DType gradient, List<String> state) {
            this.parameter = parameter;
            this.type = computed(parameter);
            this.state = state;
            p = cast(type, input(0, parameter));
            g = cast(type, input(1, gradient));
            next = new Expr[state.size()];
            for (int i = 0; i < next.length; i++) {
                next[i] = input(2 + i, type);
            }
        }

        /** {@return the parameter before the step} */
        public Expr parameter() {
            return p;
        }

        /** {@return the gradient, or its replacement set by {@link #setGradient}} */
        public Expr gradient() {
            return g;
        }

        /** Replaces the gradient, as weight decay and clipping do. */
        public void setGradient(Expr gradient) {
            g = gradient;
        }

        /** {@return a state tensor: its old value or, once set, its new one} */
        public Expr state(String name) {
            return next[state.indexOf(name)];
        }

        /** Sets the new value of a state tensor. */
        public Expr set(String name, Expr value) {
            next[state.indexOf(name)] = value;
            return value;
        }

        /**
         * Sets a state tensor to its running average with a value: {@code decay * state + (1 - decay) * value}.
         *
         * @param decay the hyper-parameter that is the decay rate; the scalars {@code decay} and {@code 1-decay} are
         *     used
         * @return the new average
         */
        public Expr average(String name, String decay, Expr value) {
            return set(name, Exprs.add(Exprs.mul(scalar(decay), state(name)), Exprs.mul(scalar("1-" + decay), value)));
        }

        /** {@return a scalar whose value the optimiser supplies at each step} */
        public Expr scalar(String name) {
            int slot = scalars.indexOf(name);
            if (slot < 0) {
                slot = scalars.size();
                scalars.add(name);
            }
            return Exprs.scalar(slot, type);
        }

        /** {@return the rule, given the parameter's new value} */
        UpdateRule build(Expr newParameter) {
            var outputs = new Expr[1 + next.length];
            outputs[0] = cast(parameter, newParameter);
            System.arraycopy(next, 0, outputs, 1, next.length);
            return new UpdateRule(Kernel.of(outputs), List.copyOf(scalars));
        }
    }

    /** {@return the square root} */
    public static Expr sqrt(Expr x) {
        return Exprs.unary(UnaryOp.SQRT, x);
    }

    /** {@return the absolute value} */
    public static Expr abs(Expr x) {
        return Exprs.unary(UnaryOp.ABS, x);
    }

    /** {@return the element-wise maximum} */
    public static Expr max(Expr a, Expr b) {
        return Exprs.binary(BinaryOp.MAX, a, b);
    }
}
