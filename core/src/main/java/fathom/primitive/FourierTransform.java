package fathom.primitive;

import fathom.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The discrete Fourier transform along one dimension. Complex numbers are pairs (real part, imaginary part) in a last
 * dimension of size 2. Input: one tensor, float32 or float64. Output: the same type.
 *
 * <p>With {@code w = exp(2 pi i / n)} and m = n / 2 + 1 (rounded down) the results are, multiplied by {@code scale}:
 *
 * <ul>
 *   <li>{@link Kind#FORWARD}: sums of {@code z[j] w^-jk}, [..., n, ..., 2] to the same shape;
 *   <li>{@link Kind#INVERSE}: sums of {@code z[k] w^jk}, likewise;
 *   <li>{@link Kind#REAL_FORWARD}: FORWARD of real input, frequencies 0 to n / 2 only, [..., n, ...] to [..., m, ...,
 *       2]; all frequencies except 0 and n / 2 are multiplied by {@code interior};
 *   <li>{@link Kind#REAL_INVERSE}: the real parts of the sums over frequencies 0 to n / 2, all except 0 and n / 2
 *       multiplied by {@code interior}: [..., m, ..., 2] to [..., n, ...]. With interior = 2 it inverts REAL_FORWARD
 *       with interior = 1.
 * </ul>
 *
 * <p>Each kind is linear over the real numbers, and its adjoint is the opposite kind with the same parameters.
 *
 * @param kind the kind
 * @param dim the transformed dimension, not negative, not that of the pairs
 * @param n the length of the signal
 * @param interior the factor of frequencies that represent a conjugate pair, for the real kinds
 * @param scale the factor of the result
 */
public record FourierTransform(Kind kind, int dim, long n, double interior, double scale) implements Computed {
    /** The direction and the domains. */
    public enum Kind {
        /** Signal to spectrum. */
        FORWARD,
        /** Spectrum to signal. */
        INVERSE,
        /** Real signal to half spectrum. */
        REAL_FORWARD,
        /** Half spectrum to real signal. */
        REAL_INVERSE;

        /** {@return whether the input is real} */
        public boolean takesReal() {
            return this == REAL_FORWARD;
        }

        /** {@return whether the output is real} */
        public boolean givesReal() {
            return this == REAL_INVERSE;
        }

        Kind adjoint() {
            return switch (this) {
                case FORWARD -> INVERSE;
                case INVERSE -> FORWARD;
                case REAL_FORWARD -> REAL_INVERSE;
                case REAL_INVERSE -> REAL_FORWARD;
            };
        }
    }

    @Override
    public Spec[] infer(Spec... inputs) {
        long[] shape = inputs[0].shape();
        int rank = shape.length;
        switch (kind) {
            case REAL_FORWARD -> {
                shape = Arrays.copyOf(shape, rank + 1);
                shape[rank] = 2;
                shape[dim] = n / 2 + 1;
            }
            case REAL_INVERSE -> {
                shape = Arrays.copyOf(shape, rank - 1);
                shape[dim] = n;
            }
            default -> {}
        }
        return new Spec[] {Spec.of(inputs[0].dtype(), shape)};
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        var adjoint = new FourierTransform(kind.adjoint(), dim, n, interior, scale);
        return new @Nullable Tensor[] {Ops.apply(adjoint, gradOutputs[0])};
    }
}
