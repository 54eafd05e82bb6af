package fathom.cpu.conv;

import fathom.cpu.matmul.Block;
import fathom.cpu.matmul.Elem;
import fathom.cpu.matmul.Lines;
import fathom.cpu.matmul.Mat;
import fathom.cpu.matmul.Panels;
import fathom.cpu.memory.Memory;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.parallel.Scratch;

/**
 * The gradient of a convolution with respect to its input for any stride: a matrix product computes the patches'
 * gradients, which are scattered back (col2im). One thread processes an image, its pixels in order.
 */
final class InputGradient {
    private static final int SLOT_PACKED = 0;
    private static final int SLOT_PATCHES = 6;
    private static final Mat ZERO = new Mat(0, 0, 0);

    /** Elements of patches computed at a time: they are still in the cache when they are scattered. */
    private static final int CACHED_ELEMENTS = 64 * 1024;

    private final Elem elem;
    private final Sweep sweep;
    private final Images gradient;
    private final Images result;
    private final Block block;
    private final int size;
    private final int depth;

    /**
     * @param gradient of the convolution's result, a pixel matrix
     * @param result the gradient to compute, a pixel matrix
     */
    InputGradient(Elem elem, Sweep sweep, Images gradient, Images result) {
        this.elem = elem;
        this.sweep = sweep;
        this.gradient = gradient;
        this.result = result;
        this.block = new Block(elem);
        this.size = elem.size();
        this.depth = sweep.taps() * result.channels();
    }

    /**
     * {@return whether it is cheaper than correlating the gradient with the rotated kernel, which requires stride 1 and
     * fills vectors only partly if the input has few channels}
     */
    boolean isCheaper() {
        if (sweep.strideRows() != 1 || sweep.strideColumns() != 1) {
            return true;
        }
        double lanes = elem.lanes();
        double outputs = gradient.channels();
        double ownCost = (outputs * Math.ceil(depth / lanes) + 0.4 * depth) * gradient.height() * gradient.width();
        double correlationCost =
                sweep.taps() * outputs * Math.ceil(result.channels() / lanes) * result.height() * result.width();
        return ownCost < correlationCost;
    }

    /**
     * Computes the gradient.
     *
     * @param kernel row-major [O, taps x C]
     */
    void run(long kernel) {
        if (depth == 0 || result.pixels() == 0) {
            return;
        }
        int outputs = gradient.channels();
        var b = new Mat(kernel, (long) depth * size, size);
        var panels =
                Panels.packed(elem, Scratch.address(SLOT_PACKED, Panels.bytes(elem, outputs, depth)), outputs, depth);
        Parallel.forRange(panels.parts(), 8, (from, to) -> panels.pack(b, from, to));
        Parallel.forRange(
                result.count(),
                1,
                (from, to) -> {
                    for (long image = from; image < to; image++) {
                        image(image, panels);
                    }
                });
    }

    private void image(long image, Panels panels) {
        for (int row = 0; row < result.height(); row++) {
            for (int column = 0; column < result.width(); column++) {
                Memory.zero(result.at(image, 0, row, column), (long) result.channels() * size);
            }
        }
        int pixels = gradient.height() * gradient.width();
        int tile = elem.tileRows();
        int maxPixels = Math.clamp(CACHED_ELEMENTS / depth / tile, 1, 16) * tile;
        long step = (long) depth * size;
        for (int pixel = 0; pixel < pixels; pixel += maxPixels) {
            int count = Math.min(maxPixels, pixels - pixel);
            var patches = new Mat(Scratch.address(SLOT_PATCHES, count * step), step, size);
            long first = image * gradient.imageStep() + pixel * gradient.columnStep();
            var a = new Mat(gradient.address() + first, gradient.columnStep(), gradient.channelStep());
            block.multiply(a, count, panels, 0, depth, ZERO, patches);
            for (int i = 0; i < count; i++) {
                add(patches.at(i, 0), image, (pixel + i) / gradient.width(), (pixel + i) % gradient.width());
            }
        }
    }

    /** Scatters one patch into the image. */
    private void add(long patch, long image, int row, int column) {
        int channels = result.channels();
        long tapBytes = (long) channels * size;
        int left = column * sweep.strideColumns() - sweep.padColumns();
        int right = left + (sweep.kernelColumns() - 1) * sweep.dilationColumns();
        boolean wholeRows =
                left >= 0 && right < result.width() && sweep.dilationColumns() == 1 && result.columnStep() == tapBytes;
        for (int i = 0; i < sweep.kernelRows(); i++) {
            int inRow = row * sweep.strideRows() - sweep.padRows() + i * sweep.dilationRows();
            if (inRow < 0 || inRow >= result.height()) {
                continue;
            }
            long from = patch + i * sweep.kernelColumns() * tapBytes;
            if (wholeRows) {
                Lines.add(elem, result.at(image, 0, inRow, left), from, sweep.kernelColumns() * channels);
                continue;
            }
            for (int j = 0; j < sweep.kernelColumns(); j++) {
                int inColumn = left + j * sweep.dilationColumns();
                if (inColumn >= 0 && inColumn < result.width()) {
                    Lines.add(elem, result.at(image, 0, inRow, inColumn), from + j * tapBytes, channels);
                }
            }
        }
    }
}
