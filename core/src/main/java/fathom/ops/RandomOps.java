package fathom.ops;

import fathom.Generator;
import fathom.Tensor;
import fathom.Tensors;

/** Random draws with the probabilities in a tensor. Seeded by {@link Tensors#manualSeed}. */
public sealed interface RandomOps permits Tensor {
    private Tensor self() {
        return (Tensor) this;
    }

    /** {@return {@link #multinomial(long, boolean)} without replacement} */
    default Tensor multinomial(long samples) {
        return multinomial(samples, false);
    }

    /**
     * {@return indices drawn with probabilities proportional to these weights}
     *
     * @see Tensors#multinomial(Tensor, long, boolean)
     */
    default Tensor multinomial(long samples, boolean replacement) {
        return Tensors.multinomial(self(), samples, replacement);
    }

    /** {@return {@link #multinomial(long, boolean)} from a generator} */
    default Tensor multinomial(long samples, boolean replacement, Generator generator) {
        return Tensors.multinomial(generator, self(), samples, replacement);
    }

    /** {@return {@link #bernoulli()} from a generator} */
    default Tensor bernoulli(Generator generator) {
        return Tensors.bernoulli(generator, self());
    }

    /**
     * {@return 1 with the probability given by each element, else 0}
     *
     * @see Tensors#bernoulli(Tensor)
     */
    default Tensor bernoulli() {
        return Tensors.bernoulli(self());
    }
}
