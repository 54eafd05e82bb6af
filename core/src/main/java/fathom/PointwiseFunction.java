package fathom;

import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.input;

import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.primitive.Pointwise;
import java.util.Locale;
import java.util.function.BinaryOperator;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * An element-wise function, written as an expression ({@link Expr}): one generated kernel, as is its gradient, which is
 * derived from the expression. Captured steps fuse it with adjacent operations.
 *
 * {@snippet :
 * static final PointwiseFunction SQUARED_RELU = PointwiseFunction.of("squaredRelu", x -> x.max(0).square());
 *
 * Tensor y = SQUARED_RELU.apply(x);
 * }
 *
 * The expression is built from elements of the promoted type of the arguments, which is floating; integers are
 * converted to float32 first. Its value must have that type as well. It is rebuilt at each call and must be equal each
 * time.
 */
public final class PointwiseFunction {
    private final String name;
    private final int arity;
    private final Function<Expr[], Expr> expression;

    private PointwiseFunction(String name, int arity, Function<Expr[], Expr> expression) {
        this.name = name;
        this.arity = arity;
        this.expression = expression;
    }

    /** {@return a function of one element; the name is for messages} */
    public static PointwiseFunction of(String name, UnaryOperator<Expr> expression) {
        return of(name, 1, e -> expression.apply(e[0]));
    }

    /** {@return a function of two elements, for tensors that are broadcast to one shape} */
    public static PointwiseFunction of(String name, BinaryOperator<Expr> expression) {
        return of(name, 2, e -> expression.apply(e[0], e[1]));
    }

    /**
     * {@return a function of {@code arguments} elements}
     *
     * @throws IllegalArgumentException if {@code arguments} is less than 1
     */
    public static PointwiseFunction of(String name, int arguments, Function<Expr[], Expr> expression) {
        if (arguments < 1) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT, "%s: a function must have at least one argument, not %d", name, arguments));
        }
        return new PointwiseFunction(name, arguments, expression);
    }

    /**
     * {@return the function applied to each element of tensors that are broadcast to one shape}
     *
     * @throws IllegalArgumentException if the number of tensors is not that of arguments, their shapes do not
     *     broadcast, or the expression has another type than its arguments
     */
    public Tensor apply(Tensor... inputs) {
        if (inputs.length != arity) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s: expected %d tensors, not %d", name, arity, inputs.length));
        }
        DType type = inputs[0].dtype();
        for (Tensor t : inputs) {
            type = DType.promote(type, t.dtype());
        }
        type = type.toFloating();
        var elements = new Expr[arity];
        for (int i = 0; i < arity; i++) {
            elements[i] = cast(type, input(i, inputs[i].dtype()));
        }
        Expr e = expression.apply(elements);
        if (e.type() != type) {
            throw new IllegalArgumentException(
                    "%s: the expression over elements of %s has type %s; cast it, or select() between two numbers"
                            .formatted(name, type, e.type()));
        }
        Kernel kernel = Kernel.of(e);
        if (kernel.inputCount() < arity) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s: the expression does not use its last argument of %d", name, arity));
        }
        return Dispatch.apply(new Pointwise(kernel), inputs)[0];
    }

    @Override
    public String toString() {
        return name;
    }
}
