package fathom;

import org.jspecify.annotations.Nullable;

/**
 * Static forms of the methods of {@link PointwiseOps}, {@link ActivationOps} and {@link ComparisonOps}, which have
 * PyTorch's functions' names and arguments. Part of {@link Tensors}.
 */
public abstract class ElementwiseFunctions extends LossFunctions {
    ElementwiseFunctions() {}

    /** {@return {@link Tensor#abs()} of x} */
    public static Tensor abs(Tensor x) {
        return x.abs();
    }

    /** {@return {@link Tensor#neg()} of x} */
    public static Tensor neg(Tensor x) {
        return x.neg();
    }

    /** {@return {@link Tensor#sign()} of x} */
    public static Tensor sign(Tensor x) {
        return x.sign();
    }

    /** {@return {@link Tensor#floor()} of x} */
    public static Tensor floor(Tensor x) {
        return x.floor();
    }

    /** {@return {@link Tensor#ceil()} of x} */
    public static Tensor ceil(Tensor x) {
        return x.ceil();
    }

    /** {@return {@link Tensor#round()} of x} */
    public static Tensor round(Tensor x) {
        return x.round();
    }

    /** {@return {@link Tensor#trunc()} of x} */
    public static Tensor trunc(Tensor x) {
        return x.trunc();
    }

    /** {@return {@link Tensor#frac()} of x} */
    public static Tensor frac(Tensor x) {
        return x.frac();
    }

    /** {@return {@link Tensor#sqrt()} of x} */
    public static Tensor sqrt(Tensor x) {
        return x.sqrt();
    }

    /** {@return {@link Tensor#rsqrt()} of x} */
    public static Tensor rsqrt(Tensor x) {
        return x.rsqrt();
    }

    /** {@return {@link Tensor#reciprocal()} of x} */
    public static Tensor reciprocal(Tensor x) {
        return x.reciprocal();
    }

    /** {@return {@link Tensor#exp()} of x} */
    public static Tensor exp(Tensor x) {
        return x.exp();
    }

    /** {@return {@link Tensor#exp2()} of x} */
    public static Tensor exp2(Tensor x) {
        return x.exp2();
    }

    /** {@return {@link Tensor#expm1()} of x} */
    public static Tensor expm1(Tensor x) {
        return x.expm1();
    }

    /** {@return {@link Tensor#log()} of x} */
    public static Tensor log(Tensor x) {
        return x.log();
    }

    /** {@return {@link Tensor#log2()} of x} */
    public static Tensor log2(Tensor x) {
        return x.log2();
    }

    /** {@return {@link Tensor#log10()} of x} */
    public static Tensor log10(Tensor x) {
        return x.log10();
    }

    /** {@return {@link Tensor#log1p()} of x} */
    public static Tensor log1p(Tensor x) {
        return x.log1p();
    }

    /** {@return {@link Tensor#sin()} of x} */
    public static Tensor sin(Tensor x) {
        return x.sin();
    }

    /** {@return {@link Tensor#cos()} of x} */
    public static Tensor cos(Tensor x) {
        return x.cos();
    }

    /** {@return {@link Tensor#tan()} of x} */
    public static Tensor tan(Tensor x) {
        return x.tan();
    }

    /** {@return {@link Tensor#asin()} of x} */
    public static Tensor asin(Tensor x) {
        return x.asin();
    }

    /** {@return {@link Tensor#acos()} of x} */
    public static Tensor acos(Tensor x) {
        return x.acos();
    }

    /** {@return {@link Tensor#atan()} of x} */
    public static Tensor atan(Tensor x) {
        return x.atan();
    }

    /** {@return {@link Tensor#sinh()} of x} */
    public static Tensor sinh(Tensor x) {
        return x.sinh();
    }

    /** {@return {@link Tensor#cosh()} of x} */
    public static Tensor cosh(Tensor x) {
        return x.cosh();
    }

    /** {@return {@link Tensor#tanh()} of x} */
    public static Tensor tanh(Tensor x) {
        return x.tanh();
    }

    /** {@return {@link Tensor#asinh()} of x} */
    public static Tensor asinh(Tensor x) {
        return x.asinh();
    }

    /** {@return {@link Tensor#acosh()} of x} */
    public static Tensor acosh(Tensor x) {
        return x.acosh();
    }

    /** {@return {@link Tensor#atanh()} of x} */
    public static Tensor atanh(Tensor x) {
        return x.atanh();
    }

    /** {@return {@link Tensor#sigmoid()} of x} */
    public static Tensor sigmoid(Tensor x) {
        return x.sigmoid();
    }

    /** {@return {@link Tensor#logit()} of x} */
    public static Tensor logit(Tensor x) {
        return x.logit();
    }

    /** {@return {@link Tensor#erf()} of x} */
    public static Tensor erf(Tensor x) {
        return x.erf();
    }

    /** {@return {@link Tensor#erfc()} of x} */
    public static Tensor erfc(Tensor x) {
        return x.erfc();
    }

    /** {@return {@link Tensor#erfinv()} of x} */
    public static Tensor erfinv(Tensor x) {
        return x.erfinv();
    }

    /** {@return {@link Tensor#lgamma()} of x} */
    public static Tensor lgamma(Tensor x) {
        return x.lgamma();
    }

    /** {@return {@link Tensor#digamma()} of x} */
    public static Tensor digamma(Tensor x) {
        return x.digamma();
    }

    /** {@return {@link Tensor#square()} of x} */
    public static Tensor square(Tensor x) {
        return x.square();
    }

    /** {@return {@link Tensor#isnan()} of x} */
    public static Tensor isnan(Tensor x) {
        return x.isnan();
    }

    /** {@return {@link Tensor#isinf()} of x} */
    public static Tensor isinf(Tensor x) {
        return x.isinf();
    }

    /** {@return {@link Tensor#isfinite()} of x} */
    public static Tensor isfinite(Tensor x) {
        return x.isfinite();
    }

    /** {@return {@link Tensor#logicalNot()} of x} */
    public static Tensor logicalNot(Tensor x) {
        return x.logicalNot();
    }

    /** {@return {@link Tensor#bitwiseNot()} of x} */
    public static Tensor bitwiseNot(Tensor x) {
        return x.bitwiseNot();
    }

    /** {@return {@link Tensor#nanToNum()} of x} */
    public static Tensor nanToNum(Tensor x) {
        return x.nanToNum();
    }

    /** {@return {@link Tensor#add(Tensor)} of x} */
    public static Tensor add(Tensor x, Tensor other) {
        return x.add(other);
    }

    /** {@return {@link Tensor#add(Number)} of x} */
    public static Tensor add(Tensor x, Number other) {
        return x.add(other);
    }

    /** {@return {@link Tensor#sub(Tensor)} of x} */
    public static Tensor sub(Tensor x, Tensor other) {
        return x.sub(other);
    }

    /** {@return {@link Tensor#sub(Number)} of x} */
    public static Tensor sub(Tensor x, Number other) {
        return x.sub(other);
    }

    /** {@return {@link Tensor#mul(Tensor)} of x} */
    public static Tensor mul(Tensor x, Tensor other) {
        return x.mul(other);
    }

    /** {@return {@link Tensor#mul(Number)} of x} */
    public static Tensor mul(Tensor x, Number other) {
        return x.mul(other);
    }

    /** {@return {@link Tensor#div(Tensor)} of x} */
    public static Tensor div(Tensor x, Tensor other) {
        return x.div(other);
    }

    /** {@return {@link Tensor#div(Number)} of x} */
    public static Tensor div(Tensor x, Number other) {
        return x.div(other);
    }

    /** {@return {@link Tensor#pow(Tensor)} of x} */
    public static Tensor pow(Tensor x, Tensor other) {
        return x.pow(other);
    }

    /** {@return {@link Tensor#pow(Number)} of x} */
    public static Tensor pow(Tensor x, Number other) {
        return x.pow(other);
    }

    /** {@return {@link Tensor#floorDivide(Tensor)} of x} */
    public static Tensor floorDivide(Tensor x, Tensor other) {
        return x.floorDivide(other);
    }

    /** {@return {@link Tensor#floorDivide(Number)} of x} */
    public static Tensor floorDivide(Tensor x, Number other) {
        return x.floorDivide(other);
    }

    /** {@return {@link Tensor#remainder(Tensor)} of x} */
    public static Tensor remainder(Tensor x, Tensor other) {
        return x.remainder(other);
    }

    /** {@return {@link Tensor#remainder(Number)} of x} */
    public static Tensor remainder(Tensor x, Number other) {
        return x.remainder(other);
    }

    /** {@return {@link Tensor#fmod(Tensor)} of x} */
    public static Tensor fmod(Tensor x, Tensor other) {
        return x.fmod(other);
    }

    /** {@return {@link Tensor#fmod(Number)} of x} */
    public static Tensor fmod(Tensor x, Number other) {
        return x.fmod(other);
    }

    /** {@return {@link Tensor#add(Tensor, Number)} of x} */
    public static Tensor add(Tensor x, Tensor other, Number alpha) {
        return x.add(other, alpha);
    }

    /** {@return {@link Tensor#sub(Tensor, Number)} of x} */
    public static Tensor sub(Tensor x, Tensor other, Number alpha) {
        return x.sub(other, alpha);
    }

    /** {@return {@link Tensor#div(Tensor, Rounding)} of x} */
    public static Tensor div(Tensor x, Tensor other, Rounding rounding) {
        return x.div(other, rounding);
    }

    /** {@return {@link Tensor#div(Number, Rounding)} of x} */
    public static Tensor div(Tensor x, Number other, Rounding rounding) {
        return x.div(other, rounding);
    }

    /** {@return {@link Tensor#maximum(Tensor)} of x} */
    public static Tensor maximum(Tensor x, Tensor other) {
        return x.maximum(other);
    }

    /** {@return {@link Tensor#minimum(Tensor)} of x} */
    public static Tensor minimum(Tensor x, Tensor other) {
        return x.minimum(other);
    }

    /** {@return {@link Tensor#atan2(Tensor)} of x} */
    public static Tensor atan2(Tensor x, Tensor other) {
        return x.atan2(other);
    }

    /** {@return {@link Tensor#hypot(Tensor)} of x} */
    public static Tensor hypot(Tensor x, Tensor other) {
        return x.hypot(other);
    }

    /** {@return {@link Tensor#copysign(Tensor)} of x} */
    public static Tensor copysign(Tensor x, Tensor other) {
        return x.copysign(other);
    }

    /** {@return {@link Tensor#bitwiseAnd(Tensor)} of x} */
    public static Tensor bitwiseAnd(Tensor x, Tensor other) {
        return x.bitwiseAnd(other);
    }

    /** {@return {@link Tensor#bitwiseOr(Tensor)} of x} */
    public static Tensor bitwiseOr(Tensor x, Tensor other) {
        return x.bitwiseOr(other);
    }

    /** {@return {@link Tensor#bitwiseXor(Tensor)} of x} */
    public static Tensor bitwiseXor(Tensor x, Tensor other) {
        return x.bitwiseXor(other);
    }

    /** {@return {@link Tensor#bitwiseLeftShift(Tensor)} of x} */
    public static Tensor bitwiseLeftShift(Tensor x, Tensor other) {
        return x.bitwiseLeftShift(other);
    }

    /** {@return {@link Tensor#bitwiseRightShift(Tensor)} of x} */
    public static Tensor bitwiseRightShift(Tensor x, Tensor other) {
        return x.bitwiseRightShift(other);
    }

    /** {@return {@link Tensor#logicalAnd(Tensor)} of x} */
    public static Tensor logicalAnd(Tensor x, Tensor other) {
        return x.logicalAnd(other);
    }

    /** {@return {@link Tensor#logicalOr(Tensor)} of x} */
    public static Tensor logicalOr(Tensor x, Tensor other) {
        return x.logicalOr(other);
    }

    /** {@return {@link Tensor#logicalXor(Tensor)} of x} */
    public static Tensor logicalXor(Tensor x, Tensor other) {
        return x.logicalXor(other);
    }

    /** {@return {@link Tensor#eq(Tensor)} of x} */
    public static Tensor eq(Tensor x, Tensor other) {
        return x.eq(other);
    }

    /** {@return {@link Tensor#eq(Number)} of x} */
    public static Tensor eq(Tensor x, Number other) {
        return x.eq(other);
    }

    /** {@return {@link Tensor#ne(Tensor)} of x} */
    public static Tensor ne(Tensor x, Tensor other) {
        return x.ne(other);
    }

    /** {@return {@link Tensor#ne(Number)} of x} */
    public static Tensor ne(Tensor x, Number other) {
        return x.ne(other);
    }

    /** {@return {@link Tensor#lt(Tensor)} of x} */
    public static Tensor lt(Tensor x, Tensor other) {
        return x.lt(other);
    }

    /** {@return {@link Tensor#lt(Number)} of x} */
    public static Tensor lt(Tensor x, Number other) {
        return x.lt(other);
    }

    /** {@return {@link Tensor#le(Tensor)} of x} */
    public static Tensor le(Tensor x, Tensor other) {
        return x.le(other);
    }

    /** {@return {@link Tensor#le(Number)} of x} */
    public static Tensor le(Tensor x, Number other) {
        return x.le(other);
    }

    /** {@return {@link Tensor#gt(Tensor)} of x} */
    public static Tensor gt(Tensor x, Tensor other) {
        return x.gt(other);
    }

    /** {@return {@link Tensor#gt(Number)} of x} */
    public static Tensor gt(Tensor x, Number other) {
        return x.gt(other);
    }

    /** {@return {@link Tensor#ge(Tensor)} of x} */
    public static Tensor ge(Tensor x, Tensor other) {
        return x.ge(other);
    }

    /** {@return {@link Tensor#ge(Number)} of x} */
    public static Tensor ge(Tensor x, Number other) {
        return x.ge(other);
    }

    /** {@return {@link Tensor#isclose(Tensor)} of x} */
    public static Tensor isclose(Tensor x, Tensor other) {
        return x.isclose(other);
    }

    /** {@return {@link Tensor#isclose(Tensor, double, double)} of x} */
    public static Tensor isclose(Tensor x, Tensor other, double rtol, double atol) {
        return x.isclose(other, rtol, atol);
    }

    /** {@return {@link Tensor#allclose(Tensor)} of x} */
    public static boolean allclose(Tensor x, Tensor other) {
        return x.allclose(other);
    }

    /** {@return {@link Tensor#allclose(Tensor, double, double)} of x} */
    public static boolean allclose(Tensor x, Tensor other, double rtol, double atol) {
        return x.allclose(other, rtol, atol);
    }

    /** {@return {@link Tensor#equal(Tensor)} of x} */
    public static boolean equal(Tensor x, Tensor other) {
        return x.equal(other);
    }

    /** {@return {@link Tensor#clamp(Number, Number)} of x} */
    public static Tensor clamp(Tensor x, @Nullable Number min, @Nullable Number max) {
        return x.clamp(min, max);
    }

    /** {@return {@link Tensor#clamp(Tensor, Tensor)} of x} */
    public static Tensor clamp(Tensor x, Tensor min, Tensor max) {
        return x.clamp(min, max);
    }

    /** {@return {@link Tensor#lerp(Tensor, Number)} of x} */
    public static Tensor lerp(Tensor x, Tensor end, Number weight) {
        return x.lerp(end, weight);
    }

    /** {@return {@link Tensor#lerp(Tensor, Tensor)} of x} */
    public static Tensor lerp(Tensor x, Tensor end, Tensor weight) {
        return x.lerp(end, weight);
    }

    /** {@return {@link Tensor#addcmul(Tensor, Tensor, Number)} of x} */
    public static Tensor addcmul(Tensor x, Tensor a, Tensor b, Number value) {
        return x.addcmul(a, b, value);
    }

    /** {@return {@link Tensor#addcdiv(Tensor, Tensor, Number)} of x} */
    public static Tensor addcdiv(Tensor x, Tensor a, Tensor b, Number value) {
        return x.addcdiv(a, b, value);
    }

    /** {@return {@link Tensor#relu()} of x} */
    public static Tensor relu(Tensor x) {
        return x.relu();
    }

    /** {@return {@link Tensor#relu6()} of x} */
    public static Tensor relu6(Tensor x) {
        return x.relu6();
    }

    /** {@return {@link Tensor#leakyRelu()} of x} */
    public static Tensor leakyRelu(Tensor x) {
        return x.leakyRelu();
    }

    /** {@return {@link Tensor#elu()} of x} */
    public static Tensor elu(Tensor x) {
        return x.elu();
    }

    /** {@return {@link Tensor#celu()} of x} */
    public static Tensor celu(Tensor x) {
        return x.celu();
    }

    /** {@return {@link Tensor#selu()} of x} */
    public static Tensor selu(Tensor x) {
        return x.selu();
    }

    /** {@return {@link Tensor#gelu()} of x} */
    public static Tensor gelu(Tensor x) {
        return x.gelu();
    }

    /** {@return {@link Tensor#silu()} of x} */
    public static Tensor silu(Tensor x) {
        return x.silu();
    }

    /** {@return {@link Tensor#mish()} of x} */
    public static Tensor mish(Tensor x) {
        return x.mish();
    }

    /** {@return {@link Tensor#softplus()} of x} */
    public static Tensor softplus(Tensor x) {
        return x.softplus();
    }

    /** {@return {@link Tensor#logsigmoid()} of x} */
    public static Tensor logsigmoid(Tensor x) {
        return x.logsigmoid();
    }

    /** {@return {@link Tensor#softsign()} of x} */
    public static Tensor softsign(Tensor x) {
        return x.softsign();
    }

    /** {@return {@link Tensor#tanhshrink()} of x} */
    public static Tensor tanhshrink(Tensor x) {
        return x.tanhshrink();
    }

    /** {@return {@link Tensor#softshrink()} of x} */
    public static Tensor softshrink(Tensor x) {
        return x.softshrink();
    }

    /** {@return {@link Tensor#hardshrink()} of x} */
    public static Tensor hardshrink(Tensor x) {
        return x.hardshrink();
    }

    /** {@return {@link Tensor#hardtanh()} of x} */
    public static Tensor hardtanh(Tensor x) {
        return x.hardtanh();
    }

    /** {@return {@link Tensor#hardsigmoid()} of x} */
    public static Tensor hardsigmoid(Tensor x) {
        return x.hardsigmoid();
    }

    /** {@return {@link Tensor#hardswish()} of x} */
    public static Tensor hardswish(Tensor x) {
        return x.hardswish();
    }

    /** {@return {@link Tensor#leakyRelu(double)} of x} */
    public static Tensor leakyRelu(Tensor x, double slope) {
        return x.leakyRelu(slope);
    }

    /** {@return {@link Tensor#elu(double)} of x} */
    public static Tensor elu(Tensor x, double alpha) {
        return x.elu(alpha);
    }

    /** {@return {@link Tensor#celu(double)} of x} */
    public static Tensor celu(Tensor x, double alpha) {
        return x.celu(alpha);
    }

    /** {@return {@link Tensor#softplus(double, double)} of x} */
    public static Tensor softplus(Tensor x, double beta, double threshold) {
        return x.softplus(beta, threshold);
    }

    /** {@return {@link Tensor#softshrink(double)} of x} */
    public static Tensor softshrink(Tensor x, double lambda) {
        return x.softshrink(lambda);
    }

    /** {@return {@link Tensor#hardshrink(double)} of x} */
    public static Tensor hardshrink(Tensor x, double lambda) {
        return x.hardshrink(lambda);
    }

    /** {@return {@link Tensor#hardtanh(double, double)} of x} */
    public static Tensor hardtanh(Tensor x, double min, double max) {
        return x.hardtanh(min, max);
    }

    /** {@return {@link Tensor#threshold(double, double)} of x} */
    public static Tensor threshold(Tensor x, double threshold, double value) {
        return x.threshold(threshold, value);
    }

    /** {@return {@link Tensor#prelu(Tensor)} of x} */
    public static Tensor prelu(Tensor x, Tensor weight) {
        return x.prelu(weight);
    }

    /** {@return {@link Tensor#glu(int)} of x} */
    public static Tensor glu(Tensor x, int dim) {
        return x.glu(dim);
    }
}
