package fathom.cuda.window;

import fathom.DType;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.Launch;
import fathom.cuda.gpu.Work;

/**
 * The second pass of a weight gradient: adds the sums that blocks computed over slices of the positions, {@code [slice,
 * output channel, tap, input channel of the group]}, in ascending order of slices.
 */
final class PartialWeights {
    private static final int THREADS = 256;

    /** The largest size of all partial sums. */
    private static final long MOST_BYTES = 256L << 20;

    private record Variant(DType sums, DType out) {}

    private PartialWeights() {}

    /**
     * {@return the number of slices}
     *
     * @param blocks the number of blocks without slices
     * @param positions the number of positions
     * @param least the smallest number of positions of a slice
     */
    static int slices(Gpu gpu, Convolved c, long blocks, long positions, long least) {
        long wanted = Math.ceilDiv(6L * gpu.properties().multiprocessors(), blocks);
        long room = Math.max(1, MOST_BYTES / (c.w().numel() * size(c.w().type())));
        long slices = Math.min(Math.min(wanted, Math.ceilDiv(positions, least)), Math.min(room, 65_535));
        return (int) Math.max(positions == 0 ? 0 : 1, slices);
    }

    private static int size(DType type) {
        return type == DType.FLOAT64 ? Double.BYTES : Float.BYTES;
    }

    /**
     * {@return the work of both passes}
     *
     * @param first the kernel of the first pass, whose argument {@code at} is the address of the partial sums
     * @param slices the number of slices, possibly 0
     */
    static Work work(Gpu gpu, Convolved c, Launch first, int at, int slices) {
        Volume w = c.w();
        var variant = new Variant(c.x().type(), w.type());
        var function =
                gpu.function(
                        variant,
                        () -> Source.of("conv_weights_sum").elements(variant.sums).type("OUT", variant.out).kernel());
        var arguments = new Arguments().add(0, w.address(), w.numel(), slices);
        arguments.add(c.inputs(), c.taps(), w.shape()[3], w.shape()[4]).add(w.strides());
        Launch second = Launch.linear(function, Math.ceilDiv(w.numel(), THREADS), THREADS, arguments.toArray());
        long bytes = Math.max(1, slices * w.numel() * size(c.x().type()));
        return () -> {
            synchronized (gpu.lock()) {
                long scratch = gpu.scratch(bytes);
                if (slices > 0) {
                    first.arguments()[at] = scratch;
                    gpu.launch(first);
                }
                second.arguments()[0] = scratch;
                gpu.launch(second);
            }
        };
    }
}
