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
 * What instance norms have in common: mean 0 and variance 1 over each channel of each example; with tracked statistics,
 * in evaluation, by those instead.
 */
public abstract class InstanceNorm extends BuiltInLayer {
    /** {@code [C]}, ones at first; null unless affine. */
    public final @Nullable Tensor weight;

    /** {@code [C]}, zeros at first; null unless affine. */
    public final @Nullable Tensor bias;

    /** {@code [C]}, zeros at first; null unless statistics are tracked. */
    public final @Nullable Tensor runningMean;

    /** {@code [C]}, ones at first; null unless statistics are tracked. */
    public final @Nullable Tensor runningVar;

    /** Stays 0, as in PyTorch, whose files have it; null unless statistics are tracked. */
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

    /** Settings of instance norm; PyTorch's defaults. */
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

        /** The new statistics' part in the running ones; 0.1 unless set. */
        public Options momentum(double momentum) {
            this.momentum = momentum;
            return this;
        }

        /**
         * Whether statistics run along, the mean over each batch of its examples' own, and are used in evaluation; not
         * unless set.
         */
        public Options trackRunningStats(boolean trackRunningStats) {
            this.trackRunningStats = trackRunningStats;
            return this;
        }

        /** Whether there are a factor and a summand per channel; not unless set. */
        public Options affine(boolean affine) {
            this.affine = affine;
            return this;
        }
    }

    @Override
    protected Tensor compute(Tensor x) {
        if (x.dim() != rank && x.dim() != rank - 1 || x.size(x.dim() - rank + 1) != channels) {
            String positions = rank == 3 ? "L]" : rank == 4 ? "H, W]" : "D, H, W]";
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "%s: wants an input [N, C, %s or [C, %s with %d channels, not %s",
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
