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
import java.util.List;

/** Indexed writes by one thread for each line along the dimension, in order. */
final class LineScatter {
    private static final int THREADS = 128;
    private static final List<String> OPERANDS = List.of("out", "src", "index");

    private record Variant(DType type, Mode mode, int rank, boolean isSmall) {}

    private LineScatter() {}

    static Work prepare(Gpu gpu, ScatterKernels.Call call) {
        int dim = call.dim();
        long[] shape = call.index().shape().clone();
        long n = shape[dim];
        shape[dim] = 1;
        Geometry g =
                Geometry.of(
                        shape, new long[][] {call.out().strides(), call.src().strides(), call.index().strides()}, 0);
        long lines = g.numel();
        var variant = new Variant(call.out().dtype(), call.mode(), g.rank(), g.isSmall());
        var function = gpu.function(variant, () -> source(variant));
        var arguments = new long[11 + 4 * g.rank()];
        arguments[0] = lines;
        arguments[1] = n;
        arguments[2] = call.out().address();
        arguments[3] = call.src().address();
        arguments[4] = call.index().address();
        arguments[5] = call.out().strides()[dim];
        arguments[6] = call.src().strides()[dim];
        arguments[7] = call.index().strides()[dim];
        arguments[8] = call.out().shape()[dim];
        arguments[9] = gpu.faults().record();
        arguments[10] = gpu.faults().site(call.operation(), dim);
        Places.put(arguments, 11, g);
        Launch launch = Launch.linear(function, (lines + THREADS - 1) / THREADS, THREADS, arguments);
        return () -> gpu.launch(launch);
    }

    private static KernelSource source(Variant v) {
        var places = new Places("p", v.rank, OPERANDS, v.isSmall);
        String stored = ElementType.stored(v.type);
        String computed = ElementType.computed(v.type);
        var code = new StringBuilder(Faults.CODE);
        code.append("struct Arguments {\n    i64 lines, n;\n    ").append(stored).append("* out;\n    const ");
        code.append(stored).append("* src;\n    const i64* index;\n");
        code.append("    i64 out_step, src_step, index_step, extent;\n    i64* record;\n    i64 site;\n");
        places.declare(code);
        code.append("};\nextern \"C\" __global__ void kernel(const Arguments a) {\n    const ").append(places.index());
        code.append(" t = (").append(places.index()).append(") blockIdx.x * blockDim.x + threadIdx.x;\n");
        code.append("    if (t >= (").append(places.index()).append(") a.lines) return;\n");
        places.locate(code, "    ", "t", OPERANDS);
        // values and indices of a few steps are loaded before the first of them is written
        code.append("    for (i64 from = 0; from < a.n; from += 4) {\n        i64 k[4];\n        ");
        code.append(stored).append(" value[4];\n");
        code.append(
                """
                #pragma unroll
                        for (int j = 0; j < 4; j++) {
                            const i64 i = from + j < a.n ? from + j : a.n - 1;
                            k[j] = a.index[p_index + i * a.index_step];
                            value[j] = a.src[p_src + i * a.src_step];
                        }
                        for (int j = 0; j < 4 && from + j < a.n; j++) {
                            if ((u64) k[j] >= (u64) a.extent) { fault(a.record, a.site, k[j], a.extent); continue; }
                """);
        code.append("            ")
                .append(stored)
                .append("* to = a.out + (p_out + k[j] * a.out_step);\n            const ");
        code.append(computed).append(" y = ").append(ElementType.load(v.type, "value[j]")).append(";\n");
        if (v.mode != Mode.SET) {
            code.append("            const ")
                    .append(computed)
                    .append(" x = ")
                    .append(ElementType.load(v.type, "(*to)"));
            code.append(";\n");
        }
        code.append("            *to = ").append(ElementType.store(v.type, Combining.of(v.mode, v.type, "x", "y")));
        code.append(";\n        }\n    }\n}\n");
        return new KernelSource("scatter_lines", code.toString());
    }
}
