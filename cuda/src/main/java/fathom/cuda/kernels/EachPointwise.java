package fathom.cuda.kernels;

import fathom.DType;
import fathom.cuda.code.ElementType;
import fathom.cuda.code.ExprPrinter;
import fathom.cuda.code.IntegerDivision;
import fathom.cuda.code.Scalars;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelSource;
import fathom.cuda.gpu.Launch;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.primitive.Operand;
import fathom.primitive.Pointwise;
import java.util.ArrayList;
import java.util.List;

/**
 * One element-wise kernel on many sets of dense operands, by few launches: the update of all parameters of a model. The
 * sets' sizes and addresses are arguments of the kernel; a block finds its set by a binary search.
 */
public final class EachPointwise {
    private static final int THREADS = 256;

    /** Rounds of a block: how many times each thread computes as many elements as it loads at once. */
    private static final int ROUNDS = 4;

    /** Arguments have at most 4 KB. */
    private static final int FIELDS = 500;

    private static final int MOST_SETS = 64;

    private record Variant(Kernel kernel, int sets, List<DType> types) {}

    private EachPointwise() {}

    /**
     * Submits the sets that are dense, all operands of a set in one order.
     *
     * @return the numbers of the sets that are left
     */
    public static List<Integer> submit(Gpu gpu, Pointwise p, Operand[][] in, Operand[][] out) {
        List<Integer> left = new ArrayList<>();
        List<Integer> dense = new ArrayList<>();
        List<DType> types = in.length == 0 ? List.of() : types(p.kernel(), in[0], out[0]);
        // divisions by zero are reported by kernels of one set
        boolean divides = IntegerDivision.isIn(p.kernel());
        for (int i = 0; i < in.length; i++) {
            if (out[i][0].numel() > 0) {
                boolean fits =
                        !divides
                                && isDense(p.kernel(), in[i], out[i])
                                && types(p.kernel(), in[i], out[i]).equals(types);
                (fits ? dense : left).add(i);
            }
        }
        DType[] scalars = Scalars.types(p.kernel());
        int operands = types.size();
        int sets = Math.min(MOST_SETS, (FIELDS - scalars.length) / (2 + operands));
        if (sets < 2 || dense.size() < 2) {
            left.addAll(dense);
            return left;
        }
        var variant = new Variant(p.kernel(), sets, types);
        var function = gpu.function(variant, () -> source(variant));
        long chunk = (long) THREADS * ROUNDS * width(types);
        int outputs = p.kernel().outputs().size();
        for (int first = 0; first < dense.size(); first += sets) {
            int count = Math.min(sets, dense.size() - first);
            var arguments = new long[1 + sets * (2 + operands) + scalars.length];
            arguments[0] = count;
            long blocks = 0;
            for (int k = 0; k < count; k++) {
                int i = dense.get(first + k);
                long n = out[i][0].numel();
                blocks += (n + chunk - 1) / chunk;
                arguments[1 + k] = blocks;
                arguments[1 + sets + k] = n;
                for (int o = 0; o < operands; o++) {
                    Operand operand = o < outputs ? out[i][o] : in[i][o - outputs];
                    arguments[1 + (2 + o) * sets + k] = operand.address();
                }
            }
            for (int s = 0; s < scalars.length; s++) {
                arguments[1 + sets * (2 + operands) + s] = Scalars.bits(scalars[s], p.scalars()[s]);
            }
            gpu.launch(Launch.linear(function, blocks, THREADS, arguments));
        }
        return left;
    }

    private static List<DType> types(Kernel kernel, Operand[] in, Operand[] out) {
        List<DType> types = new ArrayList<>();
        for (Operand o : out) {
            types.add(o.dtype());
        }
        for (int i = 0; i < kernel.inputCount(); i++) {
            types.add(in[i].dtype());
        }
        return types;
    }

    /** {@return how many elements a thread loads at once} */
    private static int width(List<DType> types) {
        return 16 / types.stream().mapToInt(DType::size).max().orElse(4);
    }

    /** Whether all operands are dense, aligned, and in the order of the first output. */
    private static boolean isDense(Kernel kernel, Operand[] in, Operand[] out) {
        long[] shape = out[0].shape();
        long[] order = out[0].strides();
        long span = 1;
        for (int d = 0; d < shape.length; d++) {
            if (shape[d] != 1 && order[d] <= 0) {
                return false;
            }
            span += (shape[d] - 1) * order[d];
        }
        boolean fits = span == out[0].numel();
        for (int i = 0; i < out.length && fits; i++) {
            fits = isOrdered(shape, order, out[i]);
        }
        for (int i = 0; i < kernel.inputCount() && fits; i++) {
            fits = isOrdered(shape, order, in[i]);
        }
        return fits;
    }

    private static boolean isOrdered(long[] shape, long[] order, Operand o) {
        for (int d = 0; d < shape.length; d++) {
            if (shape[d] != 1 && o.strides()[d] != order[d]) {
                return false;
            }
        }
        return o.address() % 16 == 0;
    }

    private static KernelSource source(Variant v) {
        var code = new StringBuilder();
        int operands = v.types.size();
        int outputs = v.kernel.outputs().size();
        int width = width(v.types);
        DType[] scalars = Scalars.types(v.kernel);
        for (int i = 0; i < operands; i++) {
            DType type = v.types.get(i);
            code.append("struct __align__(").append(width * type.size()).append(") Wide").append(i).append(" { ");
            code.append(ElementType.stored(type)).append(" v[").append(width).append("]; };\n");
        }
        String size = "[" + v.sets + "];\n";
        code.append("struct Arguments {\n    i64 sets;\n    i64 end").append(size).append("    i64 n").append(size);
        for (int i = 0; i < operands; i++) {
            code.append(i < outputs ? "    " : "    const ").append(ElementType.stored(v.types.get(i)));
            code.append("* p").append(i).append(size);
        }
        Scalars.declare(code, scalars, "s");
        code.append("};\nFATHOM_FN void one(const Arguments& a");
        for (int i = 0; i < operands; i++) {
            code.append(i < outputs ? ", " : ", const ").append(ElementType.stored(v.types.get(i)));
            code.append("& e").append(i);
        }
        code.append(") {\n");
        for (int i = outputs; i < operands; i++) {
            DType type = v.types.get(i);
            code.append("    const ").append(ElementType.computed(type)).append(" x").append(i).append(" = ");
            code.append(ElementType.load(type, "e" + i)).append(";\n");
        }
        var printer = new ExprPrinter(code, "    ", "v", i -> "x" + (outputs + i), i -> "a.s" + i);
        List<String> values = new ArrayList<>();
        for (Expr e : v.kernel.outputs()) {
            values.add(printer.print(e));
        }
        for (int i = 0; i < outputs; i++) {
            code.append("    e").append(i).append(" = ").append(ElementType.store(v.types.get(i), values.get(i)));
            code.append(";\n");
        }
        code.append(
                """
                }
                extern "C" __global__ void kernel(const Arguments a) {
                    const i64 block = blockIdx.x;
                    int set = 0, high = (int) a.sets - 1;
                    while (set < high) {
                        const int middle = (set + high) / 2;
                        if (block < a.end[middle]) high = middle; else set = middle + 1;
                    }
                """);
        code.append("    const i64 n = a.n[set], first = (block - (set > 0 ? a.end[set - 1] : 0)) * ");
        code.append(THREADS * ROUNDS * width).append(";\n");
        for (int i = 0; i < operands; i++) {
            code.append(i < outputs ? "    " : "    const ").append(ElementType.stored(v.types.get(i)));
            code.append("* p").append(i).append(" = a.p").append(i).append("[set];\n");
        }
        code.append("    for (int r = 0; r < ").append(ROUNDS).append("; r++) {\n        i64 i = first + (r * ");
        code.append(THREADS).append(" + (int) threadIdx.x) * ").append(width).append(";\n        if (i + ");
        code.append(width).append(" <= n) {\n");
        for (int i = 0; i < operands; i++) {
            code.append("            Wide").append(i).append(" w").append(i);
            if (i >= outputs) {
                code.append(" = *(const Wide").append(i).append("*) (p").append(i).append(" + i)");
            }
            code.append(";\n");
        }
        code.append("#pragma unroll\n            for (int k = 0; k < ").append(width).append("; k++) one(a");
        for (int i = 0; i < operands; i++) {
            code.append(", w").append(i).append(".v[k]");
        }
        code.append(");\n");
        for (int i = 0; i < outputs; i++) {
            code.append("            *(Wide")
                    .append(i)
                    .append("*) (p")
                    .append(i)
                    .append(" + i) = w")
                    .append(i)
                    .append(";\n");
        }
        code.append("        } else {\n            for (; i < n; i++) one(a");
        for (int i = 0; i < operands; i++) {
            code.append(", p").append(i).append("[i]");
        }
        code.append(");\n        }\n    }\n}\n");
        return new KernelSource("each_" + new Pointwise(v.kernel).name(), code.toString());
    }
}
