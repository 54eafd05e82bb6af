package fathom.onednn;

import fathom.cpu.conv.ConvolutionAlgorithm.Problem;
import fathom.cpu.parallel.BlockPartition;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.parallel.Scratch;
import fathom.cpu.winograd.Kernels;
import fathom.cpu.winograd.Transforms;
import fathom.memory.Storage;
import fathom.primitive.Operand;
import fathom.primitive.window.ConvolutionInputGrad;
import java.lang.foreign.MemorySegment;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/**
 * A 3 x 3 convolution, or its gradient with respect to the input, by Winograd's algorithm. A task transforms the
 * patches of some strips, multiplies them, and transforms the products back, all within the L2 cache.
 */
final class WinogradPlan extends Plan {
    /** The task's {@link Scratch} slots, as in {@link ConvPlan}. */
    private static final int PATCHES_SLOT = ConvPlan.SOURCE_SLOT;

    private static final int PRODUCTS_SLOT = ConvPlan.TARGET_SLOT;

    private final WinogradShape shape;
    private final boolean bias;
    private final Order order;
    private final Transforms transforms;
    private final BlockPartition tasks;
    private final Prepared main;
    private final Prepared last;

    /** A pixel of zeros, which is read outside of images and as the missing bias. */
    private final MemorySegment zeros;

    private WinogradPlan(WinogradShape shape, boolean rotated, boolean bias) {
        this.shape = shape;
        this.bias = bias;
        var kernels = rotated ? new Kernels(shape.from(), shape.to()) : new Kernels(shape.to(), shape.from());
        this.order = new Order(kernels, rotated);
        this.transforms = new Transforms(shape.grid());
        this.tasks = shape.tasks();
        this.zeros = shape.zeros();
        this.main = product(tasks.size());
        this.last = tasks.last() == tasks.size() ? main : product(tasks.last());
    }

    /** {@return a plan for a convolution or its input gradient, or null if oneDNN does not support the products} */
    static @Nullable Plan of(Problem p) {
        var shape = WinogradShape.of(p);
        try {
            return shape == null
                    ? null
                    : new WinogradPlan(shape, p.primitive() instanceof ConvolutionInputGrad, p.in().length > 2);
        } catch (DnnlException e) {
            return null;
        }
    }

    private Prepared product(long strips) {
        long rows = strips * shape.grid().width();
        try (var descs = new Descs()) {
            long a = WinogradShape.matrices(descs, rows, shape.from());
            long b = WinogradShape.matrices(descs, shape.from(), shape.to());
            long c = WinogradShape.matrices(descs, rows, shape.to());
            return Prepared.product(Dnnl.matmul(a, b, 0, c), a, b, c);
        }
    }

    @Override
    void run(Operand[] in, Operand[] out) {
        Storage kept = ReorderCache.of(in[1], order, order.kernels.bytes());
        long transformed = kept != null ? kept.address() : kernels(in[1].address());
        long source = in[0].address();
        long biases = bias ? in[2].address() : zeros.address();
        long target = out[0].address();
        Parallel.forRange(
                tasks.count(),
                1,
                (begin, end) -> {
                    for (long task = begin; task < end; task++) {
                        task(task, source, transformed, biases, target);
                    }
                });
        Reference.reachabilityFence(kept);
    }

    /** The transform of the kernels, cached by {@link ReorderCache}. */
    private record Order(Kernels kernels, boolean rotated) implements ReorderCache.Order {
        @Override
        public void run(long from, long to) {
            if (rotated) {
                kernels.rotated(from, to);
            } else {
                kernels.forward(from, to);
            }
        }
    }

    private long kernels(long weights) {
        long to = Scratch.address(ConvPlan.WEIGHTS_SLOT, order.kernels.bytes());
        order.run(weights, to);
        return to;
    }

    private void task(long task, long source, long transformed, long biases, long target) {
        long first = tasks.start(task);
        long strips = tasks.length(task);
        long patches = Scratch.address(PATCHES_SLOT, shape.bytes(strips, shape.from()));
        long size = shape.bytes(strips, shape.to());
        long products = Scratch.address(PRODUCTS_SLOT, size + (long) shape.to() * Float.BYTES);
        transforms.patches(source, shape.from(), zeros.address(), first, strips, patches);
        (strips == tasks.size() ? main : last).run(patches, transformed, products);
        transforms.results(products, shape.to(), biases, products + size, first, strips, target);
    }

    @Override
    void dispose() {
        close(main, last);
    }
}
