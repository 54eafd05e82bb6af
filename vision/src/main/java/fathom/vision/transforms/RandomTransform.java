package fathom.vision.transforms;

import fathom.Tensor;
import fathom.Tensors;
import java.util.ArrayList;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;

/**
 * A transform with random parameters. One draw serves an image and all that belongs to it; each image of a batch has
 * its own.
 *
 * <p>Numbers come from the thread's {@link fathom.Generator}, which a {@link fathom.data.DataLoader} seeds for each
 * batch: results do not depend on the number of workers.
 *
 * {@snippet :
 * RandomTransform darker = (random, image) -> Transforms.adjustBrightness(0.5 + 0.5 * random.nextDouble());
 * Tensor dark = darker.apply(image);
 * }
 */
// a lambda draws; cast to Transform it still applies what it drew
@SuppressWarnings("FunctionalInterfaceMethodChanged")
@FunctionalInterface
public interface RandomTransform extends Transform {
    /**
     * {@return the transform with parameters drawn for one image}
     *
     * @param random the source of random numbers
     * @param image {@code [C, H, W]}
     */
    Transform draw(RandomGenerator random, Tensor image);

    @Override
    default Tensor apply(Tensor image) {
        if (image.dim() != 4) {
            return draw(generator(), image).apply(image);
        }
        var all = new ArrayList<Tensor>();
        for (long i = 0; i < image.size(0); i++) {
            Tensor one = image.select(0, i);
            all.add(draw(generator(), one).apply(one));
        }
        return Tensors.stack(all, 0);
    }

    @Override
    default Sample apply(Sample sample) {
        return draw(generator(), sample.image()).apply(sample);
    }

    /** {@return a source of random numbers, seeded by the thread's generator} */
    private static RandomGenerator generator() {
        return new SplittableRandom(Tensors.randomSeed());
    }
}
