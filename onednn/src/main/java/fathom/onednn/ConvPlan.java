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
 * A convolution, or its gradient with respect to the input: both map images and weights to images. Each task processes
 * a block of images on one thread. Once per call, the weights are reordered to oneDNN's preferred layout.
 */
final class ConvPlan extends Plan {
    /** {@link Scratch} slots, besides {@link Prepared#SCRATCHPAD_SLOT}, of each task ... */
    static final int SOURCE_SLOT = 3;

    static final int TARGET_SLOT = 4;

    /** ... and of the calling thread, shared by all tasks. */
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
            long unpacked = descs.strided(type, shape.weightShape(), shape.weightStrides(in[1].strides()));
            boolean equal = Dnnl.equalDescs(unpacked, chosen);
            reorder = equal ? null : WeightReorder.of(unpacked, chosen, shape.weightShape(), in[1].dtype().size());
            weights = equal || reorder != null ? null : Reorder.prepare(unpacked, chosen);
            weightBytes = Dnnl.descBytes(chosen);
        }
    }

    /** {@return whether oneDNN may support a convolution or its input gradient} */
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

    /**
     * {@return a plan for a problem that {@link #fits}, or {@link Plan#UNSUPPORTED} if oneDNN has no optimised
     * implementation}
     */
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
        long packed = kept != null ? kept.address() : weights(in[1].address());
        Parallel.forRange(
                blocks.count(),
                1,
                (begin, end) -> {
                    for (long block = begin; block < end; block++) {
                        task(block, source, packed, target, biases);
                    }
                });
        Reference.reachabilityFence(kept);
    }

    /** {@return the address of the weights in oneDNN's layout} */
    private long weights(long unpacked) {
        if (weights == null && reorder == null) {
            return unpacked;
        }
        long w = Scratch.address(WEIGHTS_SLOT, weightBytes);
        if (reorder != null) {
            reorder.run(unpacked, w);
        } else if (weights != null) {
            weights.run(unpacked, w);
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
