package fathom.cuda.indexing;

import fathom.DType;
import fathom.cuda.code.ElementType;
import fathom.cuda.code.Geometry;
import fathom.cuda.code.Places;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFunction;
import fathom.cuda.gpu.KernelSource;
import fathom.cuda.gpu.Launch;
import fathom.cuda.gpu.Work;
import java.util.ArrayList;
import java.util.List;

/**
 * Sorts of up to {@link #TILE} entries in shared memory, by a bitonic network (K. Batcher, Sorting networks and their
 * applications, 1968) on keys with their places, which makes it stable. A block sorts one tile, or several short lines.
 */
final class TileSort {
    /** The entries of a tile. */
    static final int TILE = 2048;

    private static final int THREADS = 256;
    private static final int LEAST = 512;
    private static final List<String> OPERANDS = List.of("out", "x");

    /**
     * @param fromTensor whether the entries are elements of a tensor, not candidates of an earlier launch
     * @param toTensor whether the places are the result, not candidates for a later launch
     */
    private record Variant(
            DType type, boolean isDescending, boolean fromTensor, boolean toTensor, int rank, boolean isSmall) {}

    private TileSort() {}

    /** {@return the sort of lines that fit into a tile} */
    static Work whole(SortKernels.Call call) {
        Step step = step(call, call.n(), true, true);
        return () -> call.gpu().launch(step.launch(0, 0));
    }

    /** {@return the selection of a few first entries of long lines} */
    static Work first(SortKernels.Call call) {
        Gpu gpu = call.gpu();
        List<Step> steps = new ArrayList<>();
        long n = call.n();
        long largest = 0;
        while (n > TILE) {
            steps.add(step(call, n, steps.isEmpty(), false));
            n = (n + TILE - 1) / TILE * call.count();
            largest = Math.max(largest, n);
        }
        steps.add(step(call, n, false, true));
        // candidates of two successive steps; places after the keys
        long bytes = (call.rows() * largest * 12 + 255) / 256 * 256;
        return () -> {
            synchronized (gpu.lock()) {
                long scratch = gpu.scratch(2 * bytes);
                for (int i = 0; i < steps.size(); i++) {
                    gpu.launch(steps.get(i).launch(scratch + i % 2 * bytes, scratch + (i + 1) % 2 * bytes));
                }
            }
        };
    }

    private record Step(KernelFunction function, long blocks, int sharedBytes, long[] arguments, long from, long to) {
        /** {@return the launch that reads candidates at one address and writes some at another} */
        Launch launch(long candidates, long next) {
            arguments[8] = candidates;
            arguments[9] = candidates + 8 * from;
            arguments[10] = next;
            arguments[11] = next + 8 * to;
            int[] grid = {Math.toIntExact(blocks), 1, 1};
            return new Launch(function, grid, new int[] {THREADS, 1, 1}, sharedBytes, arguments);
        }
    }

    private static Step step(SortKernels.Call call, long n, boolean fromTensor, boolean toTensor) {
        Geometry g = call.lines();
        var v = new Variant(call.type(), call.isDescending(), fromTensor, toTensor, g.rank(), g.isSmall());
        KernelFunction function = call.gpu().function(v, () -> source(v));
        long tile = TILE;
        while (tile / 2 >= n) {
            tile /= 2;
        }
        long tiles = (n + tile - 1) / tile;
        long each = Math.max(1, LEAST / tile);
        long segments = call.rows() * tiles;
        var arguments = new long[14 + 3 * g.rank()];
        arguments[0] = segments;
        arguments[1] = n;
        arguments[2] = tile;
        arguments[3] = tiles;
        arguments[4] = each;
        arguments[5] = call.count();
        arguments[6] = call.x().address();
        arguments[7] = call.out().address();
        arguments[12] = call.x().strides()[call.dim()];
        arguments[13] = call.out().strides()[call.dim()];
        Places.put(arguments, 14, g);
        int shared = (int) (tile * each * 12);
        return new Step(
                function, (segments + each - 1) / each, shared, arguments, call.rows() * n, segments * call.count());
    }

    private static KernelSource source(Variant v) {
        var places = new Places("p", v.rank, OPERANDS, v.isSmall);
        boolean isWide = OrderKeys.isWide(v.type);
        var code = new StringBuilder("typedef ").append(ElementType.stored(v.type)).append(" Stored;\n");
        if (v.fromTensor) {
            code.append(OrderKeys.code(v.type, v.isDescending));
        }
        code.append("struct Arguments {\n    i64 segments, n, tile, tiles, each, count;\n    const Stored* x;\n");
        code.append("    i64* out;\n    const u64* keys;\n    const u32* places;\n    u64* to_keys;\n");
        code.append("    u32* to_places;\n    i64 x_step, out_step;\n");
        places.declare(code);
        code.append("};\nextern \"C\" __global__ void kernel(const Arguments a) {\n");
        code.append(
                """
                    DYNAMIC_SHARED(u64, keys);
                    const u32 tile = (u32) a.tile, all = tile * (u32) a.each;
                    const i64 first = (i64) blockIdx.x * a.each;
                """);
        if (isWide) {
            code.append("    u32* places = (u32*) (keys + all);\n");
        }
        code.append(
                """
                    for (u32 e = threadIdx.x; e < all; e += blockDim.x) {
                        const i64 segment = first + e / tile;
                        const u64 row = (u64) segment / (u64) a.tiles;
                        const i64 i = (segment - (i64) row * a.tiles) * tile + e % tile;
                        u64 key = 0xffffffffffffffffULL;
                        u32 place = 0xffffffffu;
                        if (segment < a.segments && i < a.n) {
                """);
        if (v.fromTensor) {
            places.locate(code, "            ", "(" + places.index() + ") row", List.of("x"));
            code.append("            key = order_key(a.x[p_x + i * a.x_step]);\n            place = (u32) i;\n");
            if (!isWide) {
                code.append("            key = key << 32 | place;\n");
            }
        } else {
            code.append("            key = a.keys[row * (u64) a.n + i];\n");
            if (isWide) {
                code.append("            place = a.places[row * (u64) a.n + i];\n");
            }
        }
        code.append("        }\n        keys[e] = key;\n");
        if (isWide) {
            code.append("        places[e] = place;\n");
        }
        code.append(
                """
                    }
                    for (u32 length = 2; length <= tile; length *= 2) {
                        for (u32 half = length / 2; half > 0; half /= 2) {
                            __syncthreads();
                            for (u32 pair = threadIdx.x; pair < all / 2; pair += blockDim.x) {
                                const u32 i = 2 * pair - (pair & (half - 1)), j = i + half;
                                const bool ascending = (i & (tile - 1) & length) == 0;
                                const u64 x = keys[i], y = keys[j];
                """);
        if (isWide) {
            code.append("                const u32 px = places[i], py = places[j];\n");
            code.append("                if ((x > y || x == y && px > py) == ascending) {\n");
            code.append("                    places[i] = py;\n                    places[j] = px;\n");
        } else {
            code.append("                if ((x > y) == ascending) {\n");
        }
        code.append(
                """
                                    keys[i] = y;
                                    keys[j] = x;
                                }
                            }
                        }
                    }
                    __syncthreads();
                    for (u32 e = threadIdx.x; e < all; e += blockDim.x) {
                        const i64 segment = first + e / tile, i = e % tile;
                        if (segment >= a.segments || i >= a.count) continue;
                """);
        if (v.toTensor) {
            places.locate(code, "        ", "(" + places.index() + ") segment", List.of("out"));
            code.append("        a.out[p_out + i * a.out_step] = (i64) (u32) ")
                    .append(isWide ? "places[e]" : "keys[e]");
            code.append(";\n");
        } else {
            code.append("        a.to_keys[segment * a.count + i] = keys[e];\n");
            if (isWide) {
                code.append("        a.to_places[segment * a.count + i] = places[e];\n");
            }
        }
        code.append("    }\n}\n");
        return new KernelSource("sort_tiles", code.toString());
    }
}
