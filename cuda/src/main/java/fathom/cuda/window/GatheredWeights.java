package fathom.cuda.window;

import fathom.DType;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.Launch;
import fathom.cuda.gpu.Work;
import org.jspecify.annotations.Nullable;

/**
 * The weight gradient of a convolution as a matrix product: output channels by positions, times positions by taps and
 * channels, both gathered into tiles in shared memory. Positions are divided into slices, as the result alone would not
 * fill a card; {@link PartialWeights} adds them.
 */
final class GatheredWeights {
    private static final int THREADS = 256;
    private static final int TILE = 64;
    private static final int STEP = 16;

    /** The positions of a step of tensor cores. */
    private static final int WIDE_STEP = 32;

    private static final int LEAST_STEPS = 16;
    private static final int LARGEST = 65_535;

    /** The position of the partial sums' address among the arguments. */
    private static final int SUMS = 2;

    private record Variant(
            DType type, boolean isVolume, boolean channelsInside, boolean tensorCores, boolean isSmall) {}

    private GatheredWeights() {}

    static @Nullable Work prepare(Gpu gpu, Convolved c, boolean tensorCores) {
        long positions = c.y().images() * c.y().positions();
        long columns = c.taps() * c.inputs();
        long tiles = Math.ceilDiv(c.outputs(), TILE);
        if (tiles * c.groups() > LARGEST) {
            return null;
        }
        long blocks = Math.ceilDiv(columns, TILE) * tiles * c.groups();
        int slices = PartialWeights.slices(gpu, c, blocks, positions, STEP * LEAST_STEPS);
        long each = slices == 0 ? 0 : Math.ceilDiv(Math.ceilDiv(positions, slices), WIDE_STEP) * WIDE_STEP;
        boolean channelsInside = c.inputs() >= 8 ? c.x().isChannelsLast() : c.y().isChannelsLast();
        boolean both = c.x().isChannelsLast() && c.y().isChannelsLast();
        var variant = new Variant(c.x().type(), c.isVolume(), channelsInside, tensorCores && both, c.isSmall());
        var function = gpu.function(variant, () -> source(variant).kernel());
        var arguments = new Arguments().add(c.x().address(), c.y().address(), 0);
        arguments.add(positions, each, c.groups(), c.inputs(), c.outputs());
        c.addAxes(arguments);
        arguments.add(c.x().strides()).add(c.y().strides());
        int[] grid = {
            Math.toIntExact(Math.ceilDiv(columns, TILE)), Math.max(1, slices), Math.toIntExact(tiles * c.groups())
        };
        var launch = new Launch(function, grid, new int[] {THREADS, 1, 1}, 0, arguments.toArray());
        return PartialWeights.work(gpu, c, launch, SUMS, slices);
    }

    private static Source source(Variant v) {
        var source =
                Source.of(v.tensorCores ? "conv_weights_mma" : "conv_weights_gemm")
                        .elements(v.type)
                        .index(v.isSmall)
                        .define("VOLUME", v.isVolume)
                        .define("CHANNELS_INSIDE", v.channelsInside)
                        .define("TILE", TILE)
                        .define("BK", v.tensorCores ? WIDE_STEP : STEP)
                        .define("THREADS", THREADS)
                        .include("conv_positions");
        if (v.tensorCores) {
            GatheredProduct.tensorCores(source, v.type);
            source.include("tensor_words");
        }
        return source;
    }
}
