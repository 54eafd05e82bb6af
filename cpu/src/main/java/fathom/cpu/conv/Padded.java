package fathom.cpu.conv;

import fathom.cpu.matmul.Elem;
import fathom.cpu.matmul.Lines;
import fathom.cpu.matmul.Mat;
import fathom.cpu.matmul.Pack;
import fathom.cpu.memory.Memory;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.parallel.Scratch;

/**
 * Images and how a kernel sweeps over them. Where there are few channels, so that patches are put together from short
 * lines, the images are first copied with their padding and with the channels next to each other: then no line needs to
 * be looked at for falling outside.
 */
record Padded(Images images, Sweep sweep) {
    private static final int SLOT = 7;

    /** Elements in a line of a patch from which the copy does not pay. */
    private static final int LONG_LINE = 64;

    /** Bytes from which the copy would need too much memory. */
    private static final long MOST_BYTES = 64L << 20;

    /**
     * The images as the patches are best taken from them.
     *
     * @param groups number of parts that the channels will be divided into
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
        if (inPlace || longLines || sweep.padRows() < 0 || sweep.padColumns() < 0 || bytes > MOST_BYTES) {
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
