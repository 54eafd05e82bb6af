package fathom.ops;

import fathom.DType;
import fathom.Generator;
import fathom.Tensor;
import fathom.Tensors;
import fathom.composition.RandomNumbers;
import fathom.dispatch.TensorAccess;
import fathom.primitive.Ops;

/**
 * Random numbers written into the receiver, which is returned. They come from the thread's current generator (see
 * {@link Generator}), or from the one passed.
 */
public sealed interface InPlaceRandomOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    private void real(String name) {
        if (!self().dtype().isFloating()) {
            throw new IllegalArgumentException("%s: expected a floating type, not %s".formatted(name, self().dtype()));
        }
    }

    /** Writes uniform numbers from [0, 1). */
    default Tensor uniform_() {
        return uniform_(0, 1);
    }

    /** Writes uniform numbers from [low, high). */
    default Tensor uniform_(double low, double high) {
        real("uniform_");
        if (!(low <= high) || !Double.isFinite(high - low)) {
            throw new IllegalArgumentException(
                    "uniform_: expected finite low <= high, not %s and %s".formatted(low, high));
        }
        return RandomNumbers.uniformInto(self(), low, high);
    }

    /** As {@link #uniform_(double, double)}, from a generator. */
    default Tensor uniform_(double low, double high, Generator generator) {
        return generator.with(() -> uniform_(low, high));
    }

    /** Writes numbers from the standard normal distribution. */
    default Tensor normal_() {
        return normal_(0, 1);
    }

    /** Writes numbers from a normal distribution. */
    default Tensor normal_(double mean, double std) {
        real("normal_");
        if (!(std >= 0)) {
            throw new IllegalArgumentException("normal_: the standard deviation must not be negative: " + std);
        }
        return RandomNumbers.normalInto(self(), mean, std);
    }

    /** As {@link #normal_(double, double)}, from a generator. */
    default Tensor normal_(double mean, double std, Generator generator) {
        return generator.with(() -> normal_(mean, std));
    }

    /** Writes 1 with the given probability, else 0. */
    default Tensor bernoulli_(double probability) {
        if (!(probability >= 0 && probability <= 1)) {
            throw new IllegalArgumentException("bernoulli_: the probability must be in [0, 1], not " + probability);
        }
        Tensor x = self();
        return x.copy_(TensorAccess.at(x, () -> Tensors.rand(DType.FLOAT64, Ops.shape(x))).lt(probability));
    }

    /** As {@link #bernoulli_(double)}, from a generator. */
    default Tensor bernoulli_(double probability, Generator generator) {
        return generator.with(() -> bernoulli_(probability));
    }
}
