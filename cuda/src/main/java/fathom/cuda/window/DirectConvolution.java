package fathom.cuda.window;

import fathom.DType;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.Launch;
import fathom.cuda.gpu.Work;
import org.jspecify.annotations.Nullable;

/**
 * A convolution with few channels in a group, or its input gradient: a thread computes neighbouring channels of some
 * neighbouring positions, for which it reads each weight once. Bound by memory where groups have one channel.
 */
final class DirectConvolution {
    private static final int THREADS = 128;

    /** Positions per thread. */
    private static final int POSITIONS = 4;

    /** The position of the packed weight's address among the arguments. */
    private static final int WEIGHT = 3;

    /**
     * What the source is determined by.
     *
     * @param width channels per thread
     * @param isDepthwise whether each channel of the result has one channel of the operand, the same
     */
    private record Variant(
            DType type,
            @Nullable DType bias,
            DType out,
            boolean transposed,
            boolean isVolume,
            boolean isDepthwise,
            int width,
            int positions,
            boolean channelsInside,
            boolean isSmall) {}

    private DirectConvolution() {}

    static Work prepare(Gpu gpu, Convolved c, boolean transposed) {
        Volume from = transposed ? c.y() : c.x();
        Volume to = transposed ? c.x() : c.y();
        long summed = transposed ? c.outputs() : c.inputs();
        long results = transposed ? c.inputs() : c.outputs();
        boolean isDepthwise = summed == 1 && results == 1;
        long enough = 512L * gpu.properties().multiprocessors();
        int positions = to.shape()[4] >= POSITIONS && to.numel() / POSITIONS >= enough ? POSITIONS : 1;
        int width = isDepthwise ? Math.clamp(16 / from.type().size(), 1, 4) : 1;
        while (width > 1
                && !(from.hasGroups(width) && to.hasGroups(width) && to.numel() / positions / width >= enough)) {
            width /= 2;
        }
        boolean channelsInside = to.isChannelsLast();
        var variant =
                new Variant(
                        from.type(),
                        c.bias() == null ? null : c.bias().dtype(),
                        to.type(),
                        transposed,
                        c.isVolume(),
                        isDepthwise,
                        width,
                        positions,
                        channelsInside,
                        c.isSmall());
        var function = gpu.function(variant, () -> source(variant).kernel());
        long across = Math.ceilDiv(to.shape()[4], positions);
        long n = to.numel() / to.shape()[4] * across / width;
        var pack = PackedWeights.sums(gpu, c, transposed, results, results, to.channels());
        var arguments = new Arguments().add(from.address(), to.address());
        arguments.add(c.bias() == null ? 0 : c.bias().address(), 0);
        arguments.add(n, to.channels() / width, across, summed, results);
        c.addAxes(arguments);
        arguments.add(from.strides()).add(to.strides()).add(c.bias() == null ? 0 : c.bias().strides()[0]);
        Launch launch = Launch.linear(function, (n + THREADS - 1) / THREADS, THREADS, arguments.toArray());
        return () -> {
            synchronized (gpu.lock()) {
                long scratch = gpu.scratch(Math.max(1, pack.bytes()));
                if (pack.bytes() > 0) {
                    pack.submit(gpu, scratch);
                }
                launch.arguments()[WEIGHT] = scratch;
                gpu.launch(launch);
            }
        };
    }

    private static Source source(Variant v) {
        var source = Source.of("conv_direct").elements(v.type).index(v.isSmall).type("OUT", v.out);
        if (v.bias != null) {
            source.type("BIAS", v.bias);
        }
        return source.define("HAS_BIAS", v.bias != null)
                .define("TRANSPOSED", v.transposed)
                .define("VOLUME", v.isVolume)
                .define("DEPTHWISE", v.isDepthwise)
                .define("VEC", v.width)
                .define("POSITIONS", v.positions)
                .define("CHANNELS_INSIDE", v.channelsInside);
    }
}
