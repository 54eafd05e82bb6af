package fathom.cuda.indexing;

import fathom.DType;
import fathom.cuda.code.ElementType;
import fathom.cuda.code.Geometry;
import fathom.cuda.code.Places;
import fathom.cuda.gpu.Faults;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelSource;
import fathom.cuda.gpu.Launch;
import fathom.cuda.gpu.Work;
import fathom.primitive.indexing.ScatterReduce.Mode;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Indexed writes after a stable sort by target. Indices that differ are entries; dimensions that share them (the
 * columns of an embedding's gradient) are columns. The sorted entries are cut into chunks of a fixed length, and a
 * thread combines one column of one chunk, target by target: what begins and ends in the chunk is written, the rest
 * kept as partial results, which a second kernel combines in order. So one frequent target does not hold up the others.
 */
final class SortedScatter {
    private static final int THREADS = 256;
    private static final long FILLED = 132 * 2048;
    private static final List<String> ENTRY = List.of("out", "src", "index", "line");
    private static final List<String> COLUMN = List.of("out", "src");

    private record Variant(String kernel, DType type, Mode mode, boolean isWide, Form entry, Form column) {}

    /** How places are computed: the number of dimensions, and whether in 32 bits. */
    private record Form(int rank, boolean isSmall) {
        static Form of(Geometry g) {
            return new Form(g.rank(), g.isSmall());
        }
    }

    private SortedScatter() {}

    /** {@return whether entries can be numbered by 32 bits, and their targets by 62} */
    static boolean fits(ScatterKernels.Call call) {
        return call.index().numel() <= Integer.MAX_VALUE
                && Math.multiplyHigh(call.index().numel(), call.out().shape()[call.dim()]) == 0
                && call.index().numel() * call.out().shape()[call.dim()] >= 0;
    }

    static Work prepare(Gpu gpu, ScatterKernels.Call call) {
        int dim = call.dim();
        long[] shape = call.index().shape();
        long[] indexStrides = call.index().strides();
        long extent = call.out().shape()[dim];
        long[] outOthers = Units.without(call.out().strides(), dim);
        int[] entryDims = IntStream.range(0, shape.length).filter(d -> d == dim || indexStrides[d] != 0).toArray();
        int[] columnDims = IntStream.range(0, shape.length).filter(d -> d != dim && indexStrides[d] == 0).toArray();
        var lineStrides = new long[shape.length];
        long lines = 1;
        for (int d = shape.length - 1; d >= 0; d--) {
            if (d != dim && indexStrides[d] != 0) {
                lineStrides[d] = lines;
                lines *= shape[d];
            }
        }
        Geometry entries =
                Geometry.of(
                        only(shape, entryDims),
                        new long[][] {
                            only(outOthers, entryDims),
                            only(call.src().strides(), entryDims),
                            only(indexStrides, entryDims),
                            only(lineStrides, entryDims)
                        },
                        2);
        Geometry columns =
                Geometry.of(
                        only(shape, columnDims),
                        new long[][] {only(outOthers, columnDims), only(call.src().strides(), columnDims)},
                        0);
        long n = entries.numel();
        long width = columns.numel();
        long last = lines * extent; // the key of invalid entries
        int bits = 64 - Long.numberOfLeadingZeros(last);
        boolean isWide = bits > 32;
        var sort = new RadixSort(gpu, isWide, 1, n, bits);
        long chunk = Math.max(8, (long) Math.sqrt(n) / 4);
        chunk = Math.min(1024, Math.max(chunk, n * width / FILLED));
        long chunks = (n + chunk - 1) / chunk;
        DType type = call.out().dtype();
        long partialBytes = 2 * chunks * width * Combining.partialBytes(type);
        var keysKind = new Variant("keys", DType.BOOL, Mode.SET, isWide, Form.of(entries), new Form(1, true));
        var foldKind = new Variant("fold", type, call.mode(), isWide, Form.of(entries), Form.of(columns));
        var joinKind = new Variant("join", type, call.mode(), isWide, Form.of(entries), Form.of(columns));
        var keys = gpu.function(keysKind, () -> keys(keysKind));
        var fold = gpu.function(foldKind, () -> fold(foldKind));
        var join = gpu.function(joinKind, () -> join(joinKind));

        int head = 6;
        var keyArguments = new long[head + 5 * entries.rank()];
        keyArguments[0] = n;
        keyArguments[2] = call.index().address();
        keyArguments[3] = extent;
        keyArguments[4] = gpu.faults().record();
        keyArguments[5] = gpu.faults().site(call.operation(), dim) | lines << 32;
        Places.put(keyArguments, head, entries);
        head = 11;
        var arguments = new long[head + 5 * entries.rank() + 3 * columns.rank()];
        arguments[0] = n;
        arguments[1] = width;
        arguments[2] = chunk;
        arguments[3] = last;
        arguments[4] = extent;
        arguments[5] = call.out().strides()[dim];
        arguments[6] = call.out().address();
        arguments[7] = call.src().address();
        Places.put(arguments, Places.put(arguments, head, entries), columns);
        int bx = 1;
        while (bx < THREADS && bx < width) {
            bx *= 2;
        }
        int[] block = {bx, THREADS / bx, 1};
        int[] grid = {Math.toIntExact((chunks + block[1] - 1) / block[1]), Math.toIntExact((width + bx - 1) / bx), 1};
        long bytes = sort.bytes() + partialBytes;
        long keyBlocks = (n + THREADS - 1) / THREADS;
        return () -> {
            synchronized (gpu.lock()) {
                long scratch = gpu.scratch(bytes);
                keyArguments[1] = sort.keys(scratch);
                arguments[8] = sort.sortedKeys(scratch);
                arguments[9] = sort.sortedPlaces(scratch);
                arguments[10] = scratch + sort.bytes();
                gpu.launch(Launch.linear(keys, keyBlocks, THREADS, keyArguments));
                sort.submit(scratch);
                gpu.launch(new Launch(fold, grid, block, 0, arguments));
                gpu.launch(new Launch(join, grid, block, 0, arguments));
            }
        };
    }

    private static long[] only(long[] all, int[] dims) {
        return IntStream.of(dims).mapToLong(d -> all[d]).toArray();
    }

    private static KernelSource keys(Variant v) {
        var entry = new Places("e", v.entry.rank, ENTRY, v.entry.isSmall);
        var code = new StringBuilder(Faults.CODE);
        String key = v.isWide ? "u64" : "u32";
        code.append("struct Arguments {\n    i64 n;\n    ").append(key);
        code.append("* keys;\n    const i64* index;\n    i64 extent;\n    i64* record;\n    i64 site_lines;\n");
        entry.declare(code);
        code.append("};\nextern \"C\" __global__ void kernel(const Arguments a) {\n");
        code.append(
                "    const u64 t = (u64) blockIdx.x * blockDim.x + threadIdx.x;\n    if (t >= (u64) a.n) return;\n");
        entry.locate(code, "    ", "(u32) t", List.of("index", "line"));
        code.append("    const i64 k = a.index[e_index];\n    const bool ok = (u64) k < (u64) a.extent;\n");
        code.append("    if (!ok) fault(a.record, a.site_lines & 0xffffffffLL, k, a.extent);\n    a.keys[t] = (");
        code.append(key).append(") (ok ? (i64) e_line * a.extent + k : (a.site_lines >> 32) * a.extent);\n}\n");
        return new KernelSource("scatter_keys", code.toString());
    }

    private static StringBuilder head(Variant v, Places entry, Places column) {
        String stored = ElementType.stored(v.type);
        var code = new StringBuilder();
        code.append("typedef ").append(v.isWide ? "u64" : "u32").append(" Key;\ntypedef ");
        code.append(stored).append(" Stored;\ntypedef ").append(ElementType.computed(v.type));
        code.append(" Value;\ntypedef ").append(Combining.partial(v.type)).append(" Partial;\n");
        code.append("struct Arguments {\n    i64 n, width, chunk, last, extent, out_step;\n    Stored* out;\n");
        code.append("    const Stored* src;\n    const Key* keys;\n    const u32* places;\n    Partial* partial;\n");
        entry.declare(code);
        column.declare(code);
        code.append("};\nFATHOM_FN Value combined(Value x, Value y) { return ");
        code.append(Combining.of(v.mode, v.type, "x", "y")).append("; }\n");
        code.append("FATHOM_FN i64 source(const Arguments& a, u32 place) {\n");
        entry.locate(code, "    ", "place", List.of("src"));
        code.append("    return e_src;\n}\n");
        code.append("FATHOM_FN void write(const Arguments& a, Key key, u32 place, i64 column, Value value) {\n");
        code.append("    if (key == (Key) a.last) return;\n");
        entry.locate(code, "    ", "place", List.of("out"));
        code.append("    Stored* to = a.out + (e_out + column + (i64) (key % (Key) a.extent) * a.out_step);\n");
        if (v.mode != Mode.SET) {
            code.append("    const Value x = ").append(ElementType.load(v.type, "(*to)")).append(";\n");
        }
        code.append("    *to = ")
                .append(ElementType.store(v.type, v.mode == Mode.SET ? "value" : "combined(x, value)"));
        code.append(";\n}\n");
        code.append(
                """
                extern "C" __global__ void kernel(const Arguments a) {
                    const i64 column = (i64) blockIdx.y * blockDim.x + threadIdx.x;
                    const i64 chunk = (i64) blockIdx.x * blockDim.y + threadIdx.y;
                    const i64 begin = chunk * a.chunk, end = begin + a.chunk < a.n ? begin + a.chunk : a.n;
                    if (column >= a.width || begin >= a.n) return;
                """);
        column.locate(code, "    ", "(" + column.index() + ") column", COLUMN);
        return code;
    }

    private static List<Places> places(Variant v) {
        List<Places> both = new ArrayList<>();
        both.add(new Places("e", v.entry.rank, ENTRY, v.entry.isSmall));
        both.add(new Places("c", v.column.rank, COLUMN, v.column.isSmall));
        return both;
    }

    private static KernelSource fold(Variant v) {
        List<Places> p = places(v);
        StringBuilder code = head(v, p.get(0), p.get(1));
        code.append(
                """
                    Key key = a.keys[begin];
                    u32 place = a.places[begin];
                    bool continued = begin > 0 && a.keys[begin - 1] == key, any = false;
                    Value sum = 0;
                    for (i64 from = begin; from < end; from += 4) {
                        Key keys[4];
                        u32 places[4];
                        Stored values[4];
                #pragma unroll
                        for (int j = 0; j < 4; j++) {
                            const i64 i = from + j < end ? from + j : end - 1;
                            keys[j] = a.keys[i];
                            places[j] = a.places[i];
                        }
                #pragma unroll
                        for (int j = 0; j < 4; j++) values[j] = a.src[source(a, places[j]) + c_src];
                #pragma unroll
                        for (int j = 0; j < 4; j++) {
                            if (from + j >= end) break;
                """);
        code.append("            const Value value = ").append(ElementType.load(v.type, "values[j]")).append(";\n");
        code.append(
                """
                            if (keys[j] != key) {
                                if (continued) a.partial[2 * chunk * a.width + column] = (Partial) sum;
                                else write(a, key, place, c_out, sum);
                                key = keys[j];
                                place = places[j];
                                continued = false;
                                any = false;
                            }
                            sum = any ? combined(sum, value) : value;
                            any = true;
                        }
                    }
                    if (continued) a.partial[2 * chunk * a.width + column] = (Partial) sum;
                    else if (end < a.n && a.keys[end] == key) a.partial[(2 * chunk + 1) * a.width + column] = (Partial) sum;
                    else write(a, key, place, c_out, sum);
                }
                """);
        return new KernelSource("scatter_fold", code.toString());
    }

    private static KernelSource join(Variant v) {
        List<Places> p = places(v);
        StringBuilder code = head(v, p.get(0), p.get(1));
        code.append(
                """
                    // the chunk in which a target begins joins the parts in those that follow
                    const Key key = a.keys[end - 1];
                    if (end >= a.n || a.keys[end] != key) return;
                    if (a.keys[begin] == key && begin > 0 && a.keys[begin - 1] == key) return;
                    Value sum = a.partial[(2 * chunk + 1) * a.width + column];
                    // the chunks that are full of the target, then the one in which it ends
                    i64 full = chunk + 1;
                    while ((full + 1) * a.chunk < a.n && a.keys[(full + 1) * a.chunk] == key) full++;
                    for (i64 from = chunk + 1; from <= full; from += 8) {
                        Partial parts[8];
                #pragma unroll
                        for (int j = 0; j < 8; j++) parts[j] = a.partial[2 * (from + j < full ? from + j : full) * a.width + column];
                #pragma unroll
                        for (int j = 0; j < 8; j++) if (from + j <= full) sum = combined(sum, parts[j]);
                    }
                    write(a, key, a.places[end - 1], c_out, sum);
                }
                """);
        return new KernelSource("scatter_join", code.toString());
    }
}
