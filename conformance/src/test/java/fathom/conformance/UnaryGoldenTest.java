package fathom.conformance;

import fathom.DType;
import fathom.Tensor;
import fathom.testkit.GoldenCase;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Functions of one tensor, on grids that include the extremes of every type, and their gradients. */
class UnaryGoldenTest {
    static final Map<String, UnaryOperator<Tensor>> FUNCTIONS =
            Map.ofEntries(
                    Map.entry("neg", Tensor::neg),
                    Map.entry("abs", Tensor::abs),
                    Map.entry("sign", Tensor::sign),
                    Map.entry("floor", Tensor::floor),
                    Map.entry("ceil", Tensor::ceil),
                    Map.entry("round", Tensor::round),
                    Map.entry("trunc", Tensor::trunc),
                    Map.entry("frac", Tensor::frac),
                    Map.entry("sqrt", Tensor::sqrt),
                    Map.entry("rsqrt", Tensor::rsqrt),
                    Map.entry("reciprocal", Tensor::reciprocal),
                    Map.entry("square", Tensor::square),
                    Map.entry("exp", Tensor::exp),
                    Map.entry("exp2", Tensor::exp2),
                    Map.entry("expm1", Tensor::expm1),
                    Map.entry("log", Tensor::log),
                    Map.entry("log2", Tensor::log2),
                    Map.entry("log10", Tensor::log10),
                    Map.entry("log1p", Tensor::log1p),
                    Map.entry("sin", Tensor::sin),
                    Map.entry("cos", Tensor::cos),
                    Map.entry("tan", Tensor::tan),
                    Map.entry("asin", Tensor::asin),
                    Map.entry("acos", Tensor::acos),
                    Map.entry("atan", Tensor::atan),
                    Map.entry("sinh", Tensor::sinh),
                    Map.entry("cosh", Tensor::cosh),
                    Map.entry("tanh", Tensor::tanh),
                    Map.entry("asinh", Tensor::asinh),
                    Map.entry("acosh", Tensor::acosh),
                    Map.entry("atanh", Tensor::atanh),
                    Map.entry("sigmoid", Tensor::sigmoid),
                    Map.entry("erf", Tensor::erf),
                    Map.entry("erfc", Tensor::erfc),
                    Map.entry("erfinv", Tensor::erfinv),
                    Map.entry("lgamma", Tensor::lgamma),
                    Map.entry("digamma", Tensor::digamma),
                    Map.entry("isnan", Tensor::isnan),
                    Map.entry("isinf", Tensor::isinf),
                    Map.entry("isfinite", Tensor::isfinite),
                    Map.entry("logicalNot", Tensor::logicalNot),
                    Map.entry("bitwiseNot", Tensor::bitwiseNot),
                    Map.entry("nanToNum", Tensor::nanToNum),
                    Map.entry("relu", Tensor::relu),
                    Map.entry("relu6", Tensor::relu6),
                    Map.entry("softplus", Tensor::softplus),
                    Map.entry("silu", Tensor::silu),
                    Map.entry("gelu", Tensor::gelu),
                    Map.entry("geluTanh", Tensor::geluTanh),
                    Map.entry("logSigmoid", Tensor::logsigmoid),
                    Map.entry("mish", Tensor::mish),
                    Map.entry("elu", t -> t.elu(1)),
                    Map.entry("selu", Tensor::selu),
                    Map.entry("celu", t -> t.celu(1)),
                    Map.entry("hardswish", Tensor::hardswish),
                    Map.entry("hardsigmoid", Tensor::hardsigmoid),
                    Map.entry("hardtanh", t -> t.hardtanh(-1, 1)),
                    Map.entry("tanhshrink", Tensor::tanhshrink),
                    Map.entry("softsign", Tensor::softsign),
                    Map.entry("softshrink", t -> t.softshrink(0.5)),
                    Map.entry("hardshrink", t -> t.hardshrink(0.5)),
                    Map.entry("leakyRelu", t -> t.leakyRelu(0.01)));

    @TestFactory
    Stream<DynamicTest> cases() {
        return Goldens.each("unary", c -> c.checkOne(t -> call(c, t), rtol(c), atol(c)));
    }

    private static double rtol(GoldenCase c) {
        return switch (c.name()) {
            // PyTorch's trigamma is accurate to nine digits, 1/6 in hardsigmoid's gradient to eight
            case "digamma/gradient", "hardsigmoid/gradient" -> 1e-7;
            default -> rtol(c.out(0).dtype());
        };
    }

    private static double atol(GoldenCase c) {
        // 1 + erf(x) loses digits far below zero, in both libraries
        return c.name().equals("gelu/float32") ? 1e-6 : atol(c.out(0).dtype());
    }

    static double rtol(DType type) {
        return switch (type) {
            case FLOAT64 -> 1e-12;
            case FLOAT32 -> 3e-6;
            case FLOAT16 -> 2e-3;
            case BFLOAT16 -> 1e-2;
            default -> 0;
        };
    }

    static double atol(DType type) {
        return switch (type) {
            case FLOAT64 -> 1e-13;
            case FLOAT32 -> 1e-7;
            case FLOAT16 -> 1e-4;
            case BFLOAT16 -> 1e-3;
            default -> 0;
        };
    }

    private static Number number(GoldenCase c, String attribute) {
        String text = c.get(attribute);
        return text.contains(".") ? (Number) Double.valueOf(text) : Integer.valueOf(text);
    }

    private static Tensor call(GoldenCase c, Tensor[] t) {
        return switch (c.op()) {
            case "clamp" -> t[0].clamp(c.has("min") ? number(c, "min") : null, c.has("max") ? number(c, "max") : null);
            case "powScalar" -> t[0].pow(number(c, "exponent"));
            case "nanToNumValues" -> t[0].nanToNum(c.getDouble("nan"), c.getDouble("posinf"), c.getDouble("neginf"));
            case "roundDecimals" -> t[0].round(c.getInt("decimals"));
            case "lerp" -> t[0].lerp(t[1], t[2]);
            case "lerpScalar" -> t[0].lerp(t[1], c.getDouble("weight"));
            case "addcmul" -> t[0].addcmul(t[1], t[2], c.getDouble("value"));
            case "addcdiv" -> t[0].addcdiv(t[1], t[2], c.getDouble("value"));
            case "where" -> t[0].where(t[0].gt(t[1]), t[1]);
            case "to" -> t[0].to(DType.valueOf(c.get("dtype").toUpperCase(java.util.Locale.ROOT)));
            default -> {
                var f = FUNCTIONS.get(c.op());
                if (f == null) {
                    throw new AssertionError("no function is named " + c.op());
                }
                yield f.apply(t[0]);
            }
        };
    }
}
