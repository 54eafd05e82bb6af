package fathom.vision.transforms;

import fathom.Tensor;
import fathom.Tensors;
import java.util.random.RandomGenerator;

/** A flip with a probability. Batches are flipped by one operation, which may be captured. */
record RandomFlip(String name, Flip flip, double p) implements RandomTransform {
    @Override
    public Transform draw(RandomGenerator random, Tensor image) {
        return random.nextDouble() < p ? flip : Compose.IDENTITY;
    }

    @Override
    public Tensor apply(Tensor x) {
        Transforms.check(name, x);
        if (x.dim() == 3) {
            return RandomTransform.super.apply(x);
        }
        Tensor mirrored = x.device().with(() -> Tensors.rand(x.size(0), 1, 1, 1)).lt(p);
        return x.flip(flip.dim()).where(mirrored, x);
    }

    @Override
    public boolean acceptsBytes() {
        return true;
    }
}
