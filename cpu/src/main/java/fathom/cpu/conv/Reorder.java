package fathom.cpu.conv;

import fathom.cpu.matmul.Elem;
import fathom.cpu.matmul.Mat;
import fathom.cpu.matmul.Pack;
import fathom.cpu.parallel.Parallel;

/** Copies images from one layout to another. */
final class Reorder {
    private static final long CHUNK = 32 * 1024;

    private Reorder() {}

    static void copy(Elem elem, Images from, Images to) {
        long lines = from.count() * from.height();
        long perLine = (long) from.width() * from.channels();
        Parallel.forRange(
                lines,
                Math.max(1, CHUNK / Math.max(1, perLine)),
                (first, last) -> {
                    for (long line = first; line < last; line++) {
                        long image = line / from.height();
                        long row = line % from.height();
                        var source = new Mat(from.at(image, 0, row, 0), from.columnStep(), from.channelStep());
                        var target = new Mat(to.at(image, 0, row, 0), to.columnStep(), to.channelStep());
                        Pack.any(elem, source, target, from.width(), from.channels());
                    }
                });
    }
}
