package fathom.distributed.parallel;

import fathom.DType;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Options of {@link DistributedDataParallel} and {@link GradientReducer}; PyTorch's defaults. */
public final class ReducerOptions {
    long bucketBytes = 25L << 20;
    boolean findUnusedParameters;
    boolean staticGraph;
    boolean broadcastBuffers = true;
    @Nullable DType compression;

    ReducerOptions() {}

    /**
     * The size of the buckets in which gradients are reduced, in bytes; 25 MiB unless set. Small ones start earlier,
     * large ones have less overhead. The first is at most 1 MiB.
     */
    public ReducerOptions bucketBytes(long bytes) {
        if (bytes < 1) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "bucketBytes: must be at least 1, is %d", bytes));
        }
        bucketBytes = bytes;
        return this;
    }

    /**
     * Whether parameters may have no gradient in a backward pass, other ones each time: the processes then agree in
     * each pass on which had one on any of them, and leave the others' gradients as they are. Steps are not captured.
     * Without it, such a parameter is an error.
     */
    public ReducerOptions findUnusedParameters(boolean find) {
        findUnusedParameters = find;
        return this;
    }

    /**
     * Whether the parameters without a gradient are the same in every pass: they are found in the first. Steps may be
     * captured.
     */
    public ReducerOptions staticGraph(boolean isStatic) {
        staticGraph = isStatic;
        return this;
    }

    /**
     * Whether buffers, such as the statistics of batch norms, become those of rank 0 before each forward pass in
     * training; true unless set.
     */
    public ReducerOptions broadcastBuffers(boolean broadcast) {
        broadcastBuffers = broadcast;
        return this;
    }

    /**
     * Whether gradients are sent in bfloat16, which halves the traffic: PyTorch's {@code bf16_compress_hook}. They are
     * rounded once before and once after they are summed in float32.
     */
    public ReducerOptions compressToBfloat16(boolean compress) {
        compression = compress ? DType.BFLOAT16 : null;
        return this;
    }
}
