package fathom.primitive;

import fathom.DType;
import fathom.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Random bits, a pure function of the key and the element's row-major index: 32 bits per int32 element, 64 per int64.
 * Element {@code i} of int64 is SplitMix64's finaliser of {@code key + (i + 1) * 0x9E3779B97F4A7C15L}; int32 takes its
 * upper half. A bool tells whether the lower {@value #DIGITS} bits of that half, as a number, are at least the
 * threshold: a dropout mask of one byte per element.
 *
 * @param key the stream
 * @param dtype int32, int64 or bool
 * @param shape the shape
 * @param threshold the threshold of bools, 0 to {@code 1 << DIGITS}; 0 for other types
 * @see <a href="https://doi.org/10.1145/2714064.2660195">Steele, Lea and Flood, Fast splittable pseudorandom number
 *     generators</a>
 */
public record RandomBits(long key, DType dtype, long[] shape, int threshold) implements Computed {
    /** The number of bits that a bool is derived from. */
    public static final int DIGITS = 24;

    /** Random integers. */
    public RandomBits(long key, DType dtype, long... shape) {
        this(key, dtype, shape, 0);
    }

    /** {@return random bools, each false with probability {@code p}} */
    public static RandomBits mask(long key, double p, long... shape) {
        return new RandomBits(key, DType.BOOL, shape, (int) Math.round(p * (1 << DIGITS)));
    }

    /** {@return the same primitive with another key} */
    public RandomBits withKey(long other) {
        return new RandomBits(other, dtype, shape, threshold);
    }

    @Override
    public Spec[] infer(Spec... in) {
        return new Spec[] {Spec.of(dtype, shape)};
    }

    @Override
    public boolean isDifferentiable() {
        return false;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        throw new IllegalStateException("random bits have no gradient");
    }

    @Override
    public String toString() {
        return "RandomBits[" + dtype + " " + Arrays.toString(shape) + "]";
    }
}
