package fathom.cuda.window;

import fathom.DType;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.Launch;

/**
 * Copies a weight into the order in which kernels read it: by group, tap, channel that is summed over, and channel of
 * the result, the innermost; in the type that sums are computed in.
 */
final class PackedWeights {
    private static final int THREADS = 256;

    private record Variant(DType type, boolean isSmall) {}

    /** The position of the scratch memory's address among the arguments. */
    private static final int TO = 1;

    private final Launch launch;
    private final long bytes;

    /**
     * @param transposed whether the channels of the result are the input's
     * @param padded the number of channels of the result, with zeros at the end
     * @param groupStride elements from one group to the next
     * @param rowStride elements from one channel that is summed over to the next
     */
    PackedWeights(Gpu gpu, Convolved c, boolean transposed, long padded, long groupStride, long rowStride) {
        Volume w = c.w();
        long summed = transposed ? c.outputs() : c.inputs();
        long count = c.groups() * c.taps() * summed * padded;
        var variant = new Variant(w.type(), w.isSmall() && count < Integer.MAX_VALUE);
        var function =
                gpu.function(
                        variant, () -> Source.of("conv_pack").elements(variant.type).index(variant.isSmall).kernel());
        long output = w.strides()[0];
        long input = w.strides()[1];
        var arguments = new Arguments().add(w.address(), 0, count, padded, summed, c.taps());
        arguments.add(transposed ? c.inputs() : c.outputs(), groupStride, rowStride);
        arguments.add(c.outputs() * output, transposed ? output : input, transposed ? input : output);
        arguments.add(w.shape()[3], w.shape()[4], w.strides()[2], w.strides()[3], w.strides()[4]);
        launch = Launch.linear(function, (count + THREADS - 1) / THREADS, THREADS, arguments.toArray());
        bytes = count * (w.type() == DType.FLOAT64 ? Double.BYTES : Float.BYTES);
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
