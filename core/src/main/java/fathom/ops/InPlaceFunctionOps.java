package fathom.ops;

import fathom.Tensor;
import fathom.composition.Rewriting;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The functions of {@link PointwiseOps} that are not in {@link InPlaceOps}, written into the receiver, which keeps its
 * shape and type and is returned.
 */
public sealed interface InPlaceFunctionOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    private Tensor rewrite(String name, UnaryOperator<Tensor> function) {
        return Rewriting.rewrite(name, self(), function);
    }

    /** Squares. */
    default Tensor square_() {
        return rewrite("square_", Tensor::square);
    }

    /** Takes what {@link PointwiseOps#trunc} leaves. */
    default Tensor frac_() {
        return rewrite("frac_", Tensor::frac);
    }

    /** Raises 2 to this power. */
    default Tensor exp2_() {
        return rewrite("exp2_", Tensor::exp2);
    }

    /** Takes the exponential less 1. */
    default Tensor expm1_() {
        return rewrite("expm1_", Tensor::expm1);
    }

    /** Takes the logarithm to base 2. */
    default Tensor log2_() {
        return rewrite("log2_", Tensor::log2);
    }

    /** Takes the logarithm to base 10. */
    default Tensor log10_() {
        return rewrite("log10_", Tensor::log10);
    }

    /** Takes the logarithm of 1 more. */
    default Tensor log1p_() {
        return rewrite("log1p_", Tensor::log1p);
    }

    /** Takes the tangent. */
    default Tensor tan_() {
        return rewrite("tan_", Tensor::tan);
    }

    /** Takes the inverse sine. */
    default Tensor asin_() {
        return rewrite("asin_", Tensor::asin);
    }

    /** Takes the inverse cosine. */
    default Tensor acos_() {
        return rewrite("acos_", Tensor::acos);
    }

    /** Takes the inverse tangent. */
    default Tensor atan_() {
        return rewrite("atan_", Tensor::atan);
    }

    /** Takes the hyperbolic sine. */
    default Tensor sinh_() {
        return rewrite("sinh_", Tensor::sinh);
    }

    /** Takes the hyperbolic cosine. */
    default Tensor cosh_() {
        return rewrite("cosh_", Tensor::cosh);
    }

    /** Takes the inverse hyperbolic sine. */
    default Tensor asinh_() {
        return rewrite("asinh_", Tensor::asinh);
    }

    /** Takes the inverse hyperbolic cosine. */
    default Tensor acosh_() {
        return rewrite("acosh_", Tensor::acosh);
    }

    /** Takes the inverse hyperbolic tangent. */
    default Tensor atanh_() {
        return rewrite("atanh_", Tensor::atanh);
    }

    /** Takes the log-odds. */
    default Tensor logit_() {
        return rewrite("logit_", Tensor::logit);
    }

    /** Takes one less the error function. */
    default Tensor erfc_() {
        return rewrite("erfc_", Tensor::erfc);
    }

    /** Takes the inverse of the error function. */
    default Tensor erfinv_() {
        return rewrite("erfinv_", Tensor::erfinv);
    }

    /** Takes the logarithm of the absolute value of the gamma function. */
    default Tensor lgamma_() {
        return rewrite("lgamma_", Tensor::lgamma);
    }

    /** Takes the derivative of the logarithm of the gamma function. */
    default Tensor digamma_() {
        return rewrite("digamma_", Tensor::digamma);
    }

    /** Inverts bits; negates truth values. */
    default Tensor bitwiseNot_() {
        return rewrite("bitwiseNot_", Tensor::bitwiseNot);
    }

    /** Writes 0 for NaN, and the greatest and least finite numbers of the type for infinities. */
    default Tensor nanToNum_() {
        return rewrite("nanToNum_", Tensor::nanToNum);
    }

    /** Replaces NaN and infinities; null for the greatest and least finite numbers of the type. */
    default Tensor nanToNum_(Number nan, @Nullable Number posinf, @Nullable Number neginf) {
        return rewrite("nanToNum_", x -> x.nanToNum(nan, posinf, neginf));
    }

    /** Rounds to {@code decimals} digits behind the point. */
    default Tensor round_(int decimals) {
        return rewrite("round_", x -> x.round(decimals));
    }

    /** Takes the remainder, with the sign of what is divided. */
    default Tensor fmod_(Tensor other) {
        return rewrite("fmod_", x -> x.fmod(other));
    }

    /** Takes the remainder by a number, with the sign of what is divided. */
    default Tensor fmod_(Number other) {
        return rewrite("fmod_", x -> x.fmod(other));
    }

    /** Takes the angle of the point (other, this). */
    default Tensor atan2_(Tensor other) {
        return rewrite("atan2_", x -> x.atan2(other));
    }

    /** Takes the length of the vector (this, other). */
    default Tensor hypot_(Tensor other) {
        return rewrite("hypot_", x -> x.hypot(other));
    }

    /** Takes the sign of {@code other}. */
    default Tensor copysign_(Tensor other) {
        return rewrite("copysign_", x -> x.copysign(other));
    }

    /** Clamps to bounds given per element; null for no bound. */
    default Tensor clamp_(@Nullable Tensor min, @Nullable Tensor max) {
        return rewrite("clamp_", x -> x.clamp(min, max));
    }

    /** Raises what is below {@code min} to it. */
    default Tensor clampMin_(Number min) {
        return rewrite("clampMin_", x -> x.clampMin(min));
    }

    /** Lowers what is above {@code max} to it. */
    default Tensor clampMax_(Number max) {
        return rewrite("clampMax_", x -> x.clampMax(max));
    }

    /** Keeps the bits set in both. */
    default Tensor bitwiseAnd_(Tensor other) {
        return rewrite("bitwiseAnd_", x -> x.bitwiseAnd(other));
    }

    /** Sets the bits set in either. */
    default Tensor bitwiseOr_(Tensor other) {
        return rewrite("bitwiseOr_", x -> x.bitwiseOr(other));
    }

    /** Keeps the bits set in one of the two. */
    default Tensor bitwiseXor_(Tensor other) {
        return rewrite("bitwiseXor_", x -> x.bitwiseXor(other));
    }

    /** Moves bits up. */
    default Tensor bitwiseLeftShift_(Tensor other) {
        return rewrite("bitwiseLeftShift_", x -> x.bitwiseLeftShift(other));
    }

    /** Moves bits down, with the sign. */
    default Tensor bitwiseRightShift_(Tensor other) {
        return rewrite("bitwiseRightShift_", x -> x.bitwiseRightShift(other));
    }
}
