package fathom.ir;

import fathom.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A short program over rows of elements: reductions ("folds") that yield one value per row, and maps that yield one
 * value per element or per row, each from inputs and earlier values. Softmax is {@code m = max(x); e = exp(x - m); e /
 * sum(e)}. A backend may run the whole program while a row is in the cache.
 *
 * <p>Values are numbered: the inputs, then the result of each step. A step's kernel has its own input indices; {@link
 * Step#arguments} maps them to values.
 *
 * <p>Programs are built once, with a {@link Builder}, and cached by their users; a backend attaches its compiled form
 * ({@link #attachment}).
 */
public final class RowProgram {
    /** The kinds of steps. */
    public enum Kind {
        /** A reduction of a kernel's values along the row. */
        FOLD,
        /** The mean of a kernel's values along the row. */
        MEAN,
        /**
         * The mean of squared deviations from the mean, which the previous step computed: its kernel is {@code (value -
         * mean)^2}, and the mean is the last of its arguments. A backend may compute both in one pass.
         */
        VARIANCE,
        /** One value per element. */
        MAP,
        /** One value per row, computed from per-row values and from inputs that are constant along the row. */
        ROW_MAP;

        /** {@return whether there is one value per row} */
        public boolean isPerRow() {
            return this != MAP;
        }
    }

    /**
     * One step.
     *
     * @param kind the kind of step
     * @param op the reduction of a fold
     * @param kernel the one-output kernel whose values are reduced or written
     * @param arguments the numbers of the values that are the kernel's inputs
     */
    public record Step(Kind kind, ReduceOp op, Kernel kernel, int[] arguments) {
        /** {@return the type of the step's value} */
        public DType type() {
            return kernel.outputType(0);
        }
    }

    private final int inputCount;
    private final List<Step> steps;
    private final int[] results;
    private volatile @Nullable Object attachment;

    private RowProgram(int inputCount, List<Step> steps, int[] results) {
        this.inputCount = inputCount;
        this.steps = List.copyOf(steps);
        this.results = results;
    }

    /** {@return the number of inputs} */
    public int inputCount() {
        return inputCount;
    }

    /** {@return the steps, in order} */
    public List<Step> steps() {
        return steps;
    }

    /** {@return the step that computes value {@code number}, which is not an input} */
    public Step step(int number) {
        return steps.get(number - inputCount);
    }

    /** {@return the number of results} */
    public int resultCount() {
        return results.length;
    }

    /** {@return the number of the value that is result {@code i}} */
    public int result(int i) {
        return results[i];
    }

    /** {@return the object attached by a backend, or null} */
    public @Nullable Object attachment() {
        return attachment;
    }

    /** Attaches a backend's compiled form to this program; races are harmless, the last one wins. */
    public void attach(Object compiled) {
        attachment = compiled;
    }

    @Override
    public String toString() {
        var text = new StringBuilder();
        for (int i = 0; i < steps.size(); i++) {
            var s = steps.get(i);
            text.append("v").append(inputCount + i).append(" = ").append(s.kind());
            if (s.kind() == Kind.FOLD) {
                text.append(' ').append(s.op());
            }
            text.append(' ').append(s.kernel()).append(" of ").append(Arrays.toString(s.arguments())).append("; ");
        }
        return text.append("results ").append(Arrays.toString(results)).toString();
    }

    /**
     * Builds a program, whose values are denoted by {@link Expr.Input}s with their numbers. Folds require float32 or
     * float64.
     */
    public static final class Builder {
        private final int inputCount;
        private final List<Step> steps = new ArrayList<>();

        /**
         * @param inputCount the number of inputs; they are {@link Expr.Input} 0 and so on
         */
        public Builder(int inputCount) {
            this.inputCount = inputCount;
        }

        /** {@return the reduction of the row's values of an expression} */
        public Expr fold(ReduceOp op, Expr value) {
            return add(Kind.FOLD, op, value);
        }

        /** {@return the mean of the row's values of an expression} */
        public Expr mean(Expr value) {
            return add(Kind.MEAN, ReduceOp.SUM, value);
        }

        /** {@return mean and (biased) variance of the row's values of an expression} */
        public Expr[] moments(Expr value) {
            Expr mean = mean(value);
            Expr distance = Exprs.sub(value, mean);
            return new Expr[] {mean, add(Kind.VARIANCE, ReduceOp.SUM, Exprs.mul(distance, distance))};
        }

        /** {@return the value of an expression, for each element} */
        public Expr map(Expr value) {
            return add(Kind.MAP, ReduceOp.SUM, value);
        }

        /** {@return the value of an expression, for each row} */
        public Expr rowMap(Expr value) {
            return add(Kind.ROW_MAP, ReduceOp.SUM, value);
        }

        private Expr add(Kind kind, ReduceOp op, Expr value) {
            DType type = value.type();
            if (kind != Kind.MAP && type != DType.FLOAT32 && type != DType.FLOAT64) {
                throw new IllegalArgumentException("row values must be FLOAT32 or FLOAT64, not " + type);
            }
            int values = inputCount + steps.size();
            var number = new int[values];
            var used = new int[values];
            int n = 0;
            for (int i = 0; i < values; i++) {
                if (Derivative.depends(value, i)) {
                    if (kind == Kind.ROW_MAP && i >= inputCount && !steps.get(i - inputCount).kind().isPerRow()) {
                        throw new IllegalArgumentException("a per-row value cannot depend on elements: " + value);
                    }
                    number[i] = n;
                    used[n++] = i;
                }
            }
            var kernel = Kernel.of(Derivative.renumber(value, number));
            steps.add(new Step(kind, op, kernel, Arrays.copyOf(used, n)));
            return new Expr.Input(values, type);
        }

        /** {@return the program with these results, each the value of a step} */
        public RowProgram results(Expr... values) {
            var numbers = new int[values.length];
            for (int i = 0; i < numbers.length; i++) {
                if (!(values[i] instanceof Expr.Input in) || in.index() < inputCount) {
                    throw new IllegalArgumentException("not the value of a step: " + values[i]);
                }
                numbers[i] = in.index();
            }
            return new RowProgram(inputCount, steps, numbers);
        }
    }
}
