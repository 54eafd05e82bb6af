package fathom.cuda.indexing;

import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFunction;
import fathom.cuda.gpu.KernelSource;
import fathom.cuda.gpu.Launch;

/**
 * A stable sort of rows of unsigned keys with their places in the row, from the lowest digit of 8 bits to the highest.
 * Each pass counts the digits of tiles of a row, adds up the counts, and moves each key to its place.
 *
 * <p>In scratch memory, which the caller shares: {@link #submit} sorts the keys that were written to {@link #keys}.
 */
final class RadixSort {
    private static final int THREADS = 256;
    private static final int TILE = 8 * THREADS;
    private static final int DIGITS = 256;

    private record Variant(String kernel, boolean isWide, boolean isFirst) {}

    private final Gpu gpu;
    private final boolean isWide;
    private final long rows;
    private final long n;
    private final long tiles;
    private final int passes;
    private final KernelFunction count;
    private final KernelFunction add;
    private final KernelFunction moveFirst;
    private final KernelFunction move;

    /**
     * @param isWide whether keys are 64 bits, not 32
     * @param rows the number of rows
     * @param n the keys of a row
     * @param bits how many of the keys' bits differ, from the lowest
     */
    RadixSort(Gpu gpu, boolean isWide, long rows, long n, int bits) {
        this.gpu = gpu;
        this.isWide = isWide;
        this.rows = rows;
        this.n = n;
        tiles = (n + TILE - 1) / TILE;
        passes = Math.max(1, (bits + 7) / 8);
        count = function("count", false);
        add = add(gpu);
        moveFirst = function("move", true);
        move = function("move", false);
    }

    private KernelFunction function(String kernel, boolean isFirst) {
        var variant = new Variant(kernel, isWide, isFirst);
        return gpu.function(variant, () -> source(variant));
    }

    /**
     * {@return the kernel that replaces counts, line after line, by the sums of those before, and writes the totals;
     * arguments: counts, totals, counts of a line, lines; a warp for each line}
     */
    static KernelFunction add(Gpu gpu) {
        var variant = new Variant("add", false, false);
        return gpu.function(variant, () -> source(variant));
    }

    private static long aligned(long bytes) {
        return (bytes + 255) / 256 * 256;
    }

    private long keyBytes() {
        return aligned(rows * n * (isWide ? 8 : 4));
    }

    private long placeBytes() {
        return aligned(rows * n * 4);
    }

    /** {@return the bytes of scratch memory} */
    long bytes() {
        return 2 * keyBytes() + 2 * placeBytes() + aligned(rows * DIGITS * tiles * 4) + aligned(rows * DIGITS * 4);
    }

    /** {@return where the keys are written before the sort, row after row} */
    long keys(long scratch) {
        return scratch;
    }

    /** {@return where the sorted keys are} */
    long sortedKeys(long scratch) {
        return scratch + passes % 2 * keyBytes();
    }

    /** {@return where the places of the sorted keys in their rows are, as {@code u32}} */
    long sortedPlaces(long scratch) {
        return scratch + 2 * keyBytes() + passes % 2 * placeBytes();
    }

    /** Submits the sort. */
    void submit(long scratch) {
        long places = scratch + 2 * keyBytes();
        long counts = places + 2 * placeBytes();
        long totals = counts + aligned(rows * DIGITS * tiles * 4);
        for (int pass = 0; pass < passes; pass++) {
            long from = scratch + pass % 2 * keyBytes();
            long to = scratch + (pass + 1) % 2 * keyBytes();
            long fromPlaces = places + pass % 2 * placeBytes();
            long toPlaces = places + (pass + 1) % 2 * placeBytes();
            long shift = 8L * pass;
            gpu.launch(Launch.linear(count, rows * tiles, THREADS, from, counts, n, tiles, shift));
            gpu.launch(Launch.linear(add, rows * (DIGITS / 8), THREADS, counts, totals, tiles, rows * DIGITS));
            gpu.launch(
                    Launch.linear(
                            pass == 0 ? moveFirst : move,
                            rows * tiles,
                            THREADS,
                            from,
                            to,
                            fromPlaces,
                            toPlaces,
                            counts,
                            totals,
                            n,
                            tiles,
                            shift));
        }
    }

    private static KernelSource source(Variant v) {
        String key = v.isWide ? "typedef u64 Key;\n" : "typedef u32 Key;\n";
        return switch (v.kernel) {
            case "count" -> new KernelSource("radix_count", key + COUNT);
            case "add" -> new KernelSource("radix_add", ADD);
            default ->
                    new KernelSource(
                            "radix_move",
                            key
                                    + "#define PLACE(i) "
                                    + (v.isFirst ? "(u32) (i)" : "a.places[first + (i)]")
                                    + "\n"
                                    + MOVE);
        };
    }

    /** Counts the digits of a tile. */
    private static final String COUNT =
            """
            struct Arguments { const Key* keys; u32* counts; i64 n, tiles, shift; };
            extern "C" __global__ void kernel(const Arguments a) {
                __shared__ u32 found[256];
                const u32 thread = threadIdx.x;
                const i64 row = blockIdx.x / (u32) a.tiles, tile = blockIdx.x % (u32) a.tiles;
                found[thread] = 0;
                __syncthreads();
            #pragma unroll
                for (int r = 0; r < 8; r++) {
                    const i64 i = tile * 2048 + r * 256 + thread;
                    if (i < a.n) atomicAdd(&found[(u32) (a.keys[row * a.n + i] >> a.shift) & 255u], 1u);
                }
                __syncthreads();
                a.counts[(row * 256 + thread) * a.tiles + tile] = found[thread];
            }
            """;

    /** A warp adds up the counts of one digit of one row, each the sum of those before, and their total. */
    private static final String ADD =
            """
            struct Arguments { u32* counts; u32* totals; i64 tiles, lines; };
            extern "C" __global__ void kernel(const Arguments a) {
                const int lane = threadIdx.x & 31;
                const i64 line = (i64) blockIdx.x * 8 + threadIdx.x / 32;
                if (line >= a.lines) return;
                u32* counts = a.counts + line * a.tiles;
                u32 before = 0;
                for (i64 from = 0; from < a.tiles; from += 128) {
                    u32 own[4], sum[4];
            #pragma unroll
                    for (int k = 0; k < 4; k++) {
                        const i64 i = from + 32 * k + lane;
                        own[k] = i < a.tiles ? counts[i] : 0;
                    }
            #pragma unroll
                    for (int k = 0; k < 4; k++) {
                        sum[k] = own[k];
                        for (int d = 1; d < 32; d *= 2) {
                            const u32 other = __shfl_up_sync(0xffffffffu, sum[k], d);
                            if (lane >= d) sum[k] += other;
                        }
                        const i64 i = from + 32 * k + lane;
                        if (i < a.tiles) counts[i] = before + sum[k] - own[k];
                        before += __shfl_sync(0xffffffffu, sum[k], 31);
                    }
                }
                if (lane == 0) a.totals[line] = before;
            }
            """;

    /** Moves the keys of a tile: a warp ranks 32 neighbours at a time, so that equal digits keep their order. */
    private static final String MOVE =
            """
            struct Arguments {
                const Key* keys; Key* to; const u32* places; u32* to_places; const u32* counts; const u32* totals;
                i64 n, tiles, shift;
            };
            extern "C" __global__ void kernel(const Arguments a) {
                __shared__ u32 found[8][256];
                __shared__ u32 start[256];
                __shared__ u32 sums[8];
                const u32 thread = threadIdx.x, warp = thread / 32, lane = thread & 31;
                const i64 row = blockIdx.x / (u32) a.tiles, tile = blockIdx.x % (u32) a.tiles, first = row * a.n;
                for (int w = 0; w < 8; w++) found[w][thread] = 0;
                const u32 total = a.totals[row * 256 + thread];
                u32 sum = total;
                for (int d = 1; d < 32; d *= 2) {
                    const u32 other = __shfl_up_sync(0xffffffffu, sum, d);
                    if (lane >= d) sum += other;
                }
                if (lane == 31) sums[warp] = sum;
                __syncthreads();
                for (u32 w = 0; w < warp; w++) sum += sums[w];
                start[thread] = sum - total + a.counts[(row * 256 + thread) * a.tiles + tile];
                Key key[8];
                u32 rank[8];
            #pragma unroll
                for (int r = 0; r < 8; r++) {
                    const i64 i = tile * 2048 + warp * 256 + r * 32 + lane;
                    key[r] = i < a.n ? a.keys[first + i] : 0;
                }
            #pragma unroll
                for (int r = 0; r < 8; r++) {
                    const bool live = tile * 2048 + warp * 256 + r * 32 + lane < a.n;
                    const u32 digit = (u32) (key[r] >> a.shift) & 255u;
                    u32 peers = __ballot_sync(0xffffffffu, live);
                    for (int b = 0; b < 8; b++) {
                        const u32 votes = __ballot_sync(0xffffffffu, digit >> b & 1u);
                        peers &= digit >> b & 1u ? votes : ~votes;
                    }
                    const u32 before = __popc(peers & ((1u << lane) - 1u));
                    const u32 seen = found[warp][digit];
                    __syncwarp();
                    if (live && before == 0) found[warp][digit] = seen + __popc(peers);
                    __syncwarp();
                    rank[r] = seen + before;
                }
                __syncthreads();
                u32 run = start[thread];
                for (int w = 0; w < 8; w++) {
                    const u32 own = found[w][thread];
                    found[w][thread] = run;
                    run += own;
                }
                __syncthreads();
            #pragma unroll
                for (int r = 0; r < 8; r++) {
                    const i64 i = tile * 2048 + warp * 256 + r * 32 + lane;
                    if (i < a.n) {
                        const i64 to = first + found[warp][(u32) (key[r] >> a.shift) & 255u] + rank[r];
                        a.to[to] = key[r];
                        a.to_places[to] = PLACE(i);
                    }
                }
            }
            """;
}
