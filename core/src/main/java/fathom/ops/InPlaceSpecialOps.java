package fathom.ops;

import fathom.DType;
import fathom.Tensor;
import fathom.composition.Rewriting;
import java.util.function.UnaryOperator;

/** Functions of {@link SpecialOps} and {@link BitwiseOps}, written into the receiver, which is returned. */
public sealed interface InPlaceSpecialOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    private Tensor rewrite(String name, UnaryOperator<Tensor> function) {
        return Rewriting.rewrite(name, self(), function);
    }

    /** Multiplies by log(other); see {@link SpecialOps#xlogy(Tensor)}. */
    default Tensor xlogy_(Tensor other) {
        return rewrite("xlogy_", x -> x.xlogy(other));
    }

    /** Multiplies by the logarithm of a number. */
    default Tensor xlogy_(Number other) {
        return rewrite("xlogy_", x -> x.xlogy(other));
    }

    /** Writes 0 for negative numbers, 1 for positive ones, and {@code values} for 0. */
    default Tensor heaviside_(Tensor values) {
        return rewrite("heaviside_", x -> x.heaviside(values));
    }

    /** Computes sin(pi x) / (pi x). */
    default Tensor sinc_() {
        return rewrite("sinc_", Tensor::sinc);
    }

    /** Computes the modified Bessel function of the first kind, of order 0. */
    default Tensor i0_() {
        return rewrite("i0_", Tensor::i0);
    }

    /** Computes the log-odds of values clamped to [eps, 1 - eps]. */
    default Tensor logit_(double eps) {
        return rewrite("logit_", x -> x.logit(eps));
    }

    /**
     * Raises to the power of {@code exponent}, element by element.
     *
     * @throws IllegalArgumentException unless this is float64
     */
    default Tensor floatPower_(Tensor exponent) {
        return rewrite("floatPower_", x -> inFloat64(x).floatPower(exponent));
    }

    /**
     * Raises to the power of a number.
     *
     * @throws IllegalArgumentException unless this is float64
     */
    default Tensor floatPower_(Number exponent) {
        return rewrite("floatPower_", x -> inFloat64(x).floatPower(exponent));
    }

    private static Tensor inFloat64(Tensor x) {
        if (x.dtype() != DType.FLOAT64) {
            throw new IllegalArgumentException(
                    "floatPower_: the result is FLOAT64, which cannot be written in place into a tensor of %s; use pow_"
                            .formatted(x.dtype()));
        }
        return x;
    }

    /** Clamps to at least {@code min}, element by element. */
    default Tensor clampMin_(Tensor min) {
        return rewrite("clampMin_", x -> x.clampMin(min));
    }

    /** Clamps to at most {@code max}, element by element. */
    default Tensor clampMax_(Tensor max) {
        return rewrite("clampMax_", x -> x.clampMax(max));
    }

    /** Computes the bitwise and with a number. */
    default Tensor bitwiseAnd_(Number other) {
        return rewrite("bitwiseAnd_", x -> x.bitwiseAnd(other));
    }

    /** Computes the bitwise or with a number. */
    default Tensor bitwiseOr_(Number other) {
        return rewrite("bitwiseOr_", x -> x.bitwiseOr(other));
    }

    /** Computes the bitwise exclusive or with a number. */
    default Tensor bitwiseXor_(Number other) {
        return rewrite("bitwiseXor_", x -> x.bitwiseXor(other));
    }

    /** Shifts bits left by a number. */
    default Tensor bitwiseLeftShift_(Number other) {
        return rewrite("bitwiseLeftShift_", x -> x.bitwiseLeftShift(other));
    }

    /** Shifts bits right by a number, preserving the sign. */
    default Tensor bitwiseRightShift_(Number other) {
        return rewrite("bitwiseRightShift_", x -> x.bitwiseRightShift(other));
    }
}
