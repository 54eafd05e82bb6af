package fathom.vision.datasets;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.data.TensorDataset;
import java.awt.geom.Ellipse2D;
import java.awt.geom.Rectangle2D;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Generated images whose class depends on one known patch: its texture, in any two colours and at any place. Around it
 * are discs, squares and patches of random pixels, which are the same for all classes. So a good explanation of a
 * classifier points at the patch, and how much of it does can be measured.
 *
 * @param images float32 [N, 3, 32, 32], from 0 to 1
 * @param labels int64 [N], the index in {@link #classNames}
 * @param patches true in the patch, bool [N, 32, 32]
 */
public record PatchedImages(Tensor images, Tensor labels, Tensor patches) {
    /** The side of the images, in pixels. */
    public static final int SIDE = 32;

    /** The side of the patches, in pixels. */
    public static final int PATCH = 10;

    private static final int CELL = 2;

    /** {@return the textures} */
    public static List<String> classNames() {
        return List.of("rows", "columns", "checks");
    }

    /** {@return images of random classes; the same for the same seed} */
    public static PatchedImages generate(int count, long seed) {
        var random = new SplittableRandom(seed);
        int plane = SIDE * SIDE;
        var pixels = new float[count * 3 * plane];
        var labels = new long[count];
        var inside = new boolean[count * plane];
        for (int i = 0; i < count; i++) {
            labels[i] = random.nextInt(classNames().size());
            int left = random.nextInt(SIDE - PATCH + 1);
            int top = random.nextInt(SIDE - PATCH + 1);
            byte[] planes = image(random, (int) labels[i], left, top);
            for (int k = 0; k < planes.length; k++) {
                pixels[i * 3 * plane + k] = (planes[k] & 0xFF) / 255f;
            }
            for (int y = top; y < top + PATCH; y++) {
                for (int x = left; x < left + PATCH; x++) {
                    inside[i * plane + y * SIDE + x] = true;
                }
            }
        }
        return new PatchedImages(
                Tensors.tensor(pixels).reshape(count, 3, SIDE, SIDE),
                Tensors.tensor(labels),
                Tensors.tensor(inside).reshape(count, SIDE, SIDE));
    }

    private static byte[] image(SplittableRandom random, int label, int left, int top) {
        var sketch = new Sketch(SIDE, SIDE, random);
        sketch.background(random.nextDouble(0.3, 0.7));
        for (int i = 0; i < 2; i++) {
            double size = random.nextDouble(6, 12);
            double x = random.nextDouble(SIDE - size);
            double y = random.nextDouble(SIDE - size);
            sketch.fill(new Ellipse2D.Double(x, y, size, size), sketch.color(random.nextDouble()));
            sketch.fill(new Rectangle2D.Double(y, x, size * 0.7, size * 0.7), sketch.color(random.nextDouble()));
        }
        byte[] planes = sketch.planes();
        // two patches of random cells, with the colours and the contrast of textures
        for (int i = 0; i < 2; i++) {
            texture(planes, random, random.nextInt(SIDE - PATCH + 1), random.nextInt(SIDE - PATCH + 1), -1);
        }
        texture(planes, random, left, top, label);
        return planes;
    }

    /**
     * Fills a patch with cells of two colours.
     *
     * @param label the texture; -1 for random cells
     */
    private static void texture(byte[] planes, SplittableRandom random, int left, int top, int label) {
        var dark = new int[3];
        var light = new int[3];
        for (int c = 0; c < 3; c++) {
            dark[c] = random.nextInt(0, 100);
            light[c] = random.nextInt(156, 256);
        }
        int cells = PATCH / CELL;
        boolean inverted = random.nextBoolean();
        for (int row = 0; row < cells; row++) {
            for (int column = 0; column < cells; column++) {
                boolean isLight =
                        inverted
                                ^ switch (label) {
                                    case 0 -> row % 2 == 0;
                                    case 1 -> column % 2 == 0;
                                    case 2 -> (row + column) % 2 == 0;
                                    default -> random.nextBoolean();
                                };
                for (int p = 0; p < CELL * CELL; p++) {
                    int y = top + row * CELL + p / CELL;
                    int x = left + column * CELL + p % CELL;
                    for (int c = 0; c < 3; c++) {
                        planes[(c * SIDE + y) * SIDE + x] = (byte) (isLight ? light : dark)[c];
                    }
                }
            }
        }
    }

    /** {@return the images with their labels} */
    public TensorDataset dataset() {
        return new TensorDataset(images, labels);
    }

    /** {@return the fraction of the pixels that are in the patch: the mass that a map has there by chance} */
    public double patchArea() {
        return patches.to(DType.FLOAT32).mean().item();
    }
}
