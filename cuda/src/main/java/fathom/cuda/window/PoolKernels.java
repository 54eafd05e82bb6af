package fathom.cuda.window;

import fathom.DType;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFamily;
import fathom.cuda.gpu.Launch;
import fathom.cuda.gpu.Work;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.window.Pool;
import fathom.primitive.window.PoolAxis;
import fathom.primitive.window.PoolGrad;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Pooling and its gradient. A thread computes a few neighbouring channels of one window; in the gradient, of one input
 * position, for which it visits the windows that cover it, so that nothing is added atomically.
 */
public final class PoolKernels implements KernelFamily {
    private static final int THREADS = 256;

    /** Fewer threads per multiprocessor than this leave a card idle: then each computes one channel. */
    private static final long ENOUGH = 512;

    /**
     * What the source is determined by.
     *
     * @param window the number of positions along rows and columns if it is known to the compiler, else 0
     * @param width channels per thread
     */
    private record Variant(
            boolean isGradient,
            boolean isMax,
            DType type,
            boolean isVolume,
            int window,
            int width,
            boolean channelsInside,
            boolean isSmall) {}

    @Override
    public Set<Class<? extends Computed>> primitives() {
        return Set.of(Pool.class, PoolGrad.class);
    }

    @Override
    public @Nullable Work prepare(Gpu gpu, Computed primitive, Operand[] in, Operand[] out) {
        return switch (primitive) {
            case Pool p -> pool(gpu, p, in, out);
            case PoolGrad p -> gradient(gpu, p, in, out);
            default -> null;
        };
    }

    private static @Nullable Work pool(Gpu gpu, Pool p, Operand[] in, Operand[] out) {
        Volume x = Volume.of(in[0]);
        Volume y = Volume.of(out[0]);
        boolean isMax = p.kind() == Pool.Kind.MAX;
        if (x.type() == DType.BOOL || y.type() != x.type()) {
            return null;
        }
        if (y.numel() == 0) {
            return () -> {};
        }
        if (isMax && hasEmptyWindow(p.axes(), in[0].shape())) {
            return null; // the host's backend says which one
        }
        Volume places = isMax ? Volume.of(out[1]) : y;
        return work(gpu, p, y, x, y, isMax ? places : null, false);
    }

    private static @Nullable Work gradient(Gpu gpu, PoolGrad p, Operand[] in, Operand[] out) {
        Volume g = Volume.of(in[0]);
        Volume x = Volume.of(out[0]);
        if (!x.type().isFloating() || g.type() != x.type()) {
            return null;
        }
        if (x.numel() == 0) {
            return () -> {};
        }
        boolean isMax = p.forward().kind() == Pool.Kind.MAX;
        return work(gpu, p.forward(), x, x, g, isMax ? Volume.of(in[1]) : null, true);
    }

    /**
     * {@return the work}
     *
     * @param result the operand that threads are numbered along
     * @param x the operand that windows slide over
     * @param y the operand with an element per window
     */
    private static Work work(
            Gpu gpu, Pool pool, Volume result, Volume x, Volume y, @Nullable Volume places, boolean isGradient) {
        DType type = x.type();
        int width = places == null ? Math.max(1, 16 / type.size()) : Math.clamp(16 / type.size(), 1, 4);
        while (width > 1
                && !(x.hasGroups(width)
                        && y.hasGroups(width)
                        && (places == null || places.hasGroups(width))
                        && result.numel() / width >= ENOUGH * gpu.properties().multiprocessors())) {
            width /= 2;
        }
        boolean isSmall = x.isSmall() && y.isSmall() && (places == null || places.isSmall());
        boolean channelsInside = result.isChannelsLast() || result.positions() == 1;
        boolean isVolume = pool.rank() == 3;
        var variant =
                new Variant(
                        isGradient,
                        places != null,
                        type,
                        isVolume,
                        isGradient ? 0 : window(pool),
                        width,
                        channelsInside,
                        isSmall);
        var function =
                gpu.function(
                        variant,
                        () ->
                                Source.of(isGradient ? "pool_grad" : "pool")
                                        .elements(variant.type)
                                        .index(variant.isSmall)
                                        .define("MAX", variant.isMax)
                                        .define("VOLUME", variant.isVolume)
                                        .define("WINDOW", variant.window)
                                        .define("VEC", variant.width)
                                        .define("CHANNELS_INSIDE", variant.channelsInside)
                                        .kernel());
        var arguments = new Arguments();
        long n = result.numel() / width;
        arguments.add(x.address(), y.address(), places == null ? 0 : places.address());
        arguments.add(n, result.channels() / width);
        long[] extents = {x.shape()[2], x.shape()[3], x.shape()[4]};
        for (int a = 0; a < 3; a++) {
            int missing = 3 - pool.rank();
            PoolAxis axis = a < missing ? new PoolAxis.Sliding(1, 1, 0, 1, 1) : pool.axes().get(a - missing);
            switch (axis) {
                case PoolAxis.Sliding s ->
                        arguments.add(s.kernel(), s.stride(), s.low(), s.high(), s.dilation(), s.count(), extents[a]);
                case PoolAxis.Adaptive s -> arguments.add(0, 0, 0, 0, 1, s.count(), s.in());
            }
        }
        arguments.add(x.strides());
        arguments.add(y.strides());
        arguments.add(places == null ? new long[Volume.RANK] : places.strides());
        arguments.add(pool.divisor() != 0 ? pool.divisor() : pool.countIncludePad() ? -1 : 0);
        Launch launch = Launch.linear(function, (n + THREADS - 1) / THREADS, THREADS, arguments.toArray());
        return () -> gpu.launch(launch);
    }

    /** {@return the size of square windows that are small enough to be unrolled; else 0} */
    private static int window(Pool pool) {
        if (pool.rank() == 2
                && pool.rows() instanceof PoolAxis.Sliding r
                && pool.columns() instanceof PoolAxis.Sliding c
                && r.kernel() == c.kernel()
                && (r.kernel() == 2 || r.kernel() == 3)) {
            return r.kernel();
        }
        return 0;
    }

    private static boolean hasEmptyWindow(List<PoolAxis> axes, long[] shape) {
        for (int a = 0; a < axes.size(); a++) {
            PoolAxis axis = axes.get(a);
            long in = shape[2 + a];
            if (axis.low() == 0 && axis.start(axis.count() - 1) < in && in > 0) {
                continue;
            }
            for (long o = 0; o < axis.count(); o++) {
                long start = axis.start(o);
                long first =
                        start >= 0 ? start : start + Math.ceilDiv(-start, axis.dilation()) * (long) axis.dilation();
                if (first >= Math.min(in, axis.end(o))) {
                    return true;
                }
            }
        }
        return false;
    }
}
