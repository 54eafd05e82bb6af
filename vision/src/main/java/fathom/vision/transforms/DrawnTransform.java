package fathom.vision.transforms;

import fathom.Tensor;
import java.util.function.BiFunction;
import java.util.random.RandomGenerator;

/**
 * A random transform that is described by how it is drawn.
 *
 * @param name its name in messages
 * @param drawing {@link RandomTransform#draw}
 */
record DrawnTransform(String name, boolean acceptsBytes, BiFunction<RandomGenerator, Tensor, Transform> drawing)
        implements RandomTransform {
    /** {@return a transform that computes on bytes too} */
    static DrawnTransform onBytes(String name, BiFunction<RandomGenerator, Tensor, Transform> drawing) {
        return new DrawnTransform(name, true, drawing);
    }

    @Override
    public Transform draw(RandomGenerator random, Tensor image) {
        return drawing.apply(random, image);
    }

    @Override
    public Tensor apply(Tensor image) {
        Transforms.check(name, image);
        return RandomTransform.super.apply(image);
    }

    @Override
    public String toString() {
        return name;
    }

    /** {@return a number from {@code least} to {@code most}} */
    static double uniform(RandomGenerator random, double least, double most) {
        return least + random.nextDouble() * (most - least);
    }
}
