package fathom.vision.datasets;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.TensorDataset;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;

/**
 * Generated images of textures, one of {@link #CLASSES} kinds of stripes, spots, checks, rings and lattices in two
 * random colours: the textures of {@link Voc2012}'s stand-in. They are drawn in memory within moments, to train the
 * filters of small networks.
 */
public final class Textures {
    /** The number of kinds. */
    public static final int CLASSES = VocStandIn.kinds();

    private Textures() {}

    /**
     * {@return images, uint8 {@code [3, side, side]}, each with the kind of its texture, int64}
     *
     * @param n the number of images
     * @param side the height and width in pixels
     * @param seed the seed of the drawing; the same images for the same seed
     */
    public static TensorDataset of(int n, int side, long seed) {
        var random = new SplittableRandom(seed);
        int size = 3 * side * side;
        var bytes = new byte[Math.multiplyExact(n, size)];
        var labels = new long[n];
        for (int i = 0; i < n; i++) {
            labels[i] = random.nextInt(CLASSES);
            var sketch = new Sketch(side, side, random);
            VocStandIn.texture(sketch, (int) labels[i], Silhouette.union(Silhouette.box(0, 0, side, side)), random);
            System.arraycopy(sketch.planes(), 0, bytes, i * size, size);
        }
        Tensor images = Tensors.fromBytes(MemorySegment.ofArray(bytes), DType.UINT8, n, 3, side, side);
        return new TensorDataset(images, Tensors.tensor(labels));
    }
}
