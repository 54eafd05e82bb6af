package fathom.cuda.indexing;

import fathom.cuda.code.Geometry;
import fathom.cuda.code.Places;
import fathom.cuda.gpu.Faults;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFamily;
import fathom.cuda.gpu.KernelSource;
import fathom.cuda.gpu.Launch;
import fathom.cuda.gpu.Work;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.indexing.Gather;
import fathom.primitive.indexing.IndexSelect;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Elements and slices gathered by index. A thread copies one element, or up to 16 bytes where neighbours share an
 * index. Where an index is out of bounds, zero is written and the index reported.
 */
public final class GatherKernels implements KernelFamily {
    private static final int THREADS = 256;
    private static final List<String> OPERANDS = List.of("out", "x", "index");

    /** A thread copies so many units if there are enough to fill a card. */
    private static final int ITEMS = 4;

    private static final long MANY = 132L * 2048 * ITEMS;

    private record Variant(int bytes, int rank, boolean isSmall, int items) {}

    @Override
    public Set<Class<? extends Computed>> primitives() {
        return Set.of(IndexSelect.class, Gather.class);
    }

    @Override
    public @Nullable Work prepare(Gpu gpu, Computed primitive, Operand[] in, Operand[] out) {
        Operand x = Units.atLeast1d(in[0]);
        Operand to = Units.atLeast1d(out[0]);
        if (to.numel() == 0) {
            return () -> {};
        }
        if (x.rank() != to.rank()) {
            return null;
        }
        boolean isSlices = primitive instanceof IndexSelect;
        int dim = primitive instanceof IndexSelect s ? s.dim() : ((Gather) primitive).dim();
        String operation = primitive instanceof IndexSelect s ? s.operation() : ((Gather) primitive).operation();
        Operand index = Units.atLeast1d(in[1]);
        var indexStrides = index.strides();
        if (isSlices) {
            indexStrides = new long[to.rank()];
            indexStrides[dim] = index.strides()[0];
        }
        long step = x.strides()[dim];
        Geometry g =
                Geometry.of(to.shape(), new long[][] {to.strides(), Units.without(x.strides(), dim), indexStrides}, 0);
        int size = x.dtype().size();
        int width = Units.width(g, x.dtype(), new long[] {step}, new long[] {x.address(), to.address()}, 0, 1);
        g = Units.widened(g, width, 0, 1);
        var variant = new Variant(size * width, g.rank(), g.isSmall(), g.numel() >= MANY ? ITEMS : 1);
        var function = gpu.function(variant, () -> source(variant));
        var arguments = new long[8 + 4 * g.rank()];
        arguments[0] = g.numel();
        arguments[1] = to.address();
        arguments[2] = x.address();
        arguments[3] = index.address();
        arguments[4] = x.shape()[dim];
        arguments[5] = step / width;
        arguments[6] = gpu.faults().record();
        arguments[7] = gpu.faults().site(operation, dim);
        Places.put(arguments, 8, g);
        long per = (long) THREADS * variant.items;
        Launch launch = Launch.linear(function, (g.numel() + per - 1) / per, THREADS, arguments);
        return () -> gpu.launch(launch);
    }

    private static KernelSource source(Variant v) {
        var places = new Places("p", v.rank, OPERANDS, v.isSmall);
        String unit = Units.type(v.bytes);
        var code = new StringBuilder(Faults.CODE);
        code.append("struct Arguments {\n    i64 n;\n    ").append(unit).append("* out;\n    const ").append(unit);
        code.append("* x;\n    const i64* index;\n    i64 extent, step;\n    i64* record;\n    i64 site;\n");
        places.declare(code);
        String number = places.index();
        code.append("};\nextern \"C\" __global__ void kernel(const Arguments a) {\n    const ").append(number);
        code.append(" first = (").append(number).append(") blockIdx.x * ").append(THREADS * v.items);
        code.append(" + threadIdx.x;\n    i64 to[N], from[N], k[N];\n    ".replace("N", String.valueOf(v.items)));
        code.append(unit).append(" value[").append(v.items).append("];\n");
        String loop = "#pragma unroll\n    for (int r = 0; r < " + v.items + "; r++) {\n";
        code.append(loop).append("        const ").append(number).append(" t = first + r * ").append(THREADS);
        code.append(";\n        k[r] = -1;\n        if (t < (").append(number).append(") a.n) {\n");
        places.locate(code, "            ", "t", OPERANDS);
        code.append(
                "            to[r] = p_out;\n            from[r] = p_x;\n            k[r] = a.index[p_index];\n        }\n    }\n");
        code.append(loop).append("        value[r] = ").append(Units.zero(v.bytes));
        code.append(";\n        if ((u64) k[r] < (u64) a.extent) value[r] = a.x[from[r] + k[r] * a.step];\n    }\n")
                .append(loop);
        code.append("        if (first + r * ").append(THREADS).append(" < (").append(number).append(") a.n) {\n");
        code.append("            if ((u64) k[r] >= (u64) a.extent) fault(a.record, a.site, k[r], a.extent);\n");
        code.append("            a.out[to[r]] = value[r];\n        }\n    }\n}\n");
        return new KernelSource("gather_" + v.bytes, code.toString());
    }
}
