package fathom.cuda.window;

import fathom.DType;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.Launch;
import fathom.cuda.gpu.Work;
import org.jspecify.annotations.Nullable;

/**
 * A convolution, or its input gradient, as a matrix product: positions by taps and channels, times the weight. The left
 * matrix exists only in tiles in shared memory, gathered from the operand. In a gradient with strides, positions are
 * grouped by their remainder, for which only some taps count. Tensor cores multiply where channels are neighbours in
 * memory.
 */
final class GatheredProduct {
    private static final int THREADS = 256;
    private static final int COLUMNS = 64;
    private static final int STEP = 16;

    /** The channels of a step of tensor cores. */
    private static final int WIDE_STEP = 32;

    /** The largest grid along y and z. */
    private static final int LARGEST = 65_535;

    /** The position of the packed weight's address among the arguments. */
    private static final int WEIGHT = 3;

    /** How the threads of a block share the reading of a tile. */
    private enum Reading {
        /** Neighbours read neighbouring channels. */
        CHANNELS,
        /** The same, four at a time. */
        FOURS,
        /** Neighbours read neighbouring positions. */
        POSITIONS
    }

    private record Variant(
            DType type,
            @Nullable DType bias,
            DType out,
            boolean transposed,
            boolean isVolume,
            boolean flat,
            Reading reading,
            int rows,
            boolean tensorCores,
            boolean isSmall) {}

    private GatheredProduct() {}

    static @Nullable Work prepare(Gpu gpu, Convolved c, boolean transposed, boolean tensorCores) {
        Volume from = transposed ? c.y() : c.x();
        Volume to = transposed ? c.x() : c.y();
        long summed = transposed ? c.outputs() : c.inputs();
        long results = transposed ? c.inputs() : c.outputs();
        long padded = (results + COLUMNS - 1) / COLUMNS * COLUMNS;
        long phases = 1;
        long positions = to.images();
        for (int a = 0; a < 3; a++) {
            phases *= transposed ? c.stride()[a] : 1;
            positions *= transposed ? Math.ceilDiv(to.shape()[2 + a], c.stride()[a]) : to.shape()[2 + a];
        }
        long columns = padded / COLUMNS;
        if (columns > LARGEST || phases * c.groups() > LARGEST) {
            return null;
        }
        long few = 2L * gpu.properties().multiprocessors();
        int rows = Math.ceilDiv(positions, 128) * columns * phases * c.groups() < few ? 64 : 128;
        boolean flat = summed < STEP;
        boolean fours = from.hasGroups(4) && from.type() != DType.FLOAT64 && !flat && summed % 4 == 0;
        Reading reading = fours ? Reading.FOURS : from.isChannelsLast() ? Reading.CHANNELS : Reading.POSITIONS;
        var variant =
                new Variant(
                        from.type(),
                        c.bias() == null ? null : c.bias().dtype(),
                        to.type(),
                        transposed,
                        c.isVolume(),
                        flat,
                        reading,
                        rows,
                        tensorCores && fours,
                        c.isSmall());
        var function = gpu.function(variant, () -> source(variant).kernel());
        long weights = c.taps() * summed * padded;
        PackedWeights pack =
                variant.tensorCores
                        ? PackedWeights.raw(gpu, c, transposed, padded, Math.ceilDiv(summed, WIDE_STEP) * WIDE_STEP)
                        : PackedWeights.sums(gpu, c, transposed, padded, weights, padded);
        var arguments = new Arguments().add(from.address(), to.address());
        arguments.add(c.bias() == null ? 0 : c.bias().address(), 0);
        arguments.add(from.images(), c.groups(), summed, results, padded);
        c.addAxes(arguments);
        arguments.add(from.strides()).add(to.strides()).add(c.bias() == null ? 0 : c.bias().strides()[0]);
        int[] grid = {
            Math.toIntExact(Math.ceilDiv(positions, rows)), (int) columns, Math.toIntExact(phases * c.groups())
        };
        var launch = new Launch(function, grid, new int[] {THREADS, 1, 1}, 0, arguments.toArray());
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
        var source = Source.of(v.tensorCores ? "conv_mma" : "conv_gemm").elements(v.type).index(v.isSmall);
        source.type("OUT", v.out).define("PACKED", v.tensorCores ? "T" : "ACC");
        if (v.bias != null) {
            source.type("BIAS", v.bias);
        }
        if (v.tensorCores) {
            tensorCores(source, v.type);
        }
        source.define("HAS_BIAS", v.bias != null)
                .define("TRANSPOSED", v.transposed)
                .define("VOLUME", v.isVolume)
                .define("FLAT", v.flat)
                .define("READING", v.reading.ordinal())
                .define("BM", v.rows)
                .define("BN", COLUMNS)
                .define("BK", v.tensorCores ? WIDE_STEP : STEP)
                .define("THREADS", THREADS)
                .include("conv_rows");
        return v.tensorCores ? source.include("tensor_words") : source;
    }

    /** Defines the product of tensor cores for a type. */
    static void tensorCores(Source source, DType type) {
        source.define("TF32", type == DType.FLOAT32);
        source.define("MMA", type == DType.BFLOAT16 ? "fathom_mma_bf16" : "fathom_mma_f16");
    }
}
