package fathom.cuda.indexing;

import fathom.DType;
import fathom.cuda.code.ElementType;
import fathom.cuda.code.Geometry;
import fathom.cuda.code.Places;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFamily;
import fathom.cuda.gpu.KernelSource;
import fathom.cuda.gpu.Launch;
import fathom.cuda.gpu.Work;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.indexing.ArgSort;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sorts along a dimension, stable, NaN as the largest. Short lines are sorted in shared memory; long ones by digits.
 * The first entries of long lines are found among the first of each tile.
 */
public final class SortKernels implements KernelFamily {
    private static final int THREADS = 256;
    private static final List<String> OPERANDS = List.of("out", "x");

    /** Up to so many first entries are selected from tiles. */
    private static final long FEW = 256;

    private record Variant(String kernel, DType type, boolean isDescending, int rank, boolean isSmall) {}

    @Override
    public Set<Class<? extends Computed>> primitives() {
        return Set.of(ArgSort.class);
    }

    @Override
    public @Nullable Work prepare(Gpu gpu, Computed primitive, Operand[] in, Operand[] out) {
        var p = (ArgSort) primitive;
        Operand x = Units.atLeast1d(in[0]);
        Operand to = Units.atLeast1d(out[0]);
        if (to.numel() == 0) {
            return () -> {};
        }
        int dim = p.dim();
        long n = x.shape()[dim];
        long count = to.shape()[dim];
        if (n > Integer.MAX_VALUE) {
            return null;
        }
        long[] shape = x.shape().clone();
        shape[dim] = 1;
        Geometry lines = Geometry.of(shape, new long[][] {to.strides(), x.strides()}, 0);
        var call = new Call(gpu, p.descending(), x, to, dim, lines, n, count);
        if (n <= TileSort.TILE) {
            return TileSort.whole(call);
        }
        return count <= FEW && count * 8 <= n ? TileSort.first(call) : byDigits(call);
    }

    /** A sort of lines: {@code count} of {@code n} entries of each are wanted. */
    record Call(Gpu gpu, boolean isDescending, Operand x, Operand out, int dim, Geometry lines, long n, long count) {
        DType type() {
            return x.dtype();
        }

        long rows() {
            return lines.numel();
        }
    }

    private static Work byDigits(Call call) {
        Gpu gpu = call.gpu;
        Geometry g = call.lines;
        var keysKind = new Variant("keys", call.type(), call.isDescending, g.rank(), g.isSmall());
        boolean isWide = OrderKeys.isWide(call.type());
        var emitKind = new Variant("emit", DType.INT64, false, g.rank(), g.isSmall());
        var keys = gpu.function(keysKind, () -> keys(keysKind));
        var emit = gpu.function(emitKind, () -> emit(emitKind));
        var sort = new RadixSort(gpu, isWide, call.rows(), call.n, OrderKeys.bits(call.type()));
        long total = call.rows() * call.n;
        long kept = call.rows() * call.count;
        var keyArguments = new long[5 + 3 * g.rank()];
        keyArguments[0] = total;
        keyArguments[1] = call.n;
        keyArguments[3] = call.x.address();
        keyArguments[4] = call.x.strides()[call.dim];
        Places.put(keyArguments, 5, g);
        var emitArguments = new long[6 + 3 * g.rank()];
        emitArguments[0] = kept;
        emitArguments[1] = call.n;
        emitArguments[2] = call.count;
        emitArguments[4] = call.out.address();
        emitArguments[5] = call.out.strides()[call.dim];
        Places.put(emitArguments, 6, g);
        return () -> {
            synchronized (gpu.lock()) {
                long scratch = gpu.scratch(sort.bytes());
                keyArguments[2] = sort.keys(scratch);
                emitArguments[3] = sort.sortedPlaces(scratch);
                gpu.launch(Launch.linear(keys, (total + THREADS - 1) / THREADS, THREADS, keyArguments));
                sort.submit(scratch);
                gpu.launch(Launch.linear(emit, (kept + THREADS - 1) / THREADS, THREADS, emitArguments));
            }
        };
    }

    private static KernelSource keys(Variant v) {
        var places = new Places("p", v.rank, OPERANDS, v.isSmall);
        var code = new StringBuilder("typedef ").append(ElementType.stored(v.type)).append(" Stored;\n");
        code.append(OrderKeys.code(v.type, v.isDescending));
        code.append("struct Arguments {\n    i64 total, n;\n    Key* keys;\n    const Stored* x;\n    i64 step;\n");
        places.declare(code);
        code.append("};\nextern \"C\" __global__ void kernel(const Arguments a) {\n");
        code.append(
                "    const u64 t = (u64) blockIdx.x * blockDim.x + threadIdx.x;\n    if (t >= (u64) a.total) return;\n");
        code.append("    const u64 row = t / (u64) a.n;\n    const i64 i = (i64) (t - row * (u64) a.n);\n");
        places.locate(code, "    ", "(" + places.index() + ") row", List.of("x"));
        code.append("    a.keys[t] = order_key(a.x[p_x + i * a.step]);\n}\n");
        return new KernelSource("sort_keys", code.toString());
    }

    private static KernelSource emit(Variant v) {
        var places = new Places("p", v.rank, OPERANDS, v.isSmall);
        var code = new StringBuilder();
        code.append(
                "struct Arguments {\n    i64 kept, n, count;\n    const u32* places;\n    i64* out;\n    i64 step;\n");
        places.declare(code);
        code.append("};\nextern \"C\" __global__ void kernel(const Arguments a) {\n");
        code.append(
                "    const u64 t = (u64) blockIdx.x * blockDim.x + threadIdx.x;\n    if (t >= (u64) a.kept) return;\n");
        code.append("    const u64 row = t / (u64) a.count;\n    const i64 i = (i64) (t - row * (u64) a.count);\n");
        places.locate(code, "    ", "(" + places.index() + ") row", List.of("out"));
        code.append("    a.out[p_out + i * a.step] = (i64) a.places[row * (u64) a.n + i];\n}\n");
        return new KernelSource("sort_emit", code.toString());
    }
}
