package fathom.cpu.conv;

import fathom.cpu.matmul.Elem;
import fathom.cpu.matmul.Lines;
import fathom.cpu.matmul.Mat;
import fathom.cpu.matmul.Pack;
import fathom.cpu.memory.Memory;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.parallel.Scratch;

/**
 * Images and the sweep of a kernel over them. With few channels, whose patches consist of short runs, the images are
 * first copied channels-last and with their padding, so that no run needs a bounds check.
 */
record Padded(Images images, Sweep sweep) {
    private static final int SLOT = 7;

    /** Minimum number of elements in a run of a patch for which the copy is not profitable. */
    private static final int LONG_LINE = 64;

    /** Maximum size of the copy in bytes. */
    private static final long MAX_BYTES = 64L << 20;

    /**
     * {@return the images, in the form from which patches are best copied}
     *
     * @param groups number of channel groups
     */
    static Padded of(Elem elem, Images images, Sweep sweep, int groups) {
        int size = elem.size();
        int height = images.height() + sweep.padRows() + sweep.padRowsAfter();
        int width = images.width() + sweep.padColumns() + sweep.padColumnsAfter();
        boolean inPlace =
                height == images.height()
                        && width == images.width()
                        && sweep.padRows() == 0
                        && sweep.padColumns() == 0
                        && images.isPixelMatrix(size);
        boolean longLines = images.channels() / groups * sweep.kernelColumns() >= LONG_LINE;
        double bytes = (double) images.count() * height * width * images.channels() * size;
        if (inPlace || longLines || sweep.padRows() < 0 || sweep.padColumns() < 0 || bytes > MAX_BYTES) {
            return new Padded(images, sweep);
        }
        long address = Scratch.address(SLOT, (long) bytes);
        var copy = Images.channelsLast(address, images.count(), images.channels(), height, width, size);
        Parallel.forRange(
                images.count(),
                1,
                (from, to) -> {
                    for (long image = from; image < to; image++) {
                        copy(elem, images, copy, sweep, image);
                    }
                });
        return new Padded(copy, sweep.withoutPadding());
    }

    private static void copy(Elem elem, Images from, Images to, Sweep sweep, long image) {
        Memory.zero(to.at(image, 0, 0, 0), to.imageStep());
        for (int row = 0; row < from.height(); row++) {
            long source = from.at(image, 0, row, 0);
            long target = to.at(image, 0, row + sweep.padRows(), sweep.padColumns());
            if (from.columnStep() == to.columnStep() && (from.channelStep() == elem.size() || from.channels() == 1)) {
                Lines.copy(elem, source, 0, target, 0, from.width() * from.channels(), 1);
            } else {
                Pack.any(
                        elem,
                        new Mat(source, from.columnStep(), from.channelStep()),
                        new Mat(target, to.columnStep(), to.channelStep()),
                        from.width(),
                        from.channels());
            }
        }
    }
}
