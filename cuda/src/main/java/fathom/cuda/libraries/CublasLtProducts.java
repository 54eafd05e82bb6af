package fathom.cuda.libraries;

import fathom.DType;
import fathom.cuda.code.ElementType;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFamily;
import fathom.cuda.gpu.KernelSource;
import fathom.cuda.gpu.Launch;
import fathom.cuda.gpu.Work;
import fathom.cuda.products.Product;
import fathom.primitive.Computed;
import fathom.primitive.MatMul;
import fathom.primitive.Operand;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products by cuBLASLt: those of floating types whose matrices are dense in one dimension. An algorithm is
 * chosen once for each shape, by the library's heuristic.
 */
public final class CublasLtProducts implements KernelFamily {
    private static final System.Logger LOG = System.getLogger(CublasLtProducts.class.getName());

    /** The workspace that the library recommends for cards of capability 9.0. */
    private static final long WORKSPACE = 32 << 20;

    /** The most calls for a batch whose dimensions cannot be passed as one. */
    private static final long CALLS = 64;

    /** A column-major matrix: its rows, columns, the step from column to column, and whether it is to be transposed. */
    private record Matrix(long rows, long columns, long step, boolean transposed) {}

    private record Shape(
            DType in,
            DType out,
            boolean bias,
            Matrix a,
            Matrix b,
            Matrix d,
            int batches,
            long aStep,
            long bStep,
            long dStep,
            int alignments,
            boolean tf32) {}

    private record Plan(
            long description, long a, long b, long d, MemorySegment algorithm, long workspace, MemorySegment bias) {}

    /** One GPU's handle, with the plans for shapes; empty where the library has no algorithm. */
    private record Context(CublasLt library, long handle, ConcurrentHashMap<Shape, Optional<Plan>> plans) {}

    /** 1 and 0, in float and in double. */
    private static final MemorySegment NUMBERS = numbers();

    private final ConcurrentHashMap<Gpu, Optional<Context>> contexts = new ConcurrentHashMap<>();

    /** For the list of families. */
    public CublasLtProducts() {}

    private static MemorySegment numbers() {
        var memory = Arena.global().allocate(32, 8);
        memory.set(ValueLayout.JAVA_FLOAT, 0, 1);
        memory.set(ValueLayout.JAVA_DOUBLE, 16, 1);
        return memory;
    }

    @Override
    public Set<Class<? extends Computed>> primitives() {
        return Set.of(MatMul.class);
    }

    @Override
    public @Nullable Work prepare(Gpu gpu, Computed primitive, Operand[] in, Operand[] out) {
        if (!gpu.hasLibraries() || !fits(in, out)) {
            return null;
        }
        Context context = contexts.computeIfAbsent(gpu, CublasLtProducts::open).orElse(null);
        if (context == null) {
            return null;
        }
        var p = Product.of(in, out);
        if (p.m() == 0 || p.n() == 0 || p.k() == 0 || p.batches() == 0) {
            return null;
        }
        if (p.cn() != 1 && p.n() > 1) {
            if (p.cm() != 1 || p.biasType() != null) {
                return null;
            }
            p = p.transposed();
        }
        return prepare(gpu, context, p);
    }

    private static boolean fits(Operand[] in, Operand[] out) {
        DType type = in[0].dtype();
        boolean narrow = type == DType.BFLOAT16 || type == DType.FLOAT16;
        if (!type.isFloating() || in[1].dtype() != type) {
            return false;
        }
        for (int i = 2; i <= in.length; i++) {
            DType other = i < in.length ? in[i].dtype() : out[0].dtype();
            if (other != type && !(narrow && other == DType.FLOAT32)) {
                return false;
            }
        }
        return true;
    }

    private static Optional<Context> open(Gpu gpu) {
        CublasLt library = CublasLt.library();
        if (library == null) {
            LOG.log(System.Logger.Level.INFO, "there is no libcublasLt.so: matrix products use kernels of our own");
            return Optional.empty();
        }
        gpu.enter();
        try {
            return Optional.of(new Context(library, library.create(), new ConcurrentHashMap<>()));
        } catch (IllegalStateException e) {
            LOG.log(System.Logger.Level.WARNING, "cuBLASLt is not used: {0}", e.getMessage());
            return Optional.empty();
        }
    }

    /** {@return a matrix given by its strides; null if neither is 1 or the other is too small} */
    private static @Nullable Matrix matrix(long rows, long columns, long rowStep, long columnStep) {
        if (rowStep == 1 || rows == 1) {
            long step = columns == 1 ? rows : columnStep;
            return step >= rows ? new Matrix(rows, columns, step, false) : null;
        }
        if (columnStep == 1 || columns == 1) {
            long step = rows == 1 ? columns : rowStep;
            return step >= columns ? new Matrix(columns, rows, step, true) : null;
        }
        return null;
    }

    private static @Nullable Work prepare(Gpu gpu, Context context, Product p) {
        // column-major, the transposed product: d^T = b^T a^T
        Matrix a = matrix(p.n(), p.k(), p.bn(), p.bk());
        Matrix b = matrix(p.k(), p.m(), p.ak(), p.am());
        Matrix d = matrix(p.n(), p.m(), p.cn(), p.cm());
        if (a == null
                || b == null
                || d == null
                || d.transposed
                || p.biasType() != null && p.biasN() != 1 && p.n() > 1) {
            return null;
        }
        long[] sizes = p.batch().sizes();
        int most = 0;
        for (int i = 1; i < sizes.length; i++) {
            most = sizes[i] > sizes[most] ? i : most;
        }
        long[][] s = p.batch().strides();
        long calls = p.batches() / sizes[most];
        if (calls > CALLS || sizes[most] > Integer.MAX_VALUE || s[0][most] < 0 || s[1][most] < 0 || s[2][most] < 0) {
            return null;
        }
        DType biasType = p.biasType();
        boolean converts = biasType != null && biasType != p.out();
        long[][] addresses = addresses(p, most);
        int alignments = 0;
        for (int i = 0; i < 3; i++) {
            long all = 256;
            for (long[] call : addresses) {
                all |= call[i];
            }
            alignments |= Long.numberOfTrailingZeros(all) << 4 * i;
        }
        boolean tf32 = p.in() == DType.FLOAT32 && Tf32.inProducts();
        var shape =
                new Shape(
                        p.in(),
                        p.out(),
                        biasType != null,
                        a,
                        b,
                        d,
                        (int) sizes[most],
                        s[1][most],
                        s[0][most],
                        s[2][most],
                        alignments,
                        tf32);
        Plan plan = context.plans.computeIfAbsent(shape, x -> plan(gpu, context, x)).orElse(null);
        if (plan == null) {
            return null;
        }
        long one = NUMBERS.address() + (p.in() == DType.FLOAT64 ? 16 : 0);
        long biasBytes = converts ? p.n() * p.out().size() : 0;
        Launch conversion = converts ? conversion(gpu, p) : null;
        return () -> {
            synchronized (gpu.lock()) {
                gpu.enter();
                long workspace = plan.workspace + biasBytes > 0 ? gpu.scratch(WORKSPACE + biasBytes) : 0;
                synchronized (plan) {
                    if (conversion != null) {
                        conversion.arguments()[1] = workspace + WORKSPACE;
                        gpu.launch(conversion);
                    }
                    if (biasType != null) {
                        plan.bias.set(ValueLayout.JAVA_LONG, 0, conversion != null ? workspace + WORKSPACE : p.bias());
                        context.library.setBias(plan.description, plan.bias);
                    }
                    for (long[] call : addresses) {
                        context.library.matmul(
                                context.handle,
                                plan.description,
                                one,
                                call[1],
                                plan.a,
                                call[0],
                                plan.b,
                                one + 8,
                                call[2],
                                plan.d,
                                plan.algorithm.address(),
                                workspace,
                                plan.workspace,
                                gpu.stream());
                    }
                }
            }
        };
    }

    /** {@return the addresses of a, b and c for each call: all indices of the batch but those of one dimension} */
    private static long[][] addresses(Product p, int except) {
        long[] sizes = p.batch().sizes();
        long[][] s = p.batch().strides();
        List<long[]> all = new ArrayList<>();
        all.add(new long[] {p.a(), p.b(), p.c()});
        int[] bytes = {p.in().size(), p.in().size(), p.out().size()};
        for (int dim = 0; dim < sizes.length; dim++) {
            if (dim == except) {
                continue;
            }
            List<long[]> next = new ArrayList<>();
            for (long[] base : all) {
                for (long i = 0; i < sizes[dim]; i++) {
                    var moved = new long[3];
                    for (int o = 0; o < 3; o++) {
                        moved[o] = base[o] + i * s[o][dim] * bytes[o];
                    }
                    next.add(moved);
                }
            }
            all = next;
        }
        return all.toArray(long[][]::new);
    }

    private static Optional<Plan> plan(Gpu gpu, Context context, Shape s) {
        CublasLt lt = context.library;
        gpu.enter();
        try {
            boolean wide = s.in == DType.FLOAT64;
            int compute = wide ? CublasLt.COMPUTE_64F : s.tf32 ? CublasLt.COMPUTE_32F_FAST_TF32 : CublasLt.COMPUTE_32F;
            long description = lt.description(compute, wide ? DType.FLOAT64 : DType.FLOAT32);
            lt.setInt(description, CublasLt.DESC_TRANSA, s.a.transposed ? 1 : 0);
            lt.setInt(description, CublasLt.DESC_TRANSB, s.b.transposed ? 1 : 0);
            var bias = Arena.global().allocate(8, 8);
            if (s.bias) {
                lt.setInt(description, CublasLt.DESC_EPILOGUE, CublasLt.EPILOGUE_BIAS);
                lt.setInt(description, CublasLt.DESC_BIAS_DATA_TYPE, CublasLt.type(s.out));
                lt.setBias(description, bias);
            }
            long a = lt.layout(s.in, s.a.rows, s.a.columns, s.a.step, s.batches, s.aStep);
            long b = lt.layout(s.in, s.b.rows, s.b.columns, s.b.step, s.batches, s.bStep);
            long d = lt.layout(s.out, s.d.rows, s.d.columns, s.d.step, s.batches, s.dStep);
            int forA = 1 << (s.alignments >> 4 & 15);
            int forB = 1 << (s.alignments & 15);
            int forD = 1 << (s.alignments >> 8 & 15);
            long preference = lt.preference(WORKSPACE, forA, forB, forD, forD);
            var results = Arena.global().allocate(CublasLt.RESULT_BYTES, 16);
            if (lt.heuristic(context.handle, description, a, b, d, d, preference, 1, results) < 1) {
                Calls.report("cuBLASLt has no algorithm for " + s);
                return Optional.empty();
            }
            Calls.report("cuBLASLt's workspace " + results.get(ValueLayout.JAVA_LONG, 64) + " bytes for " + s);
            return Optional.of(new Plan(description, a, b, d, results, results.get(ValueLayout.JAVA_LONG, 64), bias));
        } catch (IllegalStateException e) {
            Calls.report("cuBLASLt is not used for " + s + ": " + e.getMessage());
            return Optional.empty();
        }
    }

    /** {@return the conversion of a bias to the output's type, with the result's address still to be set} */
    private static Launch conversion(Gpu gpu, Product p) {
        DType from = p.biasType() == null ? p.out() : p.biasType();
        record Key(String name, DType from, DType to) {}
        var function =
                gpu.function(
                        new Key("bias", from, p.out()),
                        () ->
                                new KernelSource(
                                        "bias",
                                        """
                                        struct Arguments { const FROM* from; TO* to; i64 n; };
                                        extern "C" __global__ void kernel(const Arguments a) {
                                            const i64 i = (i64) blockIdx.x * 256 + threadIdx.x;
                                            if (i < a.n) a.to[i] = VALUE;
                                        }
                                        """
                                                .replace("FROM", ElementType.stored(from))
                                                .replace("TO", ElementType.stored(p.out()))
                                                .replace(
                                                        "VALUE",
                                                        ElementType.store(
                                                                p.out(), ElementType.load(from, "a.from[i]")))));
        return Launch.linear(function, (p.n() + 255) / 256, 256, p.bias(), 0, p.n());
    }

    /** {@return which library is used, in one line} */
    public static String status() {
        CublasLt library = CublasLt.library();
        return library == null ? "no cuBLASLt" : "cuBLASLt " + library.version() + ", " + library.file;
    }
}
