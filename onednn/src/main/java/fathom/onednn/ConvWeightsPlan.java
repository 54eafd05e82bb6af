package fathom.onednn;

import fathom.cpu.parallel.BlockPartition;
import fathom.cpu.parallel.Parallel;
import fathom.cpu.parallel.Scratch;
import fathom.primitive.Operand;
import fathom.primitive.window.ConvolutionWeightGrad;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.jspecify.annotations.Nullable;

/**
 * A convolution's gradient with respect to its weights. Each task sums over a block of images into a partial result of
 * its own; the partial results, always float32, are then added in the order of the images. Their number depends on the
 * shape alone, so the sum is the same for any number of threads.
 */
final class ConvWeightsPlan extends Plan {
    /** Minimum positions of the output per task that amortise adding its partial result. */
    private static final double MIN_POSITIONS = 128;

    private static final long MAX_PARTIALS = 16;

    /** The calling thread's {@link Scratch} slot of the partial results. */
    private static final int PARTIALS_SLOT = 7;

    private static final long SUM_GRAIN = 8192;

    private static final MemorySegment ALL = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

    private final BlockPartition blocks;
    private final Prepared main;
    private final Prepared last;
    private final @Nullable Prepared result;
    private final @Nullable WeightReorder reorder;
    private final long partialBytes;
    private final Images gradients;
    private final Images inputs;

    private ConvWeightsPlan(ConvShape shape, BlockPartition images, Operand[] in, Operand out) {
        blocks = images;
        gradients = new Images(in[0], blocks, ConvPlan.SOURCE_SLOT, false);
        inputs = new Images(in[1], blocks, ConvPlan.TARGET_SLOT, false);
        int type = Types.of(in[0].dtype());
        try (var descs = new Descs()) {
            long any = descs.any(Dnnl.F32, shape.weightShape());
            main = prepare(descs, shape, blocks.size(), type, any);
            long chosen = main.desc(2);
            last = blocks.last() == blocks.size() ? main : prepare(descs, shape, blocks.last(), type, chosen);
            long required =
                    descs.strided(Types.of(out.dtype()), shape.weightShape(), shape.weightStrides(out.strides()));
            boolean equal = Dnnl.equalDescs(chosen, required);
            reorder =
                    equal || out.dtype() != fathom.DType.FLOAT32
                            ? null
                            : WeightReorder.of(chosen, required, shape.weightShape(), Float.BYTES);
            result = equal || reorder != null ? null : Reorder.prepare(chosen, required);
            partialBytes = (Dnnl.descBytes(chosen) + 63) / 64 * 64;
        }
    }

    /** {@return whether oneDNN may support the gradient} */
    static boolean fits(ConvolutionWeightGrad primitive, Operand[] in, Operand[] out) {
        var shape = ConvShape.of(in[1], out[0], in[0], primitive.groups(), primitive.window());
        // oneDNN does not write the gradient of a tap that covers padding only
        return shape != null
                && shape.allTapsUsed()
                && Types.of(in[0].dtype()) >= 0
                && in[1].dtype() == in[0].dtype()
                && Types.of(out[0].dtype()) >= 0;
    }

    /** {@return a plan, or {@link Plan#UNSUPPORTED}} */
    static Plan of(ConvolutionWeightGrad primitive, Operand[] in, Operand[] out) {
        return of(primitive, in, out, MAX_PARTIALS);
    }

    /** {@return a plan with at most {@code maxPartials} partial results, or {@link Plan#UNSUPPORTED}} */
    static Plan of(ConvolutionWeightGrad primitive, Operand[] in, Operand[] out, long maxPartials) {
        var shape = ConvShape.of(in[1], out[0], in[0], primitive.groups(), primitive.window());
        if (shape == null || !fits(primitive, in, out)) {
            return UNSUPPORTED;
        }
        try {
            double byPositions = shape.n() * shape.positions() / MIN_POSITIONS;
            long maxParts = Math.clamp((long) byPositions, 1, maxPartials);
            var images = BlockPartition.about(shape.n(), Math.min(shape.images().count(), maxParts), 1);
            var plan = new ConvWeightsPlan(shape, images, in, out[0]);
            if (plan.main.isReference() || plan.last.isReference()) {
                plan.release();
                return UNSUPPORTED;
            }
            return plan;
        } catch (DnnlException e) {
            return UNSUPPORTED;
        }
    }

    private static Prepared prepare(Descs descs, ConvShape s, long images, int type, long weights) {
        long x = descs.channelsLast(type, images, s.c(), s.in());
        long y = descs.channelsLast(type, images, s.o(), s.out());
        var geometry = s.geometry();
        long hint = Dnnl.convolution(x, descs.any(type, s.weightShape()), 0, y, geometry);
        try {
            long plan = Dnnl.convolutionWeights(x, weights, 0, y, geometry, hint);
            return new Prepared(
                    plan,
                    new int[] {Dnnl.ARG_DIFF_DST, Dnnl.ARG_SRC, Dnnl.ARG_DIFF_WEIGHTS},
                    new long[] {y, x, Dnnl.queryDesc(plan, Dnnl.QUERY_DIFF_WEIGHTS_MD)});
        } finally {
            Dnnl.destroyPlan(hint);
        }
    }

    @Override
    void dispose() {
        close(main, last, result);
        gradients.close();
        inputs.close();
    }

    @Override
    void run(Operand[] in, Operand[] out) {
        long gradient = in[0].address();
        long input = in[1].address();
        long count = blocks.count();
        long partials =
                count == 1 && isInPlace() ? out[0].address() : Scratch.address(PARTIALS_SLOT, count * partialBytes);
        Parallel.forRange(
                count,
                1,
                (begin, end) -> {
                    for (long block = begin; block < end; block++) {
                        var primitive = blocks.length(block) == blocks.size() ? main : last;
                        primitive.run(
                                gradients.read(gradient, block),
                                inputs.read(input, block),
                                partials + block * partialBytes);
                    }
                });
        if (count > 1) {
            long sum = isInPlace() ? out[0].address() : partials;
            Parallel.forRange(
                    Dnnl.descBytes(main.desc(2)) / Float.BYTES,
                    SUM_GRAIN,
                    (begin, end) -> {
                        add(partials, begin, end, sum);
                    });
        }
        if (reorder != null) {
            reorder.run(partials, out[0].address());
        } else if (result != null) {
            result.run(partials, out[0].address());
        }
    }

    /** Whether oneDNN's layout is that of the output. */
    private boolean isInPlace() {
        return result == null && reorder == null;
    }

    /** Adds the elements {@code begin <= i < end} of all partial results, in order. */
    private void add(long partials, long begin, long end, long sum) {
        long count = blocks.count();
        for (long block = 1; block < count; block++) {
            long left = block == 1 ? partials : sum;
            long right = partials + block * partialBytes;
            for (long i = begin; i < end; i++) {
                float a = ALL.get(ValueLayout.JAVA_FLOAT, left + i * Float.BYTES);
                float b = ALL.get(ValueLayout.JAVA_FLOAT, right + i * Float.BYTES);
                ALL.set(ValueLayout.JAVA_FLOAT, sum + i * Float.BYTES, a + b);
            }
        }
    }
}
