package fathom.cuda.indexing;

import fathom.DType;
import fathom.cuda.code.Geometry;
import fathom.cuda.code.Places;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFamily;
import fathom.cuda.gpu.KernelSource;
import fathom.cuda.gpu.Launch;
import fathom.cuda.gpu.Work;
import fathom.primitive.Computed;
import fathom.primitive.Layouts;
import fathom.primitive.Operand;
import fathom.primitive.RandomBits;
import java.util.List;
import java.util.Set;

/** Random bits, those of the CPU: a hash of the key and the element's number. A thread writes up to 16 bytes. */
public final class RandomKernels implements KernelFamily {
    private static final int THREADS = 256;
    private static final List<String> OUT = List.of("out");

    /** {@code width} numbers of a thread in dense outputs; rank 0 for those. */
    private record Variant(DType type, int width, int rank, boolean isSmall) {}

    @Override
    public Set<Class<? extends Computed>> primitives() {
        return Set.of(RandomBits.class);
    }

    @Override
    public Work prepare(Gpu gpu, Computed primitive, Operand[] in, Operand[] out) {
        var p = (RandomBits) primitive;
        Operand o = out[0];
        long n = o.numel();
        if (n == 0) {
            return () -> {};
        }
        boolean isDense = Layouts.isContiguous(o.shape(), o.strides());
        int size = o.dtype().size();
        int width = isDense ? 16 / size : 1;
        while (o.address() % ((long) width * size) != 0) {
            width /= 2;
        }
        // numbers are row-major: dimensions keep their order
        Geometry g = isDense ? null : new Geometry(o.shape(), new long[][] {o.strides()});
        boolean isSmall = n <= Integer.MAX_VALUE - (long) THREADS * width && (g == null || g.isSmall());
        var variant = new Variant(o.dtype(), width, g == null ? 0 : g.rank(), isSmall);
        var function = gpu.function(variant, () -> source(variant));
        var arguments = new long[4 + 2 * variant.rank];
        arguments[0] = n;
        arguments[1] = p.key();
        arguments[2] = p.threshold();
        arguments[3] = o.address();
        if (g != null) {
            Places.put(arguments, 4, g);
        }
        long per = (long) THREADS * width;
        Launch launch = Launch.linear(function, (n + per - 1) / per, THREADS, arguments);
        return () -> gpu.launch(launch);
    }

    private static KernelSource source(Variant v) {
        var code = new StringBuilder();
        String type =
                switch (v.type) {
                    case BOOL -> "unsigned char";
                    case INT32 -> "int";
                    default -> "i64";
                };
        var places = new Places("p", v.rank, OUT, v.isSmall);
        int w = v.width;
        code.append("struct __align__(").append(w * v.type.size()).append(") Wide { ").append(type);
        code.append(" v[").append(w).append("]; };\n");
        code.append("struct Arguments {\n    i64 n, key, threshold;\n    ").append(type).append("* out;\n");
        if (v.rank > 0) {
            places.declare(code);
        }
        code.append(
                """
                };
                FATHOM_FN u64 random_bits(u64 key, u64 i) {
                    u64 z = key + (i + 1) * 0x9E3779B97F4A7C15ULL;
                    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
                    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
                    return z ^ (z >> 31);
                }
                """);
        code.append("FATHOM_FN ").append(type).append(" draw(const Arguments& a, u64 i) {\n");
        code.append("    const u64 z = random_bits((u64) a.key, i);\n    return ");
        code.append(
                switch (v.type) {
                    case BOOL -> "(u32) (z >> 32 & " + ((1 << RandomBits.DIGITS) - 1) + ") >= (u32) a.threshold";
                    case INT32 -> "(int) (z >> 32)";
                    default -> "(i64) z";
                });
        code.append(";\n}\nextern \"C\" __global__ void kernel(const Arguments a) {\n");
        String index = places.index();
        code.append("    const ").append(index).append(" t = ((").append(index);
        code.append(") blockIdx.x * blockDim.x + threadIdx.x) * ").append(w).append(";\n");
        code.append("    if (t >= (").append(index).append(") a.n) return;\n");
        if (v.rank > 0) {
            places.locate(code, "    ", "t", OUT);
            code.append("    a.out[p_out] = draw(a, t);\n}\n");
        } else {
            code.append("    if (t + ")
                    .append(w)
                    .append(" <= (")
                    .append(index)
                    .append(") a.n) {\n        Wide wide;\n");
            code.append("#pragma unroll\n        for (int k = 0; k < ").append(w);
            code.append(
                    "; k++) wide.v[k] = draw(a, (u64) t + k);\n        *(Wide*) (a.out + t) = wide;\n    } else {\n");
            code.append("        for (").append(index).append(" i = t; i < (").append(index);
            code.append(") a.n; i++) a.out[i] = draw(a, i);\n    }\n}\n");
        }
        return new KernelSource("random_" + v.type.toString().toLowerCase(java.util.Locale.ROOT), code.toString());
    }
}
