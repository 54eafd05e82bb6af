package fathom.onednn;

import static java.util.Objects.requireNonNull;

import fathom.cpu.conv.ConvolutionAlgorithm.Problem;
import fathom.cpu.parallel.BlockPartition;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.parallel.Scratch;
import fathom.memory.Storage;
import fathom.primitive.Operand;
import fathom.primitive.window.Convolution;
import fathom.primitive.window.ConvolutionInputGrad;
import java.lang.ref.Reference;
import org.jspecify.annotations.Nullable;

/**
 * A convolution, or its gradient by its input: both take images and weights to images. Each task does some of the
 * images, in one thread. The weights are brought once per call into the layout that oneDNN multiplies from.
 */
final class ConvPlan extends Plan {
    /** Slots of {@link Scratch}, apart from {@link Prepared#SCRATCHPAD_SLOT}: every task's ... */
    static final int SOURCE_SLOT = 3;

    static final int TARGET_SLOT = 4;

    /** ... and the calling thread's, which all tasks read. */
    static final int WEIGHTS_SLOT = 6;

    private final BlockPartition blocks;
    private final Prepared main;
    private final Prepared last;
    private final @Nullable Prepared weights;
    private final @Nullable WeightReorder reorder;
    private final long weightBytes;
    private final Images from;
    private final Images to;
    private final boolean bias;

    private ConvPlan(ConvShape shape, boolean forward, Operand[] in, Operand out) {
        blocks = shape.images();
        from = new Images(in[0], blocks, SOURCE_SLOT, false);
        to = new Images(out, blocks, TARGET_SLOT, true);
        bias = in.length > 2;
        int type = Types.of(in[0].dtype());
        int outType = Types.of(out.dtype());
        try (var descs = new Descs()) {
            long any = descs.any(type, shape.weightShape());
            int biasType = bias ? Types.of(in[2].dtype()) : 0;
            main = prepare(descs, shape, blocks.size(), type, outType, any, forward, biasType);
            long chosen = main.desc(1);
            last =
                    blocks.last() == blocks.size()
                            ? main
                            : prepare(descs, shape, blocks.last(), type, outType, chosen, forward, biasType);
            long given = descs.strided(type, shape.weightShape(), shape.weightStrides(in[1].strides()));
            boolean equal = Dnnl.equalDescs(given, chosen);
            reorder = equal ? null : WeightReorder.of(given, chosen, shape.weightShape(), in[1].dtype().size());
            weights = equal || reorder != null ? null : Reorder.prepare(given, chosen);
            weightBytes = Dnnl.descBytes(chosen);
        }
    }

    /** {@return whether oneDNN may have code for a convolution or its gradient by its input} */
    static boolean fits(Problem p) {
        Operand[] in = p.in();
        return shape(p) != null
                && Types.of(in[0].dtype()) >= 0
                && Types.of(p.out()[0].dtype()) >= 0
                && in[1].dtype() == in[0].dtype()
                && (in.length < 3
                        || Types.of(in[2].dtype()) >= 0 && (in[2].shape()[0] <= 1 || in[2].strides()[0] == 1));
    }

    private static @Nullable ConvShape shape(Problem p) {
        return switch (p.primitive()) {
            case Convolution c -> ConvShape.of(p.in()[0], p.in()[1], p.out()[0], c.groups(), c.window());
            case ConvolutionInputGrad g -> ConvShape.of(p.out()[0], p.in()[1], p.in()[0], g.groups(), g.window());
            default -> null;
        };
    }

    /** Returns a plan for what {@link #fits}, or {@link Plan#UNSUPPORTED} where oneDNN has no good code. */
    static Plan of(Problem p) {
        var shape = shape(p);
        try {
            var plan = new ConvPlan(requireNonNull(shape), p.primitive() instanceof Convolution, p.in(), p.out()[0]);
            if (plan.main.isReference() || plan.last.isReference()) {
                plan.release();
                return UNSUPPORTED;
            }
            return plan;
        } catch (DnnlException e) {
            return UNSUPPORTED;
        }
    }

    private static Prepared prepare(
            Descs descs, ConvShape s, long images, int type, int outType, long weights, boolean forward, int bias) {
        long x = descs.channelsLast(forward ? type : outType, images, s.c(), s.in());
        long y = descs.channelsLast(forward ? outType : type, images, s.o(), s.out());
        var geometry = s.geometry();
        if (!forward) {
            long hint = Dnnl.convolution(x, weights, 0, y, geometry);
            try {
                long plan = Dnnl.convolutionData(x, weights, y, geometry, hint);
                return new Prepared(
                        plan,
                        new int[] {Dnnl.ARG_DIFF_DST, Dnnl.ARG_WEIGHTS, Dnnl.ARG_DIFF_SRC},
                        new long[] {y, Dnnl.queryDesc(plan, Dnnl.QUERY_WEIGHTS_MD), x});
            } finally {
                Dnnl.destroyPlan(hint);
            }
        }
        if (bias == 0) {
            long plan = Dnnl.convolution(x, weights, 0, y, geometry);
            return new Prepared(
                    plan,
                    new int[] {Dnnl.ARG_SRC, Dnnl.ARG_WEIGHTS, Dnnl.ARG_DST},
                    new long[] {x, Dnnl.queryDesc(plan, Dnnl.QUERY_WEIGHTS_MD), y});
        }
        long b = descs.strided(bias, new long[] {s.o()}, new long[] {1});
        long plan = Dnnl.convolution(x, weights, b, y, geometry);
        return new Prepared(
                plan,
                new int[] {Dnnl.ARG_SRC, Dnnl.ARG_WEIGHTS, Dnnl.ARG_DST, Dnnl.ARG_BIAS},
                new long[] {x, Dnnl.queryDesc(plan, Dnnl.QUERY_WEIGHTS_MD), y, b});
    }

    @Override
    void dispose() {
        close(main, last, weights);
        from.close();
        to.close();
    }

    @Override
    void run(Operand[] in, Operand[] out) {
        long source = in[0].address();
        long target = out[0].address();
        long biases = bias ? in[2].address() : 0;
        Storage kept = reorder == null ? null : ReorderCache.of(in[1], reorder, weightBytes);
        long ready = kept != null ? kept.address() : weights(in[1].address());
        Parallel.forRange(
                blocks.count(),
                1,
                (begin, end) -> {
                    for (long block = begin; block < end; block++) {
                        task(block, source, ready, target, biases);
                    }
                });
        Reference.reachabilityFence(kept);
    }

    /** Weights in oneDNN's layout, for this call. */
    private long weights(long given) {
        if (weights == null && reorder == null) {
            return given;
        }
        long w = Scratch.address(WEIGHTS_SLOT, weightBytes);
        if (reorder != null) {
            reorder.run(given, w);
        } else if (weights != null) {
            weights.run(given, w);
        }
        return w;
    }

    private void task(long block, long source, long w, long target, long biases) {
        long read = from.read(source, block);
        long written = to.isStaged() ? to.address(target) : to.start(target, block);
        var primitive = blocks.length(block) == blocks.size() ? main : last;
        if (bias) {
            primitive.run(read, w, written, biases);
        } else {
            primitive.run(read, w, written);
        }
        to.write(target, block);
    }
}
