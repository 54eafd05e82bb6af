package fathom.interop.onnx.operators;

import static fathom.interop.onnx.operators.HostMath.folded;
import static fathom.interop.onnx.operators.HostMath.one;

import fathom.Tensor;
import fathom.interop.onnx.graph.Call;
import fathom.interop.onnx.graph.HostValue;
import fathom.interop.onnx.graph.Operator.Body;
import fathom.interop.onnx.graph.TensorValue;
import fathom.interop.onnx.graph.Value;
import fathom.options.Rounding;
import java.util.function.BiFunction;
import java.util.function.BinaryOperator;
import org.jspecify.annotations.Nullable;

/** Element-wise arithmetic and functions of one variable. */
final class Arithmetic {
    private Arithmetic() {}

    static void addTo(OperatorTable table) {
        table.add("Add", binary(Tensor::add, Tensor::add, Tensor::add))
                .host(folded(Double::sum, Long::sum))
                .weights(0, 1);
        table.add("Sub", binary(Tensor::sub, Tensor::sub, Tensor::rsub)).host(folded((a, b) -> a - b, (a, b) -> a - b));
        table.add("Mul", binary(Tensor::mul, Tensor::mul, Tensor::mul))
                .host(folded((a, b) -> a * b, (a, b) -> a * b))
                .weights(0, 1);
        table.add("Div", Arithmetic::div).host(folded((a, b) -> a / b, Arithmetic::quotient));
        table.add("Pow", Arithmetic::pow).host(folded(Math::pow, (a, b) -> (long) Math.pow(a, b)));
        table.add("Mod", Arithmetic::mod).host(Arithmetic::hostMod);
        table.add("Min", reduced(Tensor::minimum)).host(folded(Math::min, Math::min));
        table.add("Max", reduced(Tensor::maximum)).host(folded(Math::max, Math::max));
        table.add("Sum", reduced(Tensor::add)).host(folded(Double::sum, Long::sum));
        table.add("Mean", c -> Value.of(reduce(c, Tensor::add).div(c.inputs())));
        table.add("Clip", Arithmetic::clip).host(Arithmetic::hostClip);

        table.unary("Neg", Tensor::neg).host(HostMath.unary(a -> -a, a -> -a));
        table.unary("Abs", Tensor::abs).host(HostMath.unary(Math::abs, Math::abs));
        table.unary("Sign", Tensor::sign).host(HostMath.unary(Math::signum, Long::signum));
        table.unary("Floor", Tensor::floor).host(HostMath.unary(Math::floor, a -> a));
        table.unary("Ceil", Tensor::ceil).host(HostMath.unary(Math::ceil, a -> a));
        table.unary("Round", Tensor::round).host(HostMath.unary(Math::rint, a -> a));
        table.unary("Sqrt", Tensor::sqrt).host(HostMath.unary(Math::sqrt, a -> (long) Math.sqrt(a)));
        table.unary("Reciprocal", Tensor::reciprocal);
        table.unary("Exp", Tensor::exp);
        table.unary("Log", Tensor::log);
        table.unary("Erf", Tensor::erf);
        table.unary("Sin", Tensor::sin);
        table.unary("Cos", Tensor::cos);
        table.unary("Tan", Tensor::tan);
        table.unary("Asin", Tensor::asin);
        table.unary("Acos", Tensor::acos);
        table.unary("Atan", Tensor::atan);
        table.unary("Sinh", Tensor::sinh);
        table.unary("Cosh", Tensor::cosh);
        table.unary("Asinh", Tensor::asinh);
        table.unary("Acosh", Tensor::acosh);
        table.unary("Atanh", Tensor::atanh);
        table.unary("IsNaN", Tensor::isnan);
        table.add("IsInf", Arithmetic::isInf);
    }

    /**
     * {@return a binary operation, by a number where one operand is a single number in Java}
     *
     * @param right tensor and number
     * @param left as {@code right}, where the number is the left operand
     */
    static Body binary(
            BinaryOperator<Tensor> tensors,
            BiFunction<Tensor, Number, Tensor> right,
            BiFunction<Tensor, Number, Tensor> left) {
        return c -> Value.of(apply(c, tensors, right, left));
    }

    static Tensor apply(
            Call c,
            BinaryOperator<Tensor> tensors,
            BiFunction<Tensor, Number, Tensor> right,
            BiFunction<Tensor, Number, Tensor> left) {
        Number b = number(c.value(1), c.value(0));
        if (b != null) {
            return right.apply(c.tensor(0), b);
        }
        Number a = number(c.value(0), c.value(1));
        return a != null ? left.apply(c.tensor(1), a) : tensors.apply(c.tensor(0), c.tensor(1));
    }

    /** {@return the only element of a value, if it is in Java and broadcasting it does not change the other's shape} */
    static @Nullable Number number(Value v, Value other) {
        return v instanceof HostValue h && h.size() == 1 && other instanceof TensorValue && h.rank() <= other.rank()
                ? h.number(0)
                : null;
    }

    private static Body reduced(BinaryOperator<Tensor> f) {
        return c -> Value.of(reduce(c, f));
    }

    private static Tensor reduce(Call c, BinaryOperator<Tensor> f) {
        Tensor x = c.tensor(0);
        for (int i = 1; i < c.inputs(); i++) {
            x = f.apply(x, c.tensor(i));
        }
        return x;
    }

    /** The quotient of integers is truncated. */
    private static Value[] div(Call c) {
        return c.value(0).dtype().isFloating()
                ? Value.of(apply(c, Tensor::div, Tensor::div, Tensor::rdiv))
                : Value.of(c.tensor(0).div(c.tensor(1), Rounding.TRUNC));
    }

    private static long quotient(long a, long b) {
        if (b == 0) {
            throw new IllegalArgumentException("division of integers by zero");
        }
        return a / b;
    }

    /** The result has the type of the base. */
    private static Value[] pow(Call c) {
        Number exponent = number(c.value(1), c.value(0));
        Tensor x = c.tensor(0);
        return Value.of((exponent != null ? x.pow(exponent) : x.pow(c.tensor(1))).to(x.dtype()));
    }

    private static Value[] mod(Call c) {
        boolean truncates = c.flag("fmod", false);
        return Value.of(truncates ? c.tensor(0).fmod(c.tensor(1)) : c.tensor(0).remainder(c.tensor(1)));
    }

    private static Value[] hostMod(Call c) {
        boolean truncates = c.flag("fmod", false);
        return folded(
                        (a, b) -> truncates ? a % b : a - Math.floor(a / b) * b,
                        (a, b) -> truncates ? a - quotient(a, b) * b : a - Math.floorDiv(a, b) * b)
                .run(c);
    }

    /** Bounds are attributes before version 11, and inputs since. */
    private static Value[] clip(Call c) {
        Tensor x = c.tensor(0);
        if (c.hasAttribute("min") || c.hasAttribute("max")) {
            return Value.of(
                    x.clamp(
                            c.hasAttribute("min") ? (Number) c.real("min", 0) : null,
                            c.hasAttribute("max") ? (Number) c.real("max", 0) : null));
        }
        boolean inJava =
                !(c.has(1) && c.value(1) instanceof TensorValue) && !(c.has(2) && c.value(2) instanceof TensorValue);
        if (!inJava) {
            return Value.of(x.clamp(c.optional(1), c.optional(2)));
        }
        Number low = c.has(1) ? c.host(1).number(0) : null;
        Number high = c.has(2) ? c.host(2).number(0) : null;
        return low == null && high == null ? one(c.value(0)) : Value.of(x.clamp(low, high));
    }

    private static Value[] hostClip(Call c) {
        HostValue x = c.host(0);
        HostValue low = c.has(1) ? c.host(1) : null;
        HostValue high = c.has(2) ? c.host(2) : null;
        return one(
                HostValue.computed(
                        x.dtype(),
                        x.shape(),
                        i ->
                                Math.min(
                                        high == null ? Double.POSITIVE_INFINITY : high.real(0),
                                        Math.max(low == null ? Double.NEGATIVE_INFINITY : low.real(0), x.real(i))),
                        i ->
                                Math.min(
                                        high == null ? Long.MAX_VALUE : high.whole(0),
                                        Math.max(low == null ? Long.MIN_VALUE : low.whole(0), x.whole(i)))));
    }

    private static Value[] isInf(Call c) {
        Tensor x = c.tensor(0);
        boolean positive = c.flag("detect_positive", true);
        boolean negative = c.flag("detect_negative", true);
        Tensor infinite = x.isinf();
        if (positive && negative) {
            return Value.of(infinite);
        }
        Tensor asked = positive ? x.gt(0) : negative ? x.lt(0) : infinite.logicalNot();
        return Value.of(infinite.logicalAnd(asked));
    }
}
