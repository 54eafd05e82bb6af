package fathom.cuda.kernels;

import fathom.DType;
import fathom.cuda.code.ElementType;
import fathom.cuda.code.ExprPrinter;
import fathom.cuda.code.Geometry;
import fathom.cuda.code.IntegerDivision;
import fathom.cuda.code.Scalars;
import fathom.cuda.gpu.Faults;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFamily;
import fathom.cuda.gpu.KernelSource;
import fathom.cuda.gpu.Launch;
import fathom.cuda.gpu.Work;
import fathom.ir.Expr;
import fathom.ir.Kernel;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.Pointwise;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;

/**
 * Element-wise kernels. A thread computes a few elements that are neighbours along the innermost dimension, so that
 * operands that are dense there are read and written by accesses of up to 16 bytes.
 */
public final class PointwiseKernels implements KernelFamily {
    private static final int THREADS = 256;

    /** How an operand is accessed along the innermost dimension. */
    private enum Access {
        /** One element for all. */
        CONSTANT,
        /** Dense and aligned: one wide access. */
        WIDE,
        /** Any other stride. */
        STRIDED
    }

    /** What the source is determined by; kernels are interned, so identity suffices. */
    private record Variant(Kernel kernel, int rank, int width, List<Access> access, boolean isSmall) {}

    @Override
    public Set<Class<? extends Computed>> primitives() {
        return Set.of(Pointwise.class);
    }

    @Override
    public Work prepare(Gpu gpu, Computed primitive, Operand[] in, Operand[] out) {
        var p = (Pointwise) primitive;
        List<Operand> operands = new ArrayList<>(Arrays.asList(out));
        operands.addAll(Arrays.asList(in).subList(0, p.kernel().inputCount()));
        Geometry g = Geometry.of(operands, 0);
        long n = g.numel();
        if (n == 0) {
            return () -> {};
        }
        int inner = g.rank() - 1;
        int width = width(g, operands);
        var access = new Access[operands.size()];
        for (int i = 0; i < access.length; i++) {
            long stride = g.strides()[i][inner];
            access[i] = stride == 0 ? Access.CONSTANT : stride == 1 ? Access.WIDE : Access.STRIDED;
        }
        var variant = new Variant(p.kernel(), g.rank(), width, List.of(access), g.isSmall());
        var function = gpu.function(variant, () -> source(variant, operands));
        boolean divides = IntegerDivision.isIn(p.kernel());
        var arguments =
                new long
                        [1
                                + g.rank()
                                + operands.size() * (1 + g.rank())
                                + p.kernel().scalarCount()
                                + (divides ? 2 : 0)];
        int a = 0;
        arguments[a++] = n / width;
        for (long size : g.sizes()) {
            arguments[a++] = size;
        }
        arguments[a - 1] /= width;
        for (int i = 0; i < operands.size(); i++) {
            arguments[a++] = operands.get(i).address();
            for (long s : g.strides()[i]) {
                arguments[a++] = s;
            }
        }
        DType[] types = Scalars.types(p.kernel());
        for (int i = 0; i < types.length; i++) {
            arguments[a++] = Scalars.bits(types[i], p.scalars()[i]);
        }
        if (divides) {
            arguments[a++] = gpu.faults().record();
            arguments[a] = gpu.faults().divisionSite(p.name());
        }
        Launch launch = Launch.linear(function, (n / width + THREADS - 1) / THREADS, THREADS, arguments);
        return () -> gpu.launch(launch);
    }

    /** {@return how many elements a thread computes: as many as divide the innermost dimension and stay aligned} */
    private static int width(Geometry g, List<Operand> operands) {
        int inner = g.rank() - 1;
        int largest = operands.stream().mapToInt(o -> o.dtype().size()).max().orElse(1);
        for (int width = Math.max(1, 16 / largest); width > 1; width /= 2) {
            boolean fits = g.sizes()[inner] % width == 0;
            for (int i = 0; i < operands.size() && fits; i++) {
                long[] s = g.strides()[i];
                if (s[inner] == 1) {
                    long bytes = (long) width * operands.get(i).dtype().size();
                    fits = operands.get(i).address() % bytes == 0;
                    for (int d = 0; d < inner && fits; d++) {
                        fits = s[d] % width == 0;
                    }
                }
            }
            if (fits) {
                return width;
            }
        }
        return 1;
    }

    private static KernelSource source(Variant v, List<Operand> operands) {
        boolean divides = IntegerDivision.isIn(v.kernel);
        var code = new StringBuilder(divides ? Faults.CODE : "");
        Kernel kernel = v.kernel;
        int outputs = kernel.outputs().size();
        int rank = v.rank;
        int width = v.width;
        DType[] scalars = Scalars.types(kernel);
        for (int i = 0; i < operands.size(); i++) {
            if (v.access.get(i) == Access.WIDE && width > 1) {
                DType type = operands.get(i).dtype();
                code.append("struct __align__(").append(width * type.size()).append(") Wide").append(i).append(" { ");
                code.append(ElementType.stored(type)).append(" v[").append(width).append("]; };\n");
            }
        }
        code.append("struct Arguments {\n    i64 n;\n    i64 size[").append(rank).append("];\n");
        for (int i = 0; i < operands.size(); i++) {
            String type = ElementType.stored(operands.get(i).dtype());
            code.append("    ").append(i < outputs ? "" : "const ").append(type).append("* p").append(i);
            code.append("; i64 d").append(i).append('[').append(rank).append("];\n");
        }
        Scalars.declare(code, scalars, "s");
        code.append(divides ? "    i64* record; i64 site;\n" : "");
        code.append("};\n\nextern \"C\" __global__ void kernel(const Arguments a) {\n");
        String index = v.isSmall ? "u32" : "u64";
        code.append("    ")
                .append(index)
                .append(" t = (")
                .append(index)
                .append(") blockIdx.x * blockDim.x + threadIdx.x;\n");
        code.append("    if (t >= (").append(index).append(") a.n) return;\n");
        String offset = v.isSmall ? "int" : "i64";
        // the index of each dimension, from the innermost outwards
        for (int d = rank - 1; d >= 0; d--) {
            if (d == 0) {
                code.append("    ").append(index).append(" i0 = t;\n");
            } else {
                code.append("    ").append(index).append(" i").append(d).append(" = t % (").append(index);
                code.append(") a.size[")
                        .append(d)
                        .append("]; t /= (")
                        .append(index)
                        .append(") a.size[")
                        .append(d)
                        .append("];\n");
            }
        }
        for (int i = 0; i < operands.size(); i++) {
            code.append("    ").append(offset).append(" o").append(i).append(" = ");
            boolean any = false;
            for (int d = 0; d < rank; d++) {
                boolean isInner = d == rank - 1;
                if (isInner && v.access.get(i) == Access.CONSTANT) {
                    continue;
                }
                code.append(any ? " + " : "");
                code.append("(").append(offset).append(") i").append(d);
                if (isInner && width > 1) {
                    code.append(" * ").append(width);
                }
                if (!isInner || v.access.get(i) == Access.STRIDED) {
                    code.append(" * (").append(offset).append(") a.d").append(i).append('[').append(d).append(']');
                }
                any = true;
            }
            code.append(any ? ";\n" : "0;\n");
        }
        for (int i = outputs; i < operands.size(); i++) {
            DType type = operands.get(i).dtype();
            Access how = v.access.get(i);
            if (how == Access.WIDE && width > 1) {
                code.append("    const Wide").append(i).append(" w").append(i).append(" = *(const Wide").append(i);
                code.append("*) (a.p").append(i).append(" + o").append(i).append(");\n");
            } else if (how == Access.CONSTANT) {
                code.append("    const ").append(ElementType.computed(type)).append(" c").append(i).append(" = ");
                code.append(ElementType.load(type, "a.p" + i + "[o" + i + "]")).append(";\n");
            }
        }
        for (int i = 0; i < outputs; i++) {
            if (v.access.get(i) == Access.WIDE && width > 1) {
                code.append("    Wide").append(i).append(" w").append(i).append(";\n");
            }
        }
        String indent = "    ";
        if (width > 1) {
            code.append("#pragma unroll\n    for (int k = 0; k < ").append(width).append("; k++) {\n");
            indent = "        ";
        }
        for (int i = outputs; i < operands.size(); i++) {
            if (v.access.get(i) != Access.CONSTANT) {
                DType type = operands.get(i).dtype();
                code.append(indent)
                        .append("const ")
                        .append(ElementType.computed(type))
                        .append(" x")
                        .append(i)
                        .append(" = ");
                code.append(ElementType.load(type, element(v, i))).append(";\n");
            }
        }
        var printer =
                new ExprPrinter(
                        code,
                        indent,
                        "v",
                        i -> (v.access.get(outputs + i) == Access.CONSTANT ? "c" : "x") + (outputs + i),
                        i -> "a.s" + i);
        if (divides) {
            printer = printer.atZeroDivisor("fault(a.record, a.site, 0, 0);");
        }
        List<String> values = new ArrayList<>();
        for (Expr e : kernel.outputs()) {
            values.add(printer.print(e));
        }
        for (int i = 0; i < outputs; i++) {
            code.append(indent).append(element(v, i)).append(" = ");
            code.append(ElementType.store(operands.get(i).dtype(), values.get(i))).append(";\n");
        }
        if (width > 1) {
            code.append("    }\n");
        }
        for (int i = 0; i < outputs; i++) {
            if (v.access.get(i) == Access.WIDE && width > 1) {
                code.append("    *(Wide")
                        .append(i)
                        .append("*) (a.p")
                        .append(i)
                        .append(" + o")
                        .append(i)
                        .append(") = w");
                code.append(i).append(";\n");
            }
        }
        code.append("}\n");
        return new KernelSource("pointwise_" + new Pointwise(kernel).name(), code.toString());
    }

    /** {@return the element of operand {@code i} that the loop over {@code k} is at} */
    private static String element(Variant v, int i) {
        if (v.width > 1) {
            return switch (v.access.get(i)) {
                case WIDE -> "w" + i + ".v[k]";
                case CONSTANT -> "a.p" + i + "[o" + i + "]";
                case STRIDED -> "a.p" + i + "[o" + i + " + k * a.d" + i + "[" + (v.rank - 1) + "]]";
            };
        }
        return "a.p" + i + "[o" + i + "]";
    }
}
