package fathom.primitive;

import fathom.DType;
import fathom.Tensor;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Random bits, a function of the key and the element's row-major number alone: 32 bits per int32 element, 64 per int64.
 * Element {@code i} of int64 is SplitMix64's finaliser of {@code key + (i + 1) * 0x9E3779B97F4A7C15L}; int32 takes the
 * upper half of it.
 *
 * @param key the stream
 * @param dtype int32 or int64
 * @param shape the extents
 * @see <a href="https://doi.org/10.1145/2714064.2660195">Steele, Lea and Flood, Fast splittable pseudorandom number
 *     generators</a>
 */
public record RandomBits(long key, DType dtype, long[] shape) implements Computed {
    @Override
    public Spec[] infer(Tensor... in) {
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
