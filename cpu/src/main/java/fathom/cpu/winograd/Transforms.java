package fathom.cpu.winograd;

import fathom.cpu.memory.VectorApi;
import fathom.cpu.warmup.WarmUp;
import java.lang.foreign.Arena;

/**
 * The transforms of strips of images to Winograd's domain and back. In that domain there are {@value Grid#PRODUCTS}
 * consecutive matrices {@code [tiles, channels]}.
 *
 * <p>With a patch d of 4 x 4, a gradient g of 2 x 2 and products m of 4 x 4:
 *
 * <pre>
 *            1  0 -1  0                             1  0
 *      B^T = 0  1  1  0      A^T = 1  1  1  0   A = 1  1      B^T d B,  A^T m A,  A g A^T
 *            0 -1  1  0            0  1 -1 -1       1 -1
 *            0  1  0 -1                             0  1
 * </pre>
 *
 * <p>(The transpose of A^T would have -1 in the last row of A: {@link Kernels#gradient} takes the difference there.)
 */
public final class Transforms {
    /** Elements after which the vector code is warmed up. */
    private static final long WARM_UP_THRESHOLD = 1 << 15;

    /** Upper bound, in nanoseconds, of the smallest patch once the code is compiled. */
    private static final long COMPILED_NANOS = 1_000;

    private static final WarmUp VECTORS = new WarmUp(WARM_UP_THRESHOLD, Transforms::exercise);

    private final Grid grid;

    /** Creates the transforms for a tiling. */
    public Transforms(Grid grid) {
        this.grid = grid;
    }

    /** {@return whether the number of channels is a multiple of a vector} */
    public static boolean fit(long channels) {
        return channels % VectorApi.lanes(Float.BYTES) == 0;
    }

    private static boolean areVectors(long elements) {
        return VECTORS.isDone(elements);
    }

    /**
     * Transforms the patches of a range of strips.
     *
     * @param images address of the source images
     * @param channels number of channels
     * @param zeros address of a pixel of zeros
     * @param first the first strip
     * @param strips number of strips
     * @param to address of the transformed patches
     */
    public void patches(long images, int channels, long zeros, long first, long strips, long to) {
        long bytes = (long) channels * Float.BYTES;
        long step = Grid.step(strips * grid.width(), channels) * Float.BYTES;
        var at = new long[Grid.PRODUCTS];
        boolean vectors = areVectors(strips * grid.width() * channels);
        long tile = to;
        for (long s = first; s < first + strips; s++) {
            for (long t = 0; t < grid.width(); t++, tile += bytes) {
                grid.patch(images, bytes, zeros, s, t, at);
                if (vectors) {
                    VectorTransforms.patch(at, channels, tile, step);
                } else {
                    PlainTransforms.patch(at, channels, tile, step);
                }
            }
        }
    }

    /**
     * Computes results from the products of a range of strips.
     *
     * @param from address of the products
     * @param channels channels of the result
     * @param bias address of the bias, which is added to each pixel
     * @param sink address of a pixel that is never read, the target of results outside of the image
     * @param first the first strip
     * @param strips number of strips
     * @param images address of the result images
     */
    public void results(long from, int channels, long bias, long sink, long first, long strips, long images) {
        long bytes = (long) channels * Float.BYTES;
        long step = Grid.step(strips * grid.width(), channels) * Float.BYTES;
        var at = new long[Grid.RESULT * Grid.RESULT];
        boolean vectors = areVectors(strips * grid.width() * channels);
        long tile = from;
        for (long s = first; s < first + strips; s++) {
            for (long t = 0; t < grid.width(); t++, tile += bytes) {
                grid.result(images, bytes, sink, s, t, at);
                if (vectors) {
                    VectorTransforms.result(tile, step, channels, bias, at);
                } else {
                    PlainTransforms.result(tile, step, channels, bias, at);
                }
            }
        }
    }

    /**
     * Transforms the result gradients of a range of strips.
     *
     * @param images address of the gradients of the result images
     * @param channels channels of the result
     * @param zeros address of a pixel of zeros
     * @param first the first strip
     * @param strips number of strips
     * @param to address of the transformed gradients
     */
    public void gradients(long images, int channels, long zeros, long first, long strips, long to) {
        long bytes = (long) channels * Float.BYTES;
        long step = Grid.step(strips * grid.width(), channels) * Float.BYTES;
        var at = new long[Grid.RESULT * Grid.RESULT];
        boolean vectors = areVectors(strips * grid.width() * channels);
        long tile = to;
        for (long s = first; s < first + strips; s++) {
            for (long t = 0; t < grid.width(); t++, tile += bytes) {
                grid.result(images, bytes, zeros, s, t, at);
                if (vectors) {
                    VectorTransforms.gradient(at, zeros, channels, tile, step);
                } else {
                    PlainTransforms.gradient(at, channels, tile, step);
                }
            }
        }
    }

    private static boolean exercise() {
        int max = 4 * VectorTransforms.SPECIES.length();
        long step = (long) max * Float.BYTES;
        try (var arena = Arena.ofConfined()) {
            long memory = arena.allocate(2 * Grid.PRODUCTS * step, 64).address();
            long products = memory + Grid.PRODUCTS * step;
            var pixels = new long[Grid.PRODUCTS];
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = memory + i * step;
            }
            return WarmUp.untilCompiled(
                    () -> all(pixels, max, products, step),
                    () -> all(pixels, VectorTransforms.SPECIES.length(), products, step),
                    COMPILED_NANOS);
        }
    }

    private static void all(long[] pixels, int channels, long products, long step) {
        VectorTransforms.patch(pixels, channels, products, step);
        VectorTransforms.gradient(pixels, pixels[15], channels, products, step);
        VectorTransforms.result(products, step, channels, pixels[4], pixels);
    }
}
