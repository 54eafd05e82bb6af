package fathom.conformance;

import fathom.Tensor;
import fathom.Tensors;

/** Element-wise functions, for {@link EmptiesTest}. */
final class EmptiesPointwise {
    private EmptiesPointwise() {}

    static void addTo(EmptiesTable t) {
        functions(t);
        activations(t);
        numbers(t);
        pairs(t);
        triples(t);
    }

    private static void functions(EmptiesTable t) {
        t.one("abs", Tensor::abs);
        t.one("acos", Tensor::acos);
        t.one("acosh", Tensor::acosh);
        t.one("asin", Tensor::asin);
        t.one("asinh", Tensor::asinh);
        t.one("atan", Tensor::atan);
        t.one("atanh", Tensor::atanh);
        t.one("ceil", Tensor::ceil);
        t.one("cos", Tensor::cos);
        t.one("cosh", Tensor::cosh);
        t.one("digamma", Tensor::digamma);
        t.one("erf", Tensor::erf);
        t.one("erfc", Tensor::erfc);
        t.one("erfinv", Tensor::erfinv);
        t.one("exp", Tensor::exp);
        t.one("exp2", Tensor::exp2);
        t.one("expm1", Tensor::expm1);
        t.one("floor", Tensor::floor);
        t.one("frac", Tensor::frac);
        t.one("lgamma", Tensor::lgamma);
        t.one("log", Tensor::log);
        t.one("log10", Tensor::log10);
        t.one("log1p", Tensor::log1p);
        t.one("log2", Tensor::log2);
        t.one("logit", Tensor::logit);
        t.one("neg", Tensor::neg);
        t.one("reciprocal", Tensor::reciprocal);
        t.one("round", Tensor::round);
        t.one("rsqrt", Tensor::rsqrt);
        t.one("sigmoid", Tensor::sigmoid);
        t.one("sign", Tensor::sign);
        t.one("sin", Tensor::sin);
        t.one("sinh", Tensor::sinh);
        t.one("sqrt", Tensor::sqrt);
        t.one("square", Tensor::square);
        t.one("tan", Tensor::tan);
        t.one("tanh", Tensor::tanh);
        t.one("trunc", Tensor::trunc);
        t.one("isfinite", Tensor::isfinite);
        t.one("isinf", Tensor::isinf);
        t.one("isnan", Tensor::isnan);
        t.one("logical_not", Tensor::logicalNot);
        t.one("bitwise_not", Tensor::bitwiseNot);
        t.one("clone", Tensor::clone);
        t.one("contiguous", Tensor::contiguous);
        t.one("nan_to_num", Tensor::nanToNum);
        t.one("to(float64)", x -> x.to(Tensors.FLOAT64));
        t.one("to(int64)", x -> x.to(Tensors.INT64));
    }

    private static void activations(EmptiesTable t) {
        t.one("relu", Tensor::relu);
        t.one("selu", Tensor::selu);
        t.one("celu", Tensor::celu);
        t.one("elu", Tensor::elu);
        t.one("gelu", Tensor::gelu);
        t.one("hardshrink", Tensor::hardshrink);
        t.one("hardsigmoid", Tensor::hardsigmoid);
        t.one("hardswish", Tensor::hardswish);
        t.one("hardtanh", Tensor::hardtanh);
        t.one("leaky_relu", Tensor::leakyRelu);
        t.one("logsigmoid", Tensor::logsigmoid);
        t.one("mish", Tensor::mish);
        t.one("relu6", Tensor::relu6);
        t.one("silu", Tensor::silu);
        t.one("softplus", Tensor::softplus);
        t.one("softshrink", Tensor::softshrink);
        t.one("softsign", Tensor::softsign);
        t.one("tanhshrink", Tensor::tanhshrink);
        t.one("threshold(0.5,3)", x -> x.threshold(0.5, 3));
        t.two("prelu", Tensor::prelu);
        t.one("glu(0)", x -> x.glu(0));
        t.one("glu(-1)", x -> x.glu(-1));
    }

    private static void numbers(EmptiesTable t) {
        t.one("clamp(0.3,0.6)", x -> x.clamp(0.3, 0.6));
        t.one("clamp_min(0.5)", x -> x.clampMin(0.5));
        t.one("add(number)", x -> x.add(1));
        t.one("sub(number)", x -> x.sub(1));
        t.one("mul(number)", x -> x.mul(2));
        t.one("div(number)", x -> x.div(2));
        t.one("pow(number)", x -> x.pow(3));
        t.one("rdiv(number)", x -> x.rdiv(2));
        t.one("rsub(number)", x -> x.rsub(2));
        t.one("rpow(number)", x -> x.rpow(2));
        t.one("remainder(number)", x -> x.remainder(2));
        t.one("gt(number)", x -> x.gt(1));
    }

    private static void pairs(EmptiesTable t) {
        t.two("add", Tensor::add);
        t.two("sub", Tensor::sub);
        t.two("mul", Tensor::mul);
        t.two("div", Tensor::div);
        t.two("atan2", Tensor::atan2);
        t.two("copysign", Tensor::copysign);
        t.two("hypot", Tensor::hypot);
        t.two("maximum", Tensor::maximum);
        t.two("minimum", Tensor::minimum);
        t.two("pow", Tensor::pow);
        t.two("fmod", Tensor::fmod);
        t.two("remainder", Tensor::remainder);
        t.two("floor_divide", Tensor::floorDivide);
        t.two("eq", Tensor::eq);
        t.two("ne", Tensor::ne);
        t.two("lt", Tensor::lt);
        t.two("le", Tensor::le);
        t.two("gt", Tensor::gt);
        t.two("ge", Tensor::ge);
        t.two("logical_and", Tensor::logicalAnd);
        t.two("logical_or", Tensor::logicalOr);
        t.two("logical_xor", Tensor::logicalXor);
        t.two("isclose", Tensor::isclose);
        t.two("bitwise_and", Tensor::bitwiseAnd);
        t.two("bitwise_or", Tensor::bitwiseOr);
        t.two("bitwise_xor", Tensor::bitwiseXor);
        t.two("bitwise_left_shift", Tensor::bitwiseLeftShift);
        t.two("bitwise_right_shift", Tensor::bitwiseRightShift);
        t.two("equal", (x, y) -> Tensors.tensor(x.equal(y)));
        t.two("allclose", (x, y) -> Tensors.tensor(x.allclose(y)));
    }

    private static void triples(EmptiesTable t) {
        t.any("addcmul", x -> x[0].addcmul(x[1], x[2]));
        t.any("addcdiv", x -> x[0].addcdiv(x[1], x[2]));
        t.any("lerp", x -> x[0].lerp(x[1], x[2]));
        t.any("clamp", x -> x[0].clamp(x[1], x[2]));
        t.any("where", x -> Tensors.where(x[0], x[1], x[2]));
    }
}
