package fathom.cpu.conv;

import fathom.cpu.matmul.Block;
import fathom.cpu.matmul.Elem;
import fathom.cpu.matmul.Left;
import fathom.cpu.matmul.Mat;
import fathom.cpu.matmul.Panels;
import fathom.cpu.matmul.Sums;
import fathom.cpu.memory.Memory;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.parallel.Scratch;

/**
 * The gradient of a convolution with respect to its kernel: the transposed patches times the gradient of the result,
 * with the pixels as inner dimension. The pixels are split into parts, whose sums are added in order.
 */
final class WeightGradient {
    private static final int SLOT_PACKED = 0;
    private static final int SLOT_PARTS = 3;

    /** Target number of pieces: parts of the pixels times slabs of the kernel. */
    private static final int TARGET_PIECES = 16;

    /** Minimum multiply-adds of a piece. */
    private static final double MIN_WORK = 512 * 1024;

    private final Elem elem;
    private final Im2col patches;
    private final Images gradient;
    private final Block block;
    private final int slab;

    /**
     * @param patches patches of the input
     * @param gradient gradient of the result, a pixel matrix
     */
    WeightGradient(Elem elem, Im2col patches, Images gradient) {
        this.elem = elem;
        this.patches = patches;
        this.gradient = gradient;
        this.block = new Block(elem);
        this.slab = Left.LENGTH / elem.tileRows() * elem.tileRows();
    }

    /** Computes the gradient into a kernel of any layout. */
    void run(Weights result) {
        int depth = patches.depth();
        int outputs = gradient.channels();
        if (depth == 0 || outputs == 0) {
            return;
        }
        long step = (long) outputs * elem.size();
        int slabs = Math.ceilDiv(depth, slab);
        long blocks = Math.ceilDiv(patches.pixels(), Left.LENGTH);
        double work = (double) patches.pixels() * Math.min(depth, slab) * outputs;
        long maxParts = Math.clamp((long) (work / MIN_WORK), 1, Math.ceilDiv(TARGET_PIECES, slabs));
        long blocksPerPart = Math.max(1, Math.ceilDiv(blocks, maxParts));
        int parts = (int) Math.max(1, Math.ceilDiv(blocks, blocksPerPart));
        long each = depth * step + 63 & -64L;
        long sums = Scratch.address(SLOT_PARTS, parts * each);
        Parallel.forRange(
                (long) parts * slabs,
                1,
                (from, to) -> {
                    for (long piece = from; piece < to; piece++) {
                        long part = piece / slabs;
                        int first = (int) (piece % slabs) * slab;
                        int last = Math.min(depth, first + slab);
                        long begin = part * blocksPerPart;
                        long end = Math.min(blocks, begin + blocksPerPart);
                        piece(begin, end, first, last, new Mat(sums + part * each + first * step, step, elem.size()));
                    }
                });
        Sums.inOrder(elem, sums, each, parts, depth, outputs);
        result.tapsFirst(sums, elem.size()).copyTo(elem, result);
    }

    /** Computes some rows of the result over some blocks of pixels. */
    private void piece(long firstBlock, long lastBlock, int first, int last, Mat sum) {
        var left = Left.mine(elem);
        int outputs = gradient.channels();
        if (firstBlock >= lastBlock) {
            Memory.zero(sum.address(), (last - first) * sum.rowStep());
        }
        for (long b = firstBlock; b < lastBlock; b++) {
            long pixel = b * Left.LENGTH;
            int count = (int) Math.min(Left.LENGTH, patches.pixels() - pixel);
            patches.fill(left, pixel, count, first, last);
            var rows = new Mat(gradient.address() + pixel * gradient.columnStep(), gradient.columnStep(), elem.size());
            var panels =
                    outputs % elem.lanes() == 0
                            ? Panels.direct(elem, rows, count, outputs)
                            : Panels.packed(
                                    elem,
                                    Scratch.address(SLOT_PACKED, Panels.bytes(elem, count, outputs)),
                                    count,
                                    outputs);
            panels.pack(rows, 0, panels.parts());
            var init = b == firstBlock ? new Mat(0, 0, 0) : sum;
            block.tiles(left, !patches.byPixels(), last - first, count, panels, 0, 0, outputs, init, sum);
        }
    }
}
