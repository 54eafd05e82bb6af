package fathom.cuda.window;

import fathom.DType;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.Launch;
import fathom.cuda.gpu.Work;
import org.jspecify.annotations.Nullable;

/**
 * The weight gradient of a convolution with few channels in a group: a thread sums all taps, or some, of one pair of
 * channels over some positions of a slice, a block adds its threads' sums, and {@link PartialWeights} those of slices.
 */
final class DirectWeights {
    private static final int THREADS = 256;

    /** Channels that neighbouring threads compute where channels are neighbours in memory. */
    private static final int CHANNELS = 32;

    /** The largest number of sums of a thread. */
    private static final int MOST_TAPS = 25;

    private static final int LEAST_STEPS = 16;
    private static final int LARGEST = 65_535;

    /** The position of the partial sums' address among the arguments. */
    private static final int SUMS = 2;

    private record Variant(DType type, boolean isVolume, int taps, int channels, boolean isSmall) {}

    private DirectWeights() {}

    static @Nullable Work prepare(Gpu gpu, Convolved c) {
        long positions = c.y().images() * c.y().positions();
        int chunks = Math.toIntExact(Math.ceilDiv(c.taps(), MOST_TAPS));
        int taps = Math.toIntExact(Math.ceilDiv(c.taps(), chunks));
        int channels = c.y().isChannelsLast() && c.y().channels() >= CHANNELS / 2 ? CHANNELS : 1;
        long tiles = Math.ceilDiv(c.y().channels(), channels);
        if (chunks * c.inputs() > LARGEST) {
            return null;
        }
        int lanes = THREADS / channels;
        int slices = PartialWeights.slices(gpu, c, tiles * chunks * c.inputs(), positions, (long) lanes * LEAST_STEPS);
        long each = slices == 0 ? 0 : Math.ceilDiv(Math.ceilDiv(positions, slices), lanes) * lanes;
        var variant = new Variant(c.x().type(), c.isVolume(), taps, channels, c.isSmall());
        var function =
                gpu.function(
                        variant,
                        () ->
                                Source.of("conv_weights_direct")
                                        .elements(variant.type)
                                        .index(variant.isSmall)
                                        .define("VOLUME", variant.isVolume)
                                        .define("TAPS", variant.taps)
                                        .define("CHANNELS", variant.channels)
                                        .define("LANES", THREADS / variant.channels)
                                        .define("THREADS", THREADS)
                                        .include("conv_positions")
                                        .kernel());
        var arguments = new Arguments().add(c.x().address(), c.y().address(), 0);
        arguments.add(positions, each, c.groups(), c.inputs(), c.outputs());
        c.addAxes(arguments);
        arguments.add(c.x().strides()).add(c.y().strides());
        int[] grid = {Math.toIntExact(tiles), Math.max(1, slices), Math.toIntExact(chunks * c.inputs())};
        var launch = new Launch(function, grid, new int[] {THREADS, 1, 1}, 0, arguments.toArray());
        return PartialWeights.work(gpu, c, launch, SUMS, slices);
    }
}
