package fathom.ops;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.binary;
import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.constant;
import static fathom.ir.Exprs.div;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.neg;
import static fathom.ir.Exprs.scalar;
import static fathom.ir.Exprs.select;
import static fathom.ir.Exprs.sub;
import static fathom.ir.Exprs.unary;

import fathom.DType;
import fathom.Tensor;
import fathom.composition.Activations;
import fathom.dispatch.Dims;
import fathom.dispatch.OperandTypes;
import fathom.dispatch.TensorAccess;
import fathom.ir.BinaryOp;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.ir.UnaryOp;
import fathom.primitive.OperationKind;
import fathom.primitive.Ops;
import fathom.primitive.Pointwise;
import fathom.primitive.neural.Softmax;
import java.util.Locale;
import java.util.function.Function;

/**
 * Activation functions. Each is one kernel; its gradient, another one, is derived from the expression.
 *
 * @see <a href="https://d2l.ai/chapter_multilayer-perceptrons/mlp.html">Dive into Deep Learning, Multilayer
 *     Perceptrons</a>
 */
public sealed interface ActivationOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    private Tensor map(String name, Function<Expr, Expr> formula, Number... scalars) {
        DType t = self().dtype();
        if (!t.isFloating()) {
            throw new IllegalArgumentException(
                    "%s: expected a floating type, not %s; convert with to(FLOAT32)".formatted(name, t));
        }
        return Ops.applyAll(new Pointwise(Kernel.of(formula.apply(input(0, t))), scalars), self())[0];
    }

    /** As {@link #map}, but also for integers, which yield integers, as in PyTorch. */
    private Tensor mapNumbers(String name, Function<Expr, Expr> formula, Number... scalars) {
        DType t = self().dtype();
        if (t == DType.BOOL) {
            throw new IllegalArgumentException(name + ": not defined for bool; convert with to(...)");
        }
        return Ops.applyAll(new Pointwise(Kernel.of(formula.apply(input(0, t))), scalars), self())[0];
    }

    /** Integers as float32, for functions that PyTorch composes of others. */
    private Tensor real(String name) {
        Tensor x = self();
        if (x.dtype() == DType.BOOL) {
            throw new IllegalArgumentException(name + ": not defined for bool; convert with to(...)");
        }
        return x.to(x.dtype().toFloating());
    }

    private static Expr zero(Expr x) {
        return constant(x.type(), 0);
    }

    /** {@return max(0, x)} */
    default Tensor relu() {
        // LE rather than GT propagates NaN, and makes the gradient at 0 equal 0
        Tensor x = self();
        DType t = x.dtype();
        return Ops.applyAll(new Pointwise(Activations.RELU.of(t)), x)[0];
    }

    /** {@return min(max(0, x), 6)} */
    default Tensor relu6() {
        return hardtanh(0, 6);
    }

    /** {@return x where it is positive, else x / 100} */
    default Tensor leakyRelu() {
        return leakyRelu(0.01);
    }

    /** {@return x where it is positive, else {@code slope} x; PyTorch's default slope is 0.01} */
    default Tensor leakyRelu(double slope) {
        return map("leakyRelu", x -> select(binary(BinaryOp.GT, x, zero(x)), x, mul(x, scalar(0, x.type()))), slope);
    }

    /**
     * {@return x where it is positive, else {@code weight} x, with a learned weight: one number or one per channel
     * (dimension 1)}
     */
    default Tensor prelu(Tensor weight) {
        OperandTypes.parameter("prelu", self().dtype(), "weight", weight);
        Tensor w = weight;
        if (weight.numel() == 1) {
            w = weight.reshape();
        } else if (self().dim() > 1) {
            var shape = new long[self().dim()];
            java.util.Arrays.fill(shape, 1);
            shape[1] = weight.numel();
            w = weight.reshape(shape);
        }
        DType t = self().dtype();
        Expr x = input(0, t);
        Expr e = select(binary(BinaryOp.GT, x, zero(x)), x, mul(x, cast(t, input(1, w.dtype()))));
        return Ops.applyAll(new Pointwise(Kernel.of(e)), self(), w)[0];
    }

    /** {@return x where it is positive, else {@code exp(x) - 1}} */
    default Tensor elu() {
        return elu(1);
    }

    /** {@return x where it is positive, else {@code alpha (exp(x) - 1)}} */
    default Tensor elu(double alpha) {
        return map(
                "elu",
                x -> select(binary(BinaryOp.GT, x, zero(x)), x, mul(unary(UnaryOp.EXPM1, x), scalar(0, x.type()))),
                alpha);
    }

    /** {@return x where it is positive, else {@code exp(x) - 1}} */
    default Tensor celu() {
        return celu(1);
    }

    /** {@return x where it is positive, else {@code alpha (exp(x / alpha) - 1)}} */
    default Tensor celu(double alpha) {
        return map(
                "celu",
                x ->
                        select(
                                binary(BinaryOp.GT, x, zero(x)),
                                x,
                                mul(unary(UnaryOp.EXPM1, div(x, scalar(0, x.type()))), scalar(0, x.type()))),
                alpha);
    }

    /** {@return the scaled exponential linear unit (Klambauer et al., 2017)} */
    default Tensor selu() {
        return map(
                "selu",
                x -> {
                    Expr low = mul(unary(UnaryOp.EXPM1, x), 1.6732632423543772);
                    return mul(select(binary(BinaryOp.GT, x, zero(x)), x, low), 1.0507009873554805);
                });
    }

    /** {@return x times the standard normal distribution function of x (Hendrycks and Gimpel, 2016)} */
    default Tensor gelu() {
        return map("gelu", x -> mul(x, mul(add(unary(UnaryOp.ERF, mul(x, Math.sqrt(0.5))), 1), 0.5)));
    }

    /** {@return {@link #gelu} approximated with tanh, as in GPT-2} */
    default Tensor geluTanh() {
        return map(
                "geluTanh",
                x -> {
                    Expr cube = mul(x, mul(x, x));
                    Expr inner = mul(add(x, mul(cube, 0.044715)), Math.sqrt(2 / Math.PI));
                    return mul(mul(x, 0.5), add(unary(UnaryOp.TANH, inner), 1));
                });
    }

    /** {@return x times its sigmoid (Swish)} */
    default Tensor silu() {
        return map("silu", x -> mul(x, unary(UnaryOp.SIGMOID, x)));
    }

    /** {@return x tanh(softplus(x)) (Misra, 2019)} */
    default Tensor mish() {
        return map("mish", x -> mul(x, unary(UnaryOp.TANH, unary(UnaryOp.SOFTPLUS, x))));
    }

    /** {@return log(1 + exp(x)), computed without overflow} */
    default Tensor softplus() {
        return softplus(1, 20);
    }

    /** {@return log(1 + exp(beta x)) / beta; x itself where beta x is above the threshold} */
    default Tensor softplus(double beta, double threshold) {
        return map(
                "softplus",
                x -> {
                    Expr bx = mul(x, scalar(0, x.type()));
                    return select(
                            binary(BinaryOp.GT, bx, scalar(1, x.type())),
                            x,
                            div(unary(UnaryOp.SOFTPLUS, bx), scalar(0, x.type())));
                },
                beta,
                threshold);
    }

    /** {@return log(sigmoid(x)), computed without overflow} */
    default Tensor logsigmoid() {
        return map("logsigmoid", x -> neg(unary(UnaryOp.SOFTPLUS, neg(x))));
    }

    /** {@return x / (1 + |x|)} */
    default Tensor softsign() {
        Tensor x = real("softsign");
        return x == self() ? map("softsign", v -> div(v, add(unary(UnaryOp.ABS, v), 1))) : x.softsign();
    }

    /** {@return x - tanh(x)} */
    default Tensor tanhshrink() {
        Tensor x = real("tanhshrink");
        return x == self() ? map("tanhshrink", v -> sub(v, unary(UnaryOp.TANH, v))) : x.tanhshrink();
    }

    /** {@return x moved towards zero by 1/2; zero within 1/2} */
    default Tensor softshrink() {
        return softshrink(0.5);
    }

    /** {@return x moved towards zero by {@code lambda}; zero within {@code lambda}} */
    default Tensor softshrink(double lambda) {
        return map(
                "softshrink",
                x -> {
                    Expr l = scalar(0, x.type());
                    return select(
                            binary(BinaryOp.GT, x, l),
                            sub(x, l),
                            select(binary(BinaryOp.LT, x, neg(l)), add(x, l), mul(x, zero(x))));
                },
                lambda);
    }

    /** {@return x, but zero within 1/2} */
    default Tensor hardshrink() {
        return hardshrink(0.5);
    }

    /** {@return x, but zero within {@code lambda}} */
    default Tensor hardshrink(double lambda) {
        return map(
                "hardshrink",
                x -> select(binary(BinaryOp.LE, unary(UnaryOp.ABS, x), scalar(0, x.type())), zero(x), x),
                lambda);
    }

    /** {@return x clamped to [-1, 1]} */
    default Tensor hardtanh() {
        return hardtanh(-1, 1);
    }

    /**
     * {@return x clamped to [{@code min}, {@code max}]; {@code max} everywhere if that is below {@code min}}
     *
     * @throws IllegalArgumentException for bool, and for uint8 with a negative bound
     */
    default Tensor hardtanh(double min, double max) {
        if (self().dtype() == DType.UINT8 && (min < 0 || max < 0)) {
            throw new IllegalArgumentException(
                    "hardtanh: bounds %s and %s, but UINT8 has no negative numbers; convert with to(...)"
                            .formatted(min, max));
        }
        return mapNumbers(
                "hardtanh",
                x -> {
                    Expr low = scalar(0, x.type());
                    Expr high = scalar(1, x.type());
                    Expr raised = select(binary(BinaryOp.LE, x, low), low, x);
                    return select(binary(BinaryOp.GE, raised, high), high, raised);
                },
                min,
                max);
    }

    /** {@return x / 6 + 1/2 clamped to [0, 1]} */
    default Tensor hardsigmoid() {
        return map("hardsigmoid", x -> hardGate(x, BinaryOp.LE, BinaryOp.GE));
    }

    /** {@return x times {@link #hardsigmoid} (Howard et al., 2019)} */
    default Tensor hardswish() {
        // at the bounds the slope is that of the middle part, as in PyTorch
        return map("hardswish", x -> mul(x, hardGate(x, BinaryOp.LT, BinaryOp.GT)));
    }

    private static Expr hardGate(Expr x, BinaryOp below, BinaryOp above) {
        Expr three = constant(x.type(), 3);
        return select(
                binary(below, x, neg(three)),
                zero(x),
                select(binary(above, x, three), constant(x.type(), 1), add(mul(x, 1.0 / 6), 0.5)));
    }

    /** {@return x where it is above the threshold, else {@code value}} */
    default Tensor threshold(double threshold, double value) {
        return mapNumbers(
                "threshold",
                x -> select(binary(BinaryOp.LE, x, scalar(0, x.type())), scalar(1, x.type()), x),
                threshold,
                value);
    }

    /** {@return the first half of dimension {@code dim} times the sigmoid of the second} */
    default Tensor glu(int dim) {
        long n = self().size(dim);
        if (n % 2 != 0) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "glu: dimension %d of %s must have an even size, not %d",
                            dim,
                            self().shape(),
                            n));
        }
        return self().narrow(dim, 0, n / 2).mul(self().narrow(dim, n / 2, n / 2).sigmoid());
    }

    /** {@return the softmax along {@code dim}: exponentials divided by their sum} */
    default Tensor softmax(int dim) {
        return softmax(dim, false);
    }

    /** {@return the logarithm of {@link #softmax}, computed directly for precision} */
    default Tensor logSoftmax(int dim) {
        return softmax(dim, true);
    }

    /** {@return {@link #softmax(int)}, computed and returned in a floating type} */
    default Tensor softmax(int dim, DType dtype) {
        return self().to(floating("softmax", dtype)).softmax(dim);
    }

    /** {@return {@link #logSoftmax(int)}, computed and returned in a floating type} */
    default Tensor logSoftmax(int dim, DType dtype) {
        return self().to(floating("logSoftmax", dtype)).logSoftmax(dim);
    }

    private static DType floating(String op, DType dtype) {
        if (!dtype.isFloating()) {
            throw new IllegalArgumentException("%s: expected a floating type, not %s".formatted(op, dtype));
        }
        return dtype;
    }

    private Tensor softmax(int dim, boolean log) {
        Tensor x = self();
        Tensor real = x.to(TensorAccess.cast(OperationKind.SOFTMAX, x.dtype().toFloating()));
        int d = Dims.normalize(log ? "logSoftmax" : "softmax", dim, x.dim());
        if (x.dim() == 0) {
            return log ? real.reshape(1).logSoftmax(0).reshape() : real.reshape(1).softmax(0).reshape();
        }
        return Ops.applyAll(new Softmax(d, log), real)[0];
    }
}
