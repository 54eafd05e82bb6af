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
import fathom.primitive.indexing.Nonzero;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The indices of nonzero elements: those of each tile are counted, the counts added up, and the indices written. No
 * more rows are written than were counted before, even if the tensor has changed since.
 */
public final class NonzeroKernels implements KernelFamily {
    private static final int THREADS = 256;
    private static final int TILE = 16 * THREADS;
    private static final List<String> OPERANDS = List.of("x");

    private record Variant(boolean writes, DType type, int rank, boolean isSmall) {}

    @Override
    public Set<Class<? extends Computed>> primitives() {
        return Set.of(Nonzero.class);
    }

    @Override
    public @Nullable Work prepare(Gpu gpu, Computed primitive, Operand[] in, Operand[] out) {
        Operand x = in[0];
        Operand to = out[0];
        long n = x.numel();
        if (to.numel() == 0 || n == 0) {
            return () -> {};
        }
        if (n > Integer.MAX_VALUE) {
            return null;
        }
        // row-major, whatever the layout
        var g = new Geometry(x.shape(), new long[][] {x.strides()});
        var countKind = new Variant(false, x.dtype(), g.rank(), g.isSmall());
        var writeKind = new Variant(true, x.dtype(), g.rank(), g.isSmall());
        var count = gpu.function(countKind, () -> source(countKind));
        var write = gpu.function(writeKind, () -> source(writeKind));
        var add = RadixSort.add(gpu);
        long tiles = (n + TILE - 1) / TILE;
        var arguments = new long[7 + 2 * g.rank()];
        arguments[0] = n;
        arguments[1] = x.address();
        arguments[3] = to.address();
        arguments[4] = ((Nonzero) primitive).count();
        arguments[5] = to.strides()[0];
        arguments[6] = to.strides()[1];
        Places.put(arguments, 7, g);
        return () -> {
            synchronized (gpu.lock()) {
                long counts = gpu.scratch(4 * (tiles + 1));
                arguments[2] = counts;
                gpu.launch(Launch.linear(count, tiles, THREADS, arguments));
                gpu.launch(Launch.linear(add, 1, THREADS, counts, counts + 4 * tiles, tiles, 1));
                gpu.launch(Launch.linear(write, tiles, THREADS, arguments));
            }
        };
    }

    private static KernelSource source(Variant v) {
        var places = new Places("p", v.rank, OPERANDS, v.isSmall);
        var code = new StringBuilder("struct Arguments {\n    i64 n;\n    const ").append(ElementType.stored(v.type));
        code.append("* x;\n    u32* counts;\n    i64* out;\n    i64 count, out_step, dim_step;\n");
        places.declare(code);
        code.append("};\nFATHOM_FN bool is_set(const Arguments& a, u64 i) {\n    if (i >= (u64) a.n) return false;\n");
        places.locate(code, "    ", "(" + places.index() + ") i", OPERANDS);
        code.append("    return ").append(ElementType.load(v.type, "a.x[p_x]")).append(" != 0;\n}\n");
        code.append(
                """
                extern "C" __global__ void kernel(const Arguments a) {
                    __shared__ u32 found[8];
                    const u32 warp = threadIdx.x / 32, lane = threadIdx.x & 31;
                    const u64 first = (u64) blockIdx.x * 4096 + warp * 512 + lane;
                    u32 own = 0, count = 0;
                    for (int r = 0; r < 16; r++) {
                        const bool set = is_set(a, first + 32 * r);
                        own |= (u32) set << r;
                        count += __popc(__ballot_sync(0xffffffffu, set));
                    }
                    if (lane == 0) found[warp] = count;
                    __syncthreads();
                """);
        if (!v.writes) {
            code.append(
                    """
                        if (threadIdx.x == 0) {
                            u32 sum = 0;
                            for (int w = 0; w < 8; w++) sum += found[w];
                            a.counts[blockIdx.x] = sum;
                        }
                    }
                    """);
            return new KernelSource("nonzero_count", code.toString());
        }
        code.append(
                """
                    i64 at = a.counts[blockIdx.x];
                    for (u32 w = 0; w < warp; w++) at += found[w];
                    for (int r = 0; r < 16; r++) {
                        const bool set = own >> r & 1u;
                        const u32 votes = __ballot_sync(0xffffffffu, set);
                        const i64 row = at + __popc(votes & ((1u << lane) - 1u));
                        at += __popc(votes);
                        if (set && row < a.count) {
                            u32 left = (u32) (first + 32 * r);
                            i64* to = a.out + row * a.out_step;
                """);
        for (int d = v.rank - 1; d >= 0; d--) {
            code.append("            to[").append(d).append(" * a.dim_step] = left");
            code.append(d == 0 ? ";\n" : " % (u32) a.p_size[" + d + "]; left /= (u32) a.p_size[" + d + "];\n");
        }
        code.append("        }\n    }\n}\n");
        return new KernelSource("nonzero_write", code.toString());
    }
}
