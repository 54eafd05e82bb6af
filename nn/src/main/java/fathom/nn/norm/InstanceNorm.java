package fathom.nn.norm;

import static fathom.Tensors.ones;
import static fathom.Tensors.zeros;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.BuiltInLayer;
import fathom.nn.Reprs;
import java.util.Locale;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Base class of instance norms: normalises each channel of each example to mean 0 and variance 1; in evaluation mode by
 * the running statistics, if they are tracked.
 */
public abstract class InstanceNorm extends BuiltInLayer {
    /** {@code [C]}, initialised to ones; null unless affine. */
    public final @Nullable Tensor weight;

    /** {@code [C]}, initialised to zeros; null unless affine. */
    public final @Nullable Tensor bias;

    /** {@code [C]}, initialised to zeros; null unless statistics are tracked. */
    public final @Nullable Tensor runningMean;

    /** {@code [C]}, initialised to ones; null unless statistics are tracked. */
    public final @Nullable Tensor runningVar;

    /** Always 0, as in PyTorch, whose state dictionaries have it; null unless statistics are tracked. */
    public final @Nullable Tensor numBatchesTracked;

    private final int channels;
    private final int rank;
    private final Options options;

    InstanceNorm(int channels, int rank, Consumer<Options> options) {
        this.channels = channels;
        this.rank = rank;
        this.options = new Options();
        options.accept(this.options);
        weight = this.options.affine ? parameter(ones(channels)) : null;
        bias = this.options.affine ? parameter(zeros(channels)) : null;
        boolean tracks = this.options.trackRunningStats;
        runningMean = tracks ? buffer(zeros(channels)) : null;
        runningVar = tracks ? buffer(ones(channels)) : null;
        numBatchesTracked = tracks ? buffer(zeros(DType.INT64)) : null;
    }

    /** Options of instance norm; PyTorch's defaults. */
    public static final class Options {
        private double eps = 1e-5;
        private double momentum = 0.1;
        private boolean affine;
        private boolean trackRunningStats;

        private Options() {}

        /** Added to the variance; 1e-5 unless set. */
        public Options eps(double eps) {
            this.eps = eps;
            return this;
        }

        /** The weight of the batch's statistics in the update of the running statistics; 0.1 unless set. */
        public Options momentum(double momentum) {
            this.momentum = momentum;
            return this;
        }

        /**
         * Whether running statistics are tracked (averaged over the examples of each batch) and used in evaluation
         * mode; false unless set.
         */
        public Options trackRunningStats(boolean trackRunningStats) {
            this.trackRunningStats = trackRunningStats;
            return this;
        }

        /** Whether there are a learned scale and a shift per channel; false unless set. */
        public Options affine(boolean affine) {
            this.affine = affine;
            return this;
        }
    }

    @Override
    protected boolean tracksStatistics() {
        return runningMean != null;
    }

    @Override
    protected Tensor compute(Tensor x) {
        if (x.dim() != rank && x.dim() != rank - 1 || x.size(x.dim() - rank + 1) != channels) {
            String positions = rank == 3 ? "L]" : rank == 4 ? "H, W]" : "D, H, W]";
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: expected an input [N, C, %s or [C, %s with %d channels, got %s",
                            reprName(),
                            positions,
                            positions,
                            channels,
                            x.shape()));
        }
        return x.dim() == rank ? normalized(x) : normalized(x.unsqueeze(0)).squeeze(0);
    }

    private Tensor normalized(Tensor x) {
        boolean ownStatistics = runningMean == null || isTraining();
        return Tensors.instanceNorm(
                x,
                runningMean,
                runningVar,
                o -> o.weight(weight).bias(bias).training(ownStatistics).momentum(options.momentum).eps(options.eps));
    }

    @Override
    protected String extraRepr() {
        return String.format(
                Locale.ROOT,
                "%d, eps=%s, momentum=%s, affine=%s, track_running_stats=%s",
                channels,
                Reprs.number(options.eps),
                Reprs.number(options.momentum),
                Reprs.bool(options.affine),
                Reprs.bool(options.trackRunningStats));
    }
}
