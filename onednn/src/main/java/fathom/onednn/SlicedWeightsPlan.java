package fathom.onednn;

import fathom.cpu.parallel.BlockPartition;
import fathom.cpu.parallel.Parallel;
import fathom.primitive.Operand;
import fathom.primitive.window.ConvolutionWeightGrad;
import org.jspecify.annotations.Nullable;

/**
 * A convolution's gradient with respect to many weights: each task computes the gradient for a slice of the result's
 * channels. A slice stays in the cache while the task iterates over the images, unlike the full gradient (three times
 * faster for 512 channels on 512), and there are no partial results to add.
 */
final class SlicedWeightsPlan extends Plan {
    /** Minimum size of the weights; smaller ones stay in the L2 cache. */
    private static final long MIN_BYTES = 1 << 20;

    private static final long SLICE_CHANNELS = 64;
    private static final long COPY_BYTES = 4 << 20;

    private final BlockPartition slices;
    private final Plan main;
    private final Plan last;

    private SlicedWeightsPlan(BlockPartition slices, Plan main, Plan last) {
        this.slices = slices;
        this.main = main;
        this.last = last;
    }

    /** {@return whether slicing is profitable: the weights exceed the L2 cache} */
    static boolean fits(ConvolutionWeightGrad primitive, Operand[] out) {
        Operand weights = out[0];
        return primitive.groups() == 1
                && weights.numel() * weights.dtype().size() >= MIN_BYTES
                && weights.shape()[0] >= 2 * SLICE_CHANNELS;
    }

    /** {@return a plan for a problem that {@link #fits}, or null if oneDNN does not support it} */
    static @Nullable Plan of(ConvolutionWeightGrad primitive, Operand[] in, Operand[] out) {
        Operand weights = out[0];
        var slices = new BlockPartition(weights.shape()[0], SLICE_CHANNELS);
        var main = slice(primitive, in, out, 0, slices.size());
        var last = slices.last() == slices.size() ? main : slice(primitive, in, out, 0, slices.last());
        if (main == UNSUPPORTED || last == UNSUPPORTED) {
            main.release();
            last.release();
            return null;
        }
        return new SlicedWeightsPlan(slices, main, last);
    }

    private static Plan slice(ConvolutionWeightGrad primitive, Operand[] in, Operand[] out, long from, long count) {
        var gradient = slice(in[0], 1, from, count);
        // the slice's channels are packed first, as many images at a time as fit into the cache
        long parts = 1 + gradient.numel() * gradient.dtype().size() / COPY_BYTES;
        return ConvWeightsPlan.of(
                primitive, new Operand[] {gradient, in[1]}, new Operand[] {slice(out[0], 0, from, count)}, parts);
    }

    /** {@return the indices {@code from <= i < from + count} of a dimension} */
    private static Operand slice(Operand operand, int dim, long from, long count) {
        long[] shape = operand.shape().clone();
        shape[dim] = count;
        long address = operand.address() + from * operand.strides()[dim] * operand.dtype().size();
        return new Operand(operand.dtype(), address, shape, operand.strides());
    }

    @Override
    void run(Operand[] in, Operand[] out) {
        Parallel.forRange(
                slices.count(),
                1,
                (begin, end) -> {
                    for (long i = begin; i < end; i++) {
                        var plan = slices.length(i) == slices.size() ? main : last;
                        plan.run(
                                new Operand[] {slice(in[0], 1, slices.start(i), slices.length(i)), in[1]},
                                new Operand[] {slice(out[0], 0, slices.start(i), slices.length(i))});
                    }
                });
    }

    @Override
    void dispose() {
        main.release();
        if (last != main) {
            last.release();
        }
    }
}
