package fathom.cpu.conv;

import fathom.cpu.matmul.Block;
import fathom.cpu.matmul.Elem;
import fathom.cpu.matmul.Left;
import fathom.cpu.matmul.Mat;
import fathom.cpu.matmul.Panels;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.parallel.Scratch;

/**
 * Patches of images times a matrix: the forward convolution, and its gradient with respect to the input for stride 1.
 */
final class Correlation {
    private static final int SLOT_DENSE = 5;
    private static final int SLOT_PACKED = 0;
    private static final int BANDS = 16;

    /** Minimum multiply-adds of a block of pixels. */
    private static final double MIN_WORK = 512 * 1024;

    private static final int TARGET_BLOCKS = 16;

    private Correlation() {}

    /** {@return scratch memory for a kernel in the layout that {@link #run} requires} */
    static long kernelMemory(Elem elem, Weights weights) {
        long elements = (long) weights.outputs() * weights.channels() * weights.kernelRows() * weights.kernelColumns();
        return Scratch.address(SLOT_DENSE, elements * elem.size());
    }

    /**
     * Computes {@code result = init + patches x kernel}.
     *
     * @param kernel row-major, with one row per element of a patch
     * @param columns columns of the kernel, the result's channels
     * @param bias address of one number per column, or 0
     * @param result a pixel matrix
     */
    static void run(Elem elem, Im2col patches, long kernel, int columns, long bias, Images result) {
        if (patches.pixels() == 0 || columns == 0) {
            return;
        }
        int size = elem.size();
        int depth = patches.depth();
        var b = new Mat(kernel, (long) columns * size, size);
        var panels =
                Panels.packed(elem, Scratch.address(SLOT_PACKED, Panels.bytes(elem, depth, columns)), depth, columns);
        Parallel.forRange(panels.parts(), 8, (from, to) -> panels.pack(b, from, to));
        int blockPixels = pixelsAtATime(elem, patches.pixels(), (double) depth * columns);
        var c = new Mat(result.address(), result.columnStep(), size);
        var init = new Mat(bias, 0, size);
        var block = new Block(elem);
        Parallel.forRange(
                patches.pixels(),
                blockPixels,
                (from, to) -> {
                    var left = Left.mine(elem);
                    int count = (int) (to - from);
                    var target = c.from(from, 0);
                    for (int p = 0; p == 0 || p < depth; p += Elem.DEPTH) {
                        int end = Math.min(depth, p + Elem.DEPTH);
                        patches.fill(left, from, count, p, end);
                        block.tiles(
                                left,
                                patches.byPixels(),
                                count,
                                end - p,
                                panels,
                                p,
                                0,
                                columns,
                                p == 0 ? init : target,
                                target);
                    }
                });
    }

    private static int pixelsAtATime(Elem elem, long pixels, double workPerPixel) {
        int bands = Math.min(BANDS, Left.LENGTH / elem.tileRows());
        while (bands > 1
                && Math.ceilDiv(pixels, (long) bands * elem.tileRows()) < TARGET_BLOCKS
                && bands * elem.tileRows() * workPerPixel > MIN_WORK) {
            bands /= 2;
        }
        return bands * elem.tileRows();
    }
}
