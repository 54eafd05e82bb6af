package fathom.cuda.window;

import fathom.DType;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.Launch;

/** Copies a weight into the order in which kernels read it, in scratch memory. */
final class PackedWeights {
    private static final int THREADS = 256;

    private record Variant(DType type, boolean isRaw, boolean isSmall) {}

    /** The position of the scratch memory's address among the arguments. */
    private static final int TO = 1;

    private final Launch launch;
    private final long bytes;

    private PackedWeights(Launch launch, long bytes) {
        this.launch = launch;
        this.bytes = bytes;
    }

    /**
     * {@return the copy in the type of sums, whose innermost dimension is the channels of the result}
     *
     * @param transposed whether the channels of the result are the input's
     * @param padded the number of channels of the result of a group, with zeros at the end
     * @param groupStride elements from one group to the next
     * @param rowStride elements from one channel that is summed over to the next
     */
    static PackedWeights sums(Gpu gpu, Convolved c, boolean transposed, long padded, long groupStride, long rowStride) {
        long summed = transposed ? c.outputs() : c.inputs();
        long[] strides = {groupStride, summed * rowStride, rowStride, 1};
        return of(gpu, c, transposed, padded, summed, strides, false);
    }

    /** {@return the copy in the weight's own type, whose innermost dimension is the channels that are summed over} */
    static PackedWeights raw(Gpu gpu, Convolved c, boolean transposed, long padded, long paddedSum) {
        long tap = padded * paddedSum;
        return of(gpu, c, transposed, padded, paddedSum, new long[] {c.taps() * tap, tap, 1, paddedSum}, true);
    }

    private static PackedWeights of(
            Gpu gpu, Convolved c, boolean transposed, long padded, long paddedSum, long[] strides, boolean isRaw) {
        Volume w = c.w();
        long count = c.groups() * c.taps() * paddedSum * padded;
        var variant = new Variant(w.type(), isRaw, w.isSmall() && count < Integer.MAX_VALUE);
        var function =
                gpu.function(
                        variant,
                        () ->
                                Source.of("conv_pack")
                                        .elements(variant.type)
                                        .define("RAW", variant.isRaw)
                                        .index(variant.isSmall)
                                        .kernel());
        long output = w.strides()[0];
        long input = w.strides()[1];
        var arguments = new Arguments().add(w.address(), 0, count, padded, paddedSum, c.taps());
        arguments.add(transposed ? c.inputs() : c.outputs(), transposed ? c.outputs() : c.inputs()).add(strides);
        arguments.add(c.outputs() * output, transposed ? output : input, transposed ? input : output);
        arguments.add(w.shape()[3], w.shape()[4], w.strides()[2], w.strides()[3], w.strides()[4]);
        Launch launch = Launch.linear(function, (count + THREADS - 1) / THREADS, THREADS, arguments.toArray());
        int size = isRaw ? w.type().size() : w.type() == DType.FLOAT64 ? Double.BYTES : Float.BYTES;
        return new PackedWeights(launch, count * size);
    }

    /** {@return the size of the copy} */
    long bytes() {
        return bytes;
    }

    /** Submits the copy; while holding the GPU's lock. */
    void submit(Gpu gpu, long scratch) {
        launch.arguments()[TO] = scratch;
        gpu.launch(launch);
    }
}
