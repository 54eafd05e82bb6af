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
import fathom.primitive.indexing.SearchSorted;
import java.util.List;
import java.util.Set;

/** Binary searches in sorted rows, a thread for each value. */
public final class SearchKernels implements KernelFamily {
    private static final int THREADS = 256;
    private static final List<String> OPERANDS = List.of("out", "value", "sorted");

    private record Variant(DType type, boolean right, boolean narrow, int rank, boolean isSmall) {}

    @Override
    public Set<Class<? extends Computed>> primitives() {
        return Set.of(SearchSorted.class);
    }

    @Override
    public Work prepare(Gpu gpu, Computed primitive, Operand[] in, Operand[] out) {
        var p = (SearchSorted) primitive;
        Operand sorted = Units.atLeast1d(in[0]);
        Operand values = Units.atLeast1d(in[1]);
        Operand to = Units.atLeast1d(out[0]);
        if (to.numel() == 0) {
            return () -> {};
        }
        int last = to.rank() - 1;
        Geometry g =
                Geometry.of(
                        to.shape(),
                        new long[][] {to.strides(), values.strides(), Units.without(sorted.strides(), last)},
                        0);
        var variant = new Variant(values.dtype(), p.right(), p.narrow(), g.rank(), g.isSmall());
        var function = gpu.function(variant, () -> source(variant));
        var arguments = new long[6 + 4 * g.rank()];
        arguments[0] = g.numel();
        arguments[1] = to.address();
        arguments[2] = values.address();
        arguments[3] = sorted.address();
        arguments[4] = sorted.shape()[last];
        arguments[5] = sorted.strides()[last];
        Places.put(arguments, 6, g);
        Launch launch = Launch.linear(function, (g.numel() + THREADS - 1) / THREADS, THREADS, arguments);
        return () -> gpu.launch(launch);
    }

    private static KernelSource source(Variant v) {
        var places = new Places("p", v.rank, OPERANDS, v.isSmall);
        String stored = ElementType.stored(v.type);
        var code = new StringBuilder("struct Arguments {\n    i64 n;\n    ").append(v.narrow ? "int" : "i64");
        code.append("* out;\n    const ").append(stored).append("* values;\n    const ").append(stored);
        code.append("* sorted;\n    i64 m, step;\n");
        places.declare(code);
        code.append("};\nextern \"C\" __global__ void kernel(const Arguments a) {\n    const ").append(places.index());
        code.append(" t = (").append(places.index()).append(") blockIdx.x * blockDim.x + threadIdx.x;\n");
        code.append("    if (t >= (").append(places.index()).append(") a.n) return;\n");
        places.locate(code, "    ", "t", OPERANDS);
        String computed = ElementType.computed(v.type);
        code.append("    const ").append(computed).append(" value = ");
        code.append(ElementType.load(v.type, "a.values[p_value]"));
        code.append(";\n    i64 low = ").append(v.type.isFloating() ? "value != value ? a.m : 0" : "0");
        code.append(
                ", high = a.m;\n    while (low < high) {\n        const i64 middle = (low + high) / 2;\n        const ");
        code.append(computed).append(" element = ");
        code.append(ElementType.load(v.type, "a.sorted[p_sorted + middle * a.step]")).append(";\n        if (element ");
        code.append(v.right ? "<=" : "<").append(" value) low = middle + 1; else high = middle;\n    }\n");
        code.append("    a.out[p_out] = low;\n}\n");
        return new KernelSource("search_sorted", code.toString());
    }
}
