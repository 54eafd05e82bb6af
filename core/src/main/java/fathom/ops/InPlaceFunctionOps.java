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

    /** Computes the fractional part, with the sign. */
    default Tensor frac_() {
        return rewrite("frac_", Tensor::frac);
    }

    /** Raises 2 to this power. */
    default Tensor exp2_() {
        return rewrite("exp2_", Tensor::exp2);
    }

    /** Computes e to the power of this, minus one. */
    default Tensor expm1_() {
        return rewrite("expm1_", Tensor::expm1);
    }

    /** Computes the logarithm to base 2. */
    default Tensor log2_() {
        return rewrite("log2_", Tensor::log2);
    }

    /** Computes the logarithm to base 10. */
    default Tensor log10_() {
        return rewrite("log10_", Tensor::log10);
    }

    /** Computes the logarithm of one plus this. */
    default Tensor log1p_() {
        return rewrite("log1p_", Tensor::log1p);
    }

    /** Computes the tangent. */
    default Tensor tan_() {
        return rewrite("tan_", Tensor::tan);
    }

    /** Computes the inverse sine. */
    default Tensor asin_() {
        return rewrite("asin_", Tensor::asin);
    }

    /** Computes the inverse cosine. */
    default Tensor acos_() {
        return rewrite("acos_", Tensor::acos);
    }

    /** Computes the inverse tangent. */
    default Tensor atan_() {
        return rewrite("atan_", Tensor::atan);
    }

    /** Computes the hyperbolic sine. */
    default Tensor sinh_() {
        return rewrite("sinh_", Tensor::sinh);
    }

    /** Computes the hyperbolic cosine. */
    default Tensor cosh_() {
        return rewrite("cosh_", Tensor::cosh);
    }

    /** Computes the inverse hyperbolic sine. */
    default Tensor asinh_() {
        return rewrite("asinh_", Tensor::asinh);
    }

    /** Computes the inverse hyperbolic cosine. */
    default Tensor acosh_() {
        return rewrite("acosh_", Tensor::acosh);
    }

    /** Computes the inverse hyperbolic tangent. */
    default Tensor atanh_() {
        return rewrite("atanh_", Tensor::atanh);
    }

    /** Computes the log-odds. */
    default Tensor logit_() {
        return rewrite("logit_", Tensor::logit);
    }

    /** Computes one minus the error function. */
    default Tensor erfc_() {
        return rewrite("erfc_", Tensor::erfc);
    }

    /** Computes the inverse of the error function. */
    default Tensor erfinv_() {
        return rewrite("erfinv_", Tensor::erfinv);
    }

    /** Computes the logarithm of the absolute value of the gamma function. */
    default Tensor lgamma_() {
        return rewrite("lgamma_", Tensor::lgamma);
    }

    /** Computes the derivative of the logarithm of the gamma function. */
    default Tensor digamma_() {
        return rewrite("digamma_", Tensor::digamma);
    }

    /** Complements bits; negates booleans. */
    default Tensor bitwiseNot_() {
        return rewrite("bitwiseNot_", Tensor::bitwiseNot);
    }

    /** Writes 0 for NaN, and the largest and smallest finite numbers of the type for infinities. */
    default Tensor nanToNum_() {
        return rewrite("nanToNum_", Tensor::nanToNum);
    }

    /** Replaces NaN and infinities; null for the largest and smallest finite numbers of the type. */
    default Tensor nanToNum_(Number nan, @Nullable Number posinf, @Nullable Number neginf) {
        return rewrite("nanToNum_", x -> x.nanToNum(nan, posinf, neginf));
    }

    /** Rounds to {@code decimals} decimal places. */
    default Tensor round_(int decimals) {
        return rewrite("round_", x -> x.round(decimals));
    }

    /** Computes the remainder, with the dividend's sign. */
    default Tensor fmod_(Tensor other) {
        return rewrite("fmod_", x -> x.fmod(other));
    }

    /** Computes the remainder by a number, with the dividend's sign. */
    default Tensor fmod_(Number other) {
        return rewrite("fmod_", x -> x.fmod(other));
    }

    /** Computes the angle of the point (other, this). */
    default Tensor atan2_(Tensor other) {
        return rewrite("atan2_", x -> x.atan2(other));
    }

    /** Computes the hypotenuse of (this, other). */
    default Tensor hypot_(Tensor other) {
        return rewrite("hypot_", x -> x.hypot(other));
    }

    /** Sets the sign to that of {@code other}. */
    default Tensor copysign_(Tensor other) {
        return rewrite("copysign_", x -> x.copysign(other));
    }

    /** Clamps to bounds given per element; null for no bound. */
    default Tensor clamp_(@Nullable Tensor min, @Nullable Tensor max) {
        return rewrite("clamp_", x -> x.clamp(min, max));
    }

    /** Clamps to at least {@code min}. */
    default Tensor clampMin_(Number min) {
        return rewrite("clampMin_", x -> x.clampMin(min));
    }

    /** Clamps to at most {@code max}. */
    default Tensor clampMax_(Number max) {
        return rewrite("clampMax_", x -> x.clampMax(max));
    }

    /** Computes the bitwise and. */
    default Tensor bitwiseAnd_(Tensor other) {
        return rewrite("bitwiseAnd_", x -> x.bitwiseAnd(other));
    }

    /** Computes the bitwise or. */
    default Tensor bitwiseOr_(Tensor other) {
        return rewrite("bitwiseOr_", x -> x.bitwiseOr(other));
    }

    /** Computes the bitwise exclusive or. */
    default Tensor bitwiseXor_(Tensor other) {
        return rewrite("bitwiseXor_", x -> x.bitwiseXor(other));
    }

    /** Shifts bits left. */
    default Tensor bitwiseLeftShift_(Tensor other) {
        return rewrite("bitwiseLeftShift_", x -> x.bitwiseLeftShift(other));
    }

    /** Shifts bits right, preserving the sign. */
    default Tensor bitwiseRightShift_(Tensor other) {
        return rewrite("bitwiseRightShift_", x -> x.bitwiseRightShift(other));
    }
}
