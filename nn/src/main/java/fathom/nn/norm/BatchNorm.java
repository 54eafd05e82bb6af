package fathom.nn.norm;

import static fathom.Tensors.ones;
import static fathom.Tensors.zeros;

import fathom.Autograd;
import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.nn.Block;
import fathom.nn.BuiltInLayer;
import fathom.nn.Reprs;
import fathom.options.BatchNormOptions;
import fathom.primitive.Ops;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** Base class of batch norms: a learned scale and shift per channel, and running statistics. */
public abstract class BatchNorm extends BuiltInLayer {
    /** {@code [C]}, initialised to ones; null if not affine. */
    public final @Nullable Tensor weight;

    /** {@code [C]}, initialised to zeros; null if not affine. */
    public final @Nullable Tensor bias;

    /** {@code [C]}, initialised to zeros; null if statistics are not tracked. */
    public final @Nullable Tensor runningMean;

    /** {@code [C]}, initialised to ones; null if statistics are not tracked. */
    public final @Nullable Tensor runningVar;

    /** The number of batches that the running statistics come from; null if they are not tracked. */
    public final @Nullable Tensor numBatchesTracked;

    private final int channels;
    private final Options options;

    /** The differentiable sum over several processes; null without them. Its state is guarded in {@link #compute}. */
    private transient @Nullable UnaryOperator<Tensor> sum;

    BatchNorm(int channels, Consumer<Options> options) {
        if (channels < 1) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "%s: expected at least one channel, got %d", reprName(), channels));
        }
        var o = new Options();
        options.accept(o);
        this.options = o;
        this.channels = channels;
        weight = o.affine ? parameter(ones(channels)) : null;
        bias = o.affine ? parameter(zeros(channels)) : null;
        runningMean = o.trackRunningStats ? buffer(zeros(channels)) : null;
        runningVar = o.trackRunningStats ? buffer(ones(channels)) : null;
        numBatchesTracked = o.trackRunningStats ? buffer(zeros(DType.INT64)) : null;
    }

    /** Options of batch norms; PyTorch's defaults. */
    public static final class Options {
        private double eps = 1e-5;
        private double momentum = 0.1;
        private boolean cumulative;
        private boolean affine = true;
        private boolean trackRunningStats = true;

        private Options() {}

        /** Added to the variance; 1e-5 unless set. */
        public Options eps(double eps) {
            this.eps = eps;
            return this;
        }

        /** The weight of the batch's statistics in the update of the running statistics; 0.1 unless set. */
        public Options momentum(double momentum) {
            this.momentum = momentum;
            this.cumulative = false;
            return this;
        }

        /** Makes the running statistics cumulative averages over all batches: PyTorch's {@code momentum=None}. */
        public Options cumulativeAverage() {
            this.cumulative = true;
            return this;
        }

        /** Whether there are a learned scale and a shift per channel; true unless set. */
        public Options affine(boolean affine) {
            this.affine = affine;
            return this;
        }

        /**
         * Whether running statistics are tracked; true unless set. Without them the batch's statistics are used in
         * evaluation mode too.
         */
        public Options trackRunningStats(boolean trackRunningStats) {
            this.trackRunningStats = trackRunningStats;
            return this;
        }
    }

    /** Resets the running statistics, if they are tracked, to those of no batch. */
    public void resetRunningStats() {
        try (var off = Autograd.noGrad()) {
            if (runningMean != null && runningVar != null && numBatchesTracked != null) {
                runningMean.zero_();
                runningVar.fill_(1);
                numBatchesTracked.zero_();
            }
        }
    }

    /**
     * Recomputes the running statistics of all batch norms of a network, as cumulative averages over the batches of one
     * pass: after its weights were averaged, for instance. PyTorch's {@code update_bn}. Norms that are frozen in
     * evaluation mode keep theirs.
     *
     * @param pass calls the network for each batch; it is in training mode meanwhile; not run if no batch norm tracks
     *     statistics
     */
    public static void recompute(Block net, Runnable pass) {
        List<BatchNorm> norms =
                net.blocks(BatchNorm.class).stream()
                        .filter(n -> n.runningMean != null && !n.isHeldInEvaluation())
                        .toList();
        if (norms.isEmpty()) {
            return;
        }
        boolean mode = net.isTraining();
        List<Boolean> cumulative = norms.stream().map(n -> n.options.cumulative).toList();
        try {
            for (BatchNorm n : norms) {
                n.resetRunningStats();
                n.options.cumulative = true;
            }
            net.train();
            pass.run();
        } finally {
            for (int i = 0; i < norms.size(); i++) {
                norms.get(i).options.cumulative = cumulative.get(i);
            }
            net.train(mode);
        }
    }

    /**
     * Makes training use the statistics of the batches of several processes, each of which has this layer.
     *
     * @param sum the sum of a tensor over the processes, differentiable; null to end it
     */
    public void synchronise(@Nullable UnaryOperator<Tensor> sum) {
        Ops.reportSideEffect("whether a batch norm is synchronised");
        this.sum = sum;
    }

    /**
     * Normalises by the statistics of all processes: one sum of the elements and of their number, and one of the
     * squared differences from the mean, which is as accurate as a single process's.
     */
    private Tensor synchronised(Tensor given, UnaryOperator<Tensor> sum, double momentum) {
        Tensor x = given.dtype() == DType.BFLOAT16 ? given.to(DType.FLOAT32) : given;
        int[] dims = IntStream.range(0, x.dim()).filter(d -> d != 1).toArray();
        var shape = new long[x.dim()];
        Arrays.fill(shape, 1);
        shape[1] = channels;
        Tensor count = x.detach().newFull(new long[] {1}, x.numel() / (double) channels);
        Tensor sums = sum.apply(Tensors.cat(List.of(x.sum(dims), count), 0));
        Tensor total = sums.narrow(0, channels, 1).detach();
        Tensor mean = sums.narrow(0, 0, channels).div(total);
        Tensor centred = x.sub(mean.reshape(shape));
        Tensor variance = sum.apply(centred.square().sum(dims)).div(total);
        if (runningMean != null && runningVar != null) {
            try (var off = Autograd.noGrad()) {
                runningMean.lerp_(mean.detach().to(runningMean.dtype()), momentum);
                Tensor unbiased = variance.detach().mul(total.div(total.sub(1)));
                runningVar.lerp_(unbiased.to(runningVar.dtype()), momentum);
            }
        }
        Tensor y = centred.mul(variance.add(options.eps).rsqrt().reshape(shape));
        if (weight != null && bias != null) {
            y = y.mul(weight.reshape(shape)).add(bias.reshape(shape));
        }
        return given == x ? y : y.to(given.dtype());
    }

    @Override
    protected boolean tracksStatistics() {
        return runningMean != null;
    }

    /** {@return the shapes accepted, where an input of this rank does not fit; else null} */
    abstract @Nullable String acceptedShapes(int rank);

    @Override
    protected Tensor compute(Tensor x) {
        String acceptedShapes = acceptedShapes(x.dim());
        if (acceptedShapes != null) {
            throw new IllegalArgumentException(
                    "%s: expected an input %s, got %s".formatted(reprName(), acceptedShapes, x.shape()));
        }
        double momentum = options.momentum;
        boolean training = isTraining();
        Tensor batches = numBatchesTracked;
        if (training && batches != null) {
            try (var off = Autograd.noGrad()) {
                batches.add_(1);
            }
            momentum = options.cumulative ? 1.0 / batches.itemLong() : momentum;
        }
        UnaryOperator<Tensor> now = sum;
        if (Ops.isTracing()) {
            Ops.guard(() -> sum == now, "whether a batch norm is synchronised");
        }
        if (now != null && training) {
            return synchronised(x, now, momentum);
        }
        var o =
                new BatchNormOptions()
                        .weight(weight)
                        .bias(bias)
                        .training(training || runningMean == null)
                        .momentum(momentum)
                        .eps(options.eps);
        return Tensors.batchNorm(x, runningMean, runningVar, o);
    }

    @Override
    protected String extraRepr() {
        return String.format(
                Locale.ROOT,
                "%d, eps=%s, momentum=%s, affine=%s, track_running_stats=%s",
                channels,
                Reprs.number(options.eps),
                options.cumulative ? "None" : Reprs.number(options.momentum),
                Reprs.bool(options.affine),
                Reprs.bool(options.trackRunningStats));
    }
}
