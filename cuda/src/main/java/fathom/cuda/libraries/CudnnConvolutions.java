package fathom.cuda.libraries;

import fathom.DType;
import fathom.cuda.gpu.Gpu;
import fathom.cuda.gpu.KernelFamily;
import fathom.cuda.gpu.Launch;
import fathom.cuda.gpu.Work;
import fathom.cuda.libraries.Cudnn.Direction;
import fathom.primitive.Computed;
import fathom.primitive.Operand;
import fathom.primitive.window.Convolution;
import fathom.primitive.window.ConvolutionInputGrad;
import fathom.primitive.window.ConvolutionWeightGrad;
import fathom.primitive.window.Window;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Convolutions and their gradients by cuDNN, with channels innermost in memory; operands in other layouts, such as
 * weights, are copied. The algorithm is measured once for each shape, among those whose results are the same in each
 * run; with the system property {@code fathom.cuda.measure=false} it is the library's guess.
 */
public final class CudnnConvolutions implements KernelFamily {
    private static final System.Logger LOG = System.getLogger(CudnnConvolutions.class.getName());

    private static final int ALGORITHMS = 16;

    /** The most memory that an algorithm may use. */
    private static final long WORKSPACE = 1L << 30;

    /** Sizes of x and w by their dimensions, and what of the window matters. */
    private record Shape(
            Direction direction, DType type, boolean tf32, Window window, int groups, Sizes x, Sizes w, Sizes y) {}

    /** An array with the equality of its elements; at least four dimensions. */
    private record Sizes(int... values) {
        static Sizes of(long[] shape) {
            var values = new int[Math.max(4, shape.length)];
            Arrays.fill(values, 1);
            int extra = values.length - shape.length;
            for (int d = 0; d < shape.length; d++) {
                values[d < 2 ? d : d + extra] = (int) shape[d];
            }
            return new Sizes(values);
        }

        /** {@return the strides with dimension 1 innermost} */
        int[] strides() {
            var strides = new int[values.length];
            int step = values[1];
            strides[1] = 1;
            for (int d = values.length - 1; d >= 2; d--) {
                strides[d] = step;
                step *= values[d];
            }
            strides[0] = step;
            return strides;
        }

        long numel() {
            long n = 1;
            for (int v : values) {
                n *= v;
            }
            return n;
        }

        @Override
        public boolean equals(@Nullable Object o) {
            return o instanceof Sizes s && Arrays.equals(values, s.values);
        }

        @Override
        public int hashCode() {
            return Arrays.hashCode(values);
        }
    }

    private record Plan(long x, long w, long y, long convolution, int algorithm, long workspace) {}

    private static final class Context {
        final Cudnn library;
        final long handle;
        final ConcurrentHashMap<Shape, Optional<Plan>> plans = new ConcurrentHashMap<>();
        long stream;

        Context(Cudnn library, Gpu gpu) {
            this.library = library;
            handle = library.create();
            stream = gpu.stream();
            library.setStream(handle, stream);
        }

        void follow(long current) {
            if (stream != current) {
                stream = current;
                library.setStream(handle, stream);
            }
        }
    }

    /** 1 and 0. */
    private static final MemorySegment NUMBERS = Arena.global().allocateFrom(ValueLayout.JAVA_FLOAT, 1f, 0f);

    private final ConcurrentHashMap<Gpu, Optional<Context>> contexts = new ConcurrentHashMap<>();

    /** For the list of families. */
    public CudnnConvolutions() {}

    @Override
    public Set<Class<? extends Computed>> primitives() {
        return Set.of(Convolution.class, ConvolutionInputGrad.class, ConvolutionWeightGrad.class);
    }

    @Override
    public @Nullable Work prepare(Gpu gpu, Computed primitive, Operand[] in, Operand[] out) {
        DType type = in[0].dtype();
        if (!gpu.hasLibraries() || !type.isFloating() || type == DType.FLOAT64 || in[1].dtype() != type) {
            return null;
        }
        Context context = contexts.computeIfAbsent(gpu, CudnnConvolutions::open).orElse(null);
        if (context == null) {
            return null;
        }
        return switch (primitive) {
            case Convolution p ->
                    prepare(
                            gpu,
                            context,
                            Direction.FORWARD,
                            p.window(),
                            p.groups(),
                            in[0],
                            in[1],
                            out[0],
                            in.length > 2 ? in[2] : null);
            case ConvolutionInputGrad p ->
                    prepare(gpu, context, Direction.BACKWARD_DATA, p.window(), p.groups(), out[0], in[1], in[0], null);
            case ConvolutionWeightGrad p ->
                    prepare(
                            gpu,
                            context,
                            Direction.BACKWARD_FILTER,
                            p.window(),
                            p.groups(),
                            in[1],
                            out[0],
                            in[0],
                            null);
            default -> null;
        };
    }

    private static Optional<Context> open(Gpu gpu) {
        Cudnn library = Cudnn.library();
        if (library == null) {
            LOG.log(System.Logger.Level.INFO, "there is no libcudnn.so.9: convolutions use kernels of our own");
            return Optional.empty();
        }
        gpu.enter();
        try {
            return Optional.of(new Context(library, gpu));
        } catch (IllegalStateException e) {
            LOG.log(System.Logger.Level.WARNING, "cuDNN is not used: {0}", e.getMessage());
            return Optional.empty();
        }
    }

    private static boolean fits(Window window, Operand x, Operand w, Operand y) {
        if (x.numel() == 0 || w.numel() == 0 || y.numel() == 0 || w.shape()[1] == 1 && x.shape()[1] > 1) {
            return false; // one channel per group is bound by memory: kernels of our own
        }
        if (Math.max(x.numel(), y.numel()) > Integer.MAX_VALUE) {
            return false;
        }
        for (int i = 0; i < window.rank(); i++) {
            // equal padding at both ends, or as if
            Window.Axis axis = window.axis(i);
            var even = new Window.Axis(axis.stride(), axis.low(), axis.low(), axis.dilation());
            if (even.out(x.shape()[2 + i], w.shape()[2 + i]) != y.shape()[2 + i]) {
                return false;
            }
        }
        return true;
    }

    private static @Nullable Work prepare(
            Gpu gpu,
            Context context,
            Direction direction,
            Window window,
            int groups,
            Operand x,
            Operand w,
            Operand y,
            @Nullable Operand bias) {
        if (!fits(window, x, w, y)) {
            return null;
        }
        DType type = direction == Direction.FORWARD ? x.dtype() : y.dtype();
        boolean tf32 = type == DType.FLOAT32 && Tf32.inConvolutions();
        var shape =
                new Shape(
                        direction,
                        type,
                        tf32,
                        window,
                        groups,
                        Sizes.of(x.shape()),
                        Sizes.of(w.shape()),
                        Sizes.of(y.shape()));
        Plan plan = context.plans.computeIfAbsent(shape, s -> plan(gpu, context, s)).orElse(null);
        if (plan == null) {
            return null;
        }
        return new Call(gpu, context, shape, plan, x, w, y, bias);
    }

    /** A convolution with copies of the operands that lie otherwise in memory. */
    private static final class Call implements Work {
        private final Gpu gpu;
        private final Context context;
        private final Direction direction;
        private final Plan plan;
        private final long[] addresses;
        private final long[] copies = new long[3];
        private final @Nullable Launch[] launches = new @Nullable Launch[3];
        private final @Nullable Launch addition;
        private final int result;
        private final long scratch;

        Call(
                Gpu gpu,
                Context context,
                Shape shape,
                Plan plan,
                Operand x,
                Operand w,
                Operand y,
                @Nullable Operand bias) {
            this.gpu = gpu;
            this.context = context;
            this.plan = plan;
            direction = shape.direction;
            result = direction == Direction.FORWARD ? 2 : direction == Direction.BACKWARD_DATA ? 0 : 1;
            Operand[] all = {x, w, y};
            Sizes[] sizes = {shape.x, shape.w, shape.y};
            addresses = new long[] {x.address(), w.address(), y.address()};
            long used = (plan.workspace + 255) / 256 * 256;
            Launch adding = null;
            for (int i = 0; i < 3; i++) {
                Operand o = all[i];
                long[] dense = dense(o, sizes[i]);
                boolean added = i == result && bias != null;
                if (isDense(o, dense) && o.dtype() == shape.type) {
                    if (added) {
                        adding = launch(o.dtype(), dense, o.dtype(), dense, o, bias);
                        adding.arguments()[0] = o.address();
                        adding.arguments()[1] = o.address();
                    }
                    continue;
                }
                copies[i] = used + 1;
                used += (sizes[i].numel() * shape.type.size() + 255) / 256 * 256;
                launches[i] =
                        i == result
                                ? launch(shape.type, dense, o.dtype(), o.strides(), o, bias)
                                : launch(o.dtype(), o.strides(), shape.type, dense, o, null);
            }
            addition = adding;
            scratch = used;
        }

        private Launch launch(
                DType from, long[] fromStrides, DType to, long[] toStrides, Operand o, @Nullable Operand bias) {
            return Transposition.launch(
                    gpu,
                    from,
                    fromStrides,
                    to,
                    toStrides,
                    o.shape(),
                    bias == null ? null : bias.dtype(),
                    bias == null ? 0 : bias.address(),
                    bias == null ? 0 : bias.strides()[0]);
        }

        /** {@return the strides with channels innermost, of the dimensions that the operand has} */
        private static long[] dense(Operand o, Sizes sizes) {
            int[] all = sizes.strides();
            int extra = all.length - o.rank();
            var strides = new long[o.rank()];
            for (int d = 0; d < strides.length; d++) {
                strides[d] = all[d < 2 ? d : d + extra];
            }
            return strides;
        }

        private static boolean isDense(Operand o, long[] dense) {
            for (int d = 0; d < dense.length; d++) {
                if (o.shape()[d] > 1 && o.strides()[d] != dense[d]) {
                    return false;
                }
            }
            return o.address() % 16 == 0;
        }

        @Override
        public void submit() {
            synchronized (gpu.lock()) {
                gpu.enter();
                long base = scratch == 0 ? 0 : gpu.scratch(scratch);
                var at = new long[3];
                for (int i = 0; i < 3; i++) {
                    at[i] = copies[i] == 0 ? addresses[i] : base + copies[i] - 1;
                    Launch copy = launches[i];
                    if (copy != null) {
                        copy.arguments()[0] = i == result ? at[i] : addresses[i];
                        copy.arguments()[1] = i == result ? addresses[i] : at[i];
                        if (i != result) {
                            gpu.launch(copy);
                        }
                    }
                }
                context.follow(gpu.stream());
                long[] descriptors = {plan.x, plan.w, plan.y};
                int first = first(direction);
                int second = second(direction);
                context.library.run(
                        direction,
                        context.handle,
                        NUMBERS.address(),
                        descriptors[first],
                        at[first],
                        descriptors[second],
                        at[second],
                        plan.convolution,
                        plan.algorithm,
                        base,
                        plan.workspace,
                        NUMBERS.address() + 4,
                        descriptors[result],
                        at[result]);
                Launch back = launches[result];
                if (back != null) {
                    gpu.launch(back);
                } else if (addition != null) {
                    gpu.launch(addition);
                }
            }
        }
    }

    private static int first(Direction d) {
        return d == Direction.BACKWARD_DATA ? 1 : 0;
    }

    private static int second(Direction d) {
        return d == Direction.FORWARD ? 1 : 2;
    }

    private static Optional<Plan> plan(Gpu gpu, Context context, Shape s) {
        Cudnn library = context.library;
        gpu.enter();
        try {
            int spatial = s.x.values.length - 2;
            var padding = new int[spatial];
            var strides = new int[spatial];
            var dilation = new int[spatial];
            Arrays.fill(strides, 1);
            Arrays.fill(dilation, 1);
            int extra = spatial - s.window.rank();
            for (int i = 0; i < s.window.rank(); i++) {
                padding[i + extra] = s.window.axis(i).low();
                strides[i + extra] = s.window.axis(i).stride();
                dilation[i + extra] = s.window.axis(i).dilation();
            }
            long x = library.tensor(s.type, s.x.values, s.x.strides());
            long y = library.tensor(s.type, s.y.values, s.y.strides());
            long w = library.filter(s.type, s.w.values);
            long convolution = library.convolution(padding, strides, dilation, s.groups);
            library.setMath(
                    convolution,
                    s.type != DType.FLOAT32 ? Cudnn.TENSOR_OP_MATH : s.tf32 ? Cudnn.DEFAULT_MATH : Cudnn.FMA_MATH);
            try (var arena = Arena.ofConfined()) {
                var results = arena.allocate(ALGORITHMS * Cudnn.RESULT_BYTES, 16);
                int found = results(gpu, context, s, new long[] {x, w, y}, convolution, results);
                for (int i = 0; i < found; i++) {
                    var r = results.asSlice(i * Cudnn.RESULT_BYTES, Cudnn.RESULT_BYTES);
                    int status = r.get(ValueLayout.JAVA_INT, 4);
                    long memory = r.get(ValueLayout.JAVA_LONG, 16);
                    boolean deterministic = r.get(ValueLayout.JAVA_INT, 24) == 1;
                    if (status == 0 && deterministic && memory <= WORKSPACE) {
                        library.setMath(convolution, r.get(ValueLayout.JAVA_INT, 28));
                        Calls.report(
                                "cuDNN's algorithm %s with %s bytes, arithmetic %s, %s ms for %s"
                                        .formatted(
                                                r.get(ValueLayout.JAVA_INT, 0),
                                                memory,
                                                r.get(ValueLayout.JAVA_INT, 28),
                                                r.get(ValueLayout.JAVA_FLOAT, 8),
                                                s));
                        return Optional.of(new Plan(x, w, y, convolution, r.get(ValueLayout.JAVA_INT, 0), memory));
                    }
                }
            }
            Calls.report("cuDNN has no deterministic algorithm for " + s);
        } catch (IllegalStateException e) {
            Calls.report("cuDNN is not used for " + s + ": " + e.getMessage());
        }
        return Optional.empty();
    }

    /** Fills the results, the fastest first, and returns their number. */
    private static int results(
            Gpu gpu, Context context, Shape s, long[] descriptors, long convolution, MemorySegment results) {
        int first = first(s.direction);
        int second = second(s.direction);
        int result = 3 - first - second;
        Sizes[] sizes = {s.x, s.w, s.y};
        boolean measures = !System.getProperty("fathom.cuda.measure", "").equals("false");
        var at = new long[4];
        try {
            boolean room = measures;
            for (int i = 0; i < 4 && room; i++) {
                at[i] = gpu.allocate(i < 3 ? sizes[i].numel() * s.type.size() : WORKSPACE);
                room = at[i] != 0;
            }
            synchronized (gpu.lock()) {
                context.follow(gpu.stream());
                if (!room) {
                    return context.library.guess(
                            s.direction,
                            context.handle,
                            descriptors[first],
                            descriptors[second],
                            convolution,
                            descriptors[result],
                            ALGORITHMS,
                            results);
                }
                for (int i = 0; i < 3; i++) {
                    gpu.fill(at[i], 0, sizes[i].numel() * s.type.size());
                }
                return context.library.find(
                        s.direction,
                        context.handle,
                        descriptors[first],
                        at[first],
                        descriptors[second],
                        at[second],
                        convolution,
                        descriptors[result],
                        at[result],
                        ALGORITHMS,
                        results,
                        at[3],
                        WORKSPACE);
            }
        } finally {
            for (long address : at) {
                if (address != 0) {
                    gpu.free(address);
                }
            }
        }
    }

    /** {@return which library is used, in one line} */
    public static String status() {
        Cudnn library = Cudnn.library();
        return library == null ? "no cuDNN" : "cuDNN " + library.version() + ", " + library.file;
    }
}
