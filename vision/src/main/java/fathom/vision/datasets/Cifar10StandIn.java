package fathom.vision.datasets;

import java.util.SplittableRandom;

/**
 * Draws things of ten classes by their outlines: in any colour, on any background, turned, shifted, mirrored, lighter
 * or darker than the background, with noise. So neither the colours nor single pixels tell the class.
 */
final class Cifar10StandIn {
    private static final int SIDE = 32;

    private final SplittableRandom random;

    Cifar10StandIn(long seed) {
        random = new SplittableRandom(13_1 + seed);
    }

    /** {@return the planes of red, green and blue of an image} */
    byte[] image(int label) {
        return draw(label).planes();
    }

    Sketch draw(int label) {
        var sketch = new Sketch(SIDE, SIDE, random);
        boolean isLight = random.nextBoolean();
        sketch.background(isLight ? 0.3 : 0.7);
        double scale = random.nextDouble(8.5, 13);
        var area =
                Silhouette.placed(
                        Silhouette.values()[label].area(),
                        SIDE / 2.0 + random.nextDouble(-4, 4),
                        SIDE / 2.0 + random.nextDouble(-4, 4),
                        scale,
                        random.nextDouble(-0.4, 0.4),
                        random.nextBoolean());
        sketch.fill(area, sketch.color(isLight ? 0.85 : 0.2));
        sketch.noise(10);
        return sketch;
    }
}
