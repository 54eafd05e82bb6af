package fathom.onednn;

import fathom.cpu.conv.ConvolutionAlgorithm.Problem;
import fathom.cpu.parallel.BlockPartition;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.parallel.Scratch;
import fathom.cpu.winograd.Kernels;
import fathom.cpu.winograd.Transforms;
import fathom.primitive.Operand;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A convolution's gradient with respect to its 3 x 3 kernels by Winograd's algorithm: transformed patches times
 * transformed gradients, summed over all tiles before the sums are transformed back. Tiles are divided into a few parts
 * with separate sums, which are added in order.
 */
final class WinogradWeightsPlan extends Plan {
    /** The {@link Scratch} slots of a task, as in {@link ConvPlan}, and of the calling thread. */
    private static final int PATCHES_SLOT = ConvPlan.SOURCE_SLOT;

    private static final int GRADIENTS_SLOT = ConvPlan.TARGET_SLOT;
    private static final int SUMS_SLOT = ConvPlan.WEIGHTS_SLOT;

    /** Maximum bytes of the sums of all parts. */
    private static final long MAX_SUMS_BYTES = 16 << 20;

    /** Minimum number of tiles per block, the inner dimension of its products. */
    private static final long MIN_TILES = 96;

    private static final long MIN_PARTS = 2;
    private static final long MAX_PARTS = 8;

    private final WinogradShape shape;
    private final Kernels kernels;
    private final Transforms transforms;
    private final BlockPartition blocks;
    private final long each;
    private final long parts;
    private final Prepared first;
    private final Prepared main;
    private final Prepared last;
    private final Prepared lastFirst;
    private final MemorySegment zeros;

    private WinogradWeightsPlan(WinogradShape shape) {
        this.shape = shape;
        this.kernels = new Kernels(shape.to(), shape.from());
        this.transforms = new Transforms(shape.grid());
        long partCount = Math.clamp(Long.highestOneBit(MAX_SUMS_BYTES / kernels.bytes()), MIN_PARTS, MAX_PARTS);
        // large blocks, which amortise reading and writing the sums
        long tiles = Math.max(MIN_TILES, 2L * shape.from() * shape.to() / (shape.from() + shape.to()));
        this.each = Math.max(1, Math.round((double) shape.grid().tiles() / (partCount * tiles)));
        this.blocks = BlockPartition.about(shape.grid().strips(), partCount * each, 1);
        this.parts = (blocks.count() + each - 1) / each;
        this.zeros = shape.zeros();
        this.first = product(blocks.size(), false);
        this.main = product(blocks.size(), true);
        boolean even = blocks.last() == blocks.size();
        this.last = even ? main : product(blocks.last(), true);
        this.lastFirst = even ? first : product(blocks.last(), false);
    }

    /** {@return a plan, or null if oneDNN does not support the products} */
    static @Nullable Plan of(Problem p) {
        var shape = WinogradShape.of(p);
        try {
            return shape == null ? null : new WinogradWeightsPlan(shape);
        } catch (DnnlException e) {
            return null;
        }
    }

    private Prepared product(long strips, boolean more) {
        long tiles = strips * shape.grid().width();
        try (var descs = new Descs()) {
            long a = WinogradShape.transposed(descs, tiles, shape.from());
            long b = WinogradShape.matrices(descs, tiles, shape.to());
            long c = WinogradShape.matrices(descs, shape.from(), shape.to());
            return Prepared.product(more ? Dnnl.matmulAdding(a, b, c) : Dnnl.matmul(a, b, 0, c), a, b, c);
        }
    }

    @Override
    void run(Operand[] in, Operand[] out) {
        long gradients = in[0].address();
        long images = in[1].address();
        long sums = Scratch.address(SUMS_SLOT, parts * kernels.bytes());
        Parallel.forRange(
                parts,
                1,
                (begin, end) -> {
                    for (long part = begin; part < end; part++) {
                        part(part, images, gradients, sums + part * kernels.bytes());
                    }
                });
        kernels.gradient(sums, (int) parts, out[0].address());
    }

    private void part(long part, long images, long gradients, long sums) {
        long begin = part * each;
        long end = Math.min(begin + each, blocks.count());
        for (long block = begin; block < end; block++) {
            long strips = blocks.length(block);
            long x = Scratch.address(PATCHES_SLOT, shape.bytes(strips, shape.from()));
            long g = Scratch.address(GRADIENTS_SLOT, shape.bytes(strips, shape.to()));
            transforms.patches(images, shape.from(), zeros.address(), blocks.start(block), strips, x);
            transforms.gradients(gradients, shape.to(), zeros.address(), blocks.start(block), strips, g);
            boolean full = strips == blocks.size();
            Prepared product = block == begin ? full ? first : lastFirst : full ? main : last;
            product.run(x, g, sums);
        }
    }

    @Override
    void dispose() {
        close(first, main, last, lastFirst);
    }
}
