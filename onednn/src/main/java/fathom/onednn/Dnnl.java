package fathom.onednn;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import fathom.memory.Failures;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.util.Objects;

/**
 * The functions of oneDNN's C API that are used here, each as a static method. Native objects are represented by their
 * addresses, as {@code long}s. Initialise only if {@link NativeLibrary#present()}.
 *
 * <p>Pointers are passed as {@code long}s instead of segments, which need no wrapping and no checks per call.
 */
final class Dnnl {
    // Values of the C API's enumerations (oneapi/dnnl/dnnl_types.h, stable within major version 3).
    static final int BF16 = 2;
    static final int F32 = 3;

    static final int PROP_FORWARD_INFERENCE = 96;
    static final int ALG_CONVOLUTION_DIRECT = 1;

    static final int QUERY_IMPL_INFO = 8;
    static final int QUERY_SRC_MD = 129;
    static final int QUERY_DIFF_SRC_MD = 130;
    static final int QUERY_WEIGHTS_MD = 131;
    static final int QUERY_DIFF_WEIGHTS_MD = 132;
    static final int QUERY_DST_MD = 133;
    static final int QUERY_DIFF_DST_MD = 134;
    static final int QUERY_SCRATCHPAD_MD = 136;

    static final int QUERY_STRIDES = 14;
    static final int QUERY_PADDED_DIMS = 260;
    static final int QUERY_INNER_BLOCKS = 263;
    static final int QUERY_INNER_BLOCK_SIZES = 264;
    static final int QUERY_INNER_BLOCK_DIMS = 265;

    static final int ARG_SRC = 1;
    static final int ARG_DST = 17;
    static final int ARG_WEIGHTS = 33;
    static final int ARG_BIAS = 41;
    static final int ARG_SCRATCHPAD = 80;
    static final int ARG_DIFF_SRC = 129;
    static final int ARG_DIFF_DST = 145;
    static final int ARG_DIFF_WEIGHTS = 161;
    static final int ARG_DIFF_BIAS = 169;

    /** Maximum number of dimensions of an operand. */
    static final int MAX_RANK = 12;

    private static final int FORMAT_TAG_ANY = 1;
    private static final int ENGINE_CPU = 1;
    private static final int STREAM_IN_ORDER = 1;
    private static final int SCRATCHPAD_USER = 1;

    private static final SymbolLookup SYMBOLS = Objects.requireNonNull(NativeLibrary.get().symbols());
    private static final Linker LINKER = Linker.nativeLinker();

    private static final MethodHandle ENGINE_CREATE = function("dnnl_engine_create", JAVA_LONG, JAVA_INT, JAVA_LONG);
    private static final MethodHandle STREAM_CREATE = function("dnnl_stream_create", JAVA_LONG, JAVA_LONG, JAVA_INT);
    private static final MethodHandle STREAM_DESTROY = function("dnnl_stream_destroy", JAVA_LONG);
    private static final MethodHandle MD_WITH_STRIDES =
            function("dnnl_memory_desc_create_with_strides", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG);
    private static final MethodHandle MD_WITH_TAG =
            function("dnnl_memory_desc_create_with_tag", JAVA_LONG, JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT);
    private static final MethodHandle MD_CLONE = function("dnnl_memory_desc_clone", JAVA_LONG, JAVA_LONG);
    private static final MethodHandle MD_DESTROY = function("dnnl_memory_desc_destroy", JAVA_LONG);
    private static final MethodHandle MD_EQUAL = function("dnnl_memory_desc_equal", JAVA_LONG, JAVA_LONG);
    private static final MethodHandle MD_SIZE =
            LINKER.downcallHandle(
                    SYMBOLS.findOrThrow("dnnl_memory_desc_get_size"), FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
    private static final MethodHandle MD_QUERY = function("dnnl_memory_desc_query", JAVA_LONG, JAVA_INT, JAVA_LONG);
    private static final MethodHandle MEMORY_CREATE =
            function("dnnl_memory_create", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG);
    private static final MethodHandle MEMORY_DESTROY = function("dnnl_memory_destroy", JAVA_LONG);

    /** Linked as a critical function, without a thread state transition: it only makes two assignments. */
    private static final MethodHandle MEMORY_SET_HANDLE =
            LINKER.downcallHandle(
                    SYMBOLS.findOrThrow("dnnl_memory_set_data_handle"),
                    FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG),
                    Linker.Option.critical(false));

    private static final MethodHandle ATTR_CREATE = function("dnnl_primitive_attr_create", JAVA_LONG);
    private static final MethodHandle ATTR_SCRATCHPAD =
            function("dnnl_primitive_attr_set_scratchpad_mode", JAVA_LONG, JAVA_INT);
    private static final MethodHandle ATTR_POST_OPS =
            function("dnnl_primitive_attr_set_post_ops", JAVA_LONG, JAVA_LONG);
    private static final MethodHandle POST_OPS_CREATE = function("dnnl_post_ops_create", JAVA_LONG);
    private static final MethodHandle POST_OPS_SUM =
            function(
                    "dnnl_post_ops_append_sum",
                    JAVA_LONG, // post operations
                    JAVA_FLOAT, // scale
                    JAVA_INT, // zero point
                    JAVA_INT); // data type; 0 for that of dst
    private static final MethodHandle MATMUL_PD =
            function(
                    "dnnl_matmul_primitive_desc_create",
                    JAVA_LONG, // result
                    JAVA_LONG, // engine
                    JAVA_LONG, // src
                    JAVA_LONG, // weights
                    JAVA_LONG, // bias
                    JAVA_LONG, // dst
                    JAVA_LONG); // attributes
    private static final MethodHandle CONVOLUTION_PD =
            function(
                    "dnnl_convolution_forward_primitive_desc_create",
                    JAVA_LONG, // result
                    JAVA_LONG, // engine
                    JAVA_INT, // propagation kind
                    JAVA_INT, // algorithm
                    JAVA_LONG, // src
                    JAVA_LONG, // weights
                    JAVA_LONG, // bias
                    JAVA_LONG, // dst
                    JAVA_LONG, // strides
                    JAVA_LONG, // dilations
                    JAVA_LONG, // padding before
                    JAVA_LONG, // padding after
                    JAVA_LONG); // attributes
    private static final MethodHandle CONVOLUTION_DATA_PD =
            function(
                    "dnnl_convolution_backward_data_primitive_desc_create",
                    JAVA_LONG, // result
                    JAVA_LONG, // engine
                    JAVA_INT, // algorithm
                    JAVA_LONG, // diff src
                    JAVA_LONG, // weights
                    JAVA_LONG, // diff dst
                    JAVA_LONG, // strides
                    JAVA_LONG, // dilations
                    JAVA_LONG, // padding before
                    JAVA_LONG, // padding after
                    JAVA_LONG, // forward hint
                    JAVA_LONG); // attributes
    private static final MethodHandle CONVOLUTION_WEIGHTS_PD =
            function(
                    "dnnl_convolution_backward_weights_primitive_desc_create",
                    JAVA_LONG, // result
                    JAVA_LONG, // engine
                    JAVA_INT, // algorithm
                    JAVA_LONG, // src
                    JAVA_LONG, // diff weights
                    JAVA_LONG, // diff bias
                    JAVA_LONG, // diff dst
                    JAVA_LONG, // strides
                    JAVA_LONG, // dilations
                    JAVA_LONG, // padding before
                    JAVA_LONG, // padding after
                    JAVA_LONG, // forward hint
                    JAVA_LONG); // attributes
    private static final MethodHandle REORDER_PD =
            function(
                    "dnnl_reorder_primitive_desc_create",
                    JAVA_LONG,
                    JAVA_LONG,
                    JAVA_LONG,
                    JAVA_LONG,
                    JAVA_LONG,
                    JAVA_LONG);
    private static final MethodHandle PD_QUERY =
            function("dnnl_primitive_desc_query", JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle PD_QUERY_MD =
            LINKER.downcallHandle(
                    SYMBOLS.findOrThrow("dnnl_primitive_desc_query_md"),
                    FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT));
    private static final MethodHandle PD_DESTROY = function("dnnl_primitive_desc_destroy", JAVA_LONG);
    private static final MethodHandle PRIMITIVE_CREATE = function("dnnl_primitive_create", JAVA_LONG, JAVA_LONG);
    private static final MethodHandle PRIMITIVE_DESTROY = function("dnnl_primitive_destroy", JAVA_LONG);
    private static final MethodHandle PRIMITIVE_EXECUTE =
            function("dnnl_primitive_execute", JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG);
    private static final MethodHandle CACHE_CAPACITY = function("dnnl_set_primitive_cache_capacity", JAVA_INT);

    /** The CPU engine. */
    static final long ENGINE = createEngine();

    /** The attributes of every primitive: its scratchpad is passed with each call. */
    static final long ATTRIBUTES = createAttributes();

    private Dnnl() {}

    private static MethodHandle function(String name, MemoryLayout... arguments) {
        return LINKER.downcallHandle(SYMBOLS.findOrThrow(name), FunctionDescriptor.of(JAVA_INT, arguments));
    }

    private static long createEngine() {
        // PlanCache caches primitives; oneDNN's own cache would only hold memory
        check("dnnl_set_primitive_cache_capacity", () -> (int) CACHE_CAPACITY.invokeExact(0));
        return create("dnnl_engine_create", p -> (int) ENGINE_CREATE.invokeExact(p, ENGINE_CPU, 0L));
    }

    private static long createAttributes() {
        long attributes = create("dnnl_primitive_attr_create", p -> (int) ATTR_CREATE.invokeExact(p));
        check(
                "dnnl_primitive_attr_set_scratchpad_mode",
                () -> (int) ATTR_SCRATCHPAD.invokeExact(attributes, SCRATCHPAD_USER));
        return attributes;
    }

    /** The attributes of a primitive that accumulates into dst. They are never released. */
    private static final class Adding {
        static final long ATTRIBUTES = create();

        private static long create() {
            long attributes = createAttributes();
            long operations = Dnnl.create("dnnl_post_ops_create", p -> (int) POST_OPS_CREATE.invokeExact(p));
            check("dnnl_post_ops_append_sum", () -> (int) POST_OPS_SUM.invokeExact(operations, 1f, 0, 0));
            check("dnnl_primitive_attr_set_post_ops", () -> (int) ATTR_POST_OPS.invokeExact(attributes, operations));
            return attributes;
        }
    }

    static long createStream() {
        return create("dnnl_stream_create", p -> (int) STREAM_CREATE.invokeExact(p, ENGINE, STREAM_IN_ORDER));
    }

    static void destroyStream(long stream) {
        check("dnnl_stream_destroy", () -> (int) STREAM_DESTROY.invokeExact(stream));
    }

    /** {@return a descriptor of strided memory; strides in elements} */
    static long createDesc(int type, long[] shape, long[] strides) {
        try (var arena = Arena.ofConfined()) {
            long dims = dims(arena, shape);
            long steps = dims(arena, strides);
            return create(
                    "dnnl_memory_desc_create_with_strides",
                    p -> (int) MD_WITH_STRIDES.invokeExact(p, shape.length, dims, type, steps));
        }
    }

    /** {@return a descriptor whose layout the primitive chooses} */
    static long createAnyDesc(int type, long[] shape) {
        try (var arena = Arena.ofConfined()) {
            long dims = dims(arena, shape);
            return create(
                    "dnnl_memory_desc_create_with_tag",
                    p -> (int) MD_WITH_TAG.invokeExact(p, shape.length, dims, type, FORMAT_TAG_ANY));
        }
    }

    static long cloneDesc(long desc) {
        return create("dnnl_memory_desc_clone", p -> (int) MD_CLONE.invokeExact(p, desc));
    }

    static void destroyDesc(long desc) {
        check("dnnl_memory_desc_destroy", () -> (int) MD_DESTROY.invokeExact(desc));
    }

    static boolean equalDescs(long a, long b) {
        try {
            return (int) MD_EQUAL.invokeExact(a, b) != 0;
        } catch (Throwable e) {
            throw Failures.unchecked(e);
        }
    }

    /** {@return the size in bytes of the memory of a descriptor; 0 for a null descriptor} */
    static long descBytes(long desc) {
        try {
            return desc == 0 ? 0 : (long) MD_SIZE.invokeExact(desc);
        } catch (Throwable e) {
            throw Failures.unchecked(e);
        }
    }

    /** {@return an integer property of a descriptor; -1 if it has none} */
    static int queryInt(long desc, int what) {
        try (var arena = Arena.ofConfined()) {
            var result = arena.allocate(JAVA_INT);
            return (int) MD_QUERY.invokeExact(desc, what, result.address()) == 0 ? result.get(JAVA_INT, 0) : -1;
        } catch (Throwable e) {
            throw Failures.unchecked(e);
        }
    }

    /** {@return an array property of a descriptor, which must have it} */
    static long[] queryDims(long desc, int what, int count) {
        long dims = create("dnnl_memory_desc_query", p -> (int) MD_QUERY.invokeExact(desc, what, p));
        return MemorySegment.ofAddress(dims).reinterpret(8L * count).toArray(JAVA_LONG);
    }

    /** {@return a memory object without a buffer, which {@link #setHandle} sets} */
    static long createMemory(long desc) {
        return create("dnnl_memory_create", p -> (int) MEMORY_CREATE.invokeExact(p, desc, ENGINE, 0L));
    }

    static void destroyMemory(long memory) {
        check("dnnl_memory_destroy", () -> (int) MEMORY_DESTROY.invokeExact(memory));
    }

    static void setHandle(long memory, long address) {
        int status;
        try {
            status = (int) MEMORY_SET_HANDLE.invokeExact(memory, address);
        } catch (Throwable e) {
            throw Failures.unchecked(e);
        }
        if (status != 0) {
            throw new DnnlException("dnnl_memory_set_data_handle", status);
        }
    }

    /** {@return a primitive descriptor of {@code dst = src x weights + bias}; {@code bias} may be 0} */
    static long matmul(long src, long weights, long bias, long dst) {
        return create(
                "dnnl_matmul_primitive_desc_create",
                p -> (int) MATMUL_PD.invokeExact(p, ENGINE, src, weights, bias, dst, ATTRIBUTES));
    }

    /** {@return a primitive descriptor of {@code dst += src x weights}} */
    static long matmulAdding(long src, long weights, long dst) {
        return create(
                "dnnl_matmul_primitive_desc_create",
                p -> (int) MATMUL_PD.invokeExact(p, ENGINE, src, weights, 0L, dst, Adding.ATTRIBUTES));
    }

    /** {@return a primitive descriptor of a convolution; {@code bias} may be 0} */
    static long convolution(long src, long weights, long bias, long dst, Geometry g) {
        try (var arena = Arena.ofConfined()) {
            long strides = dims(arena, g.strides());
            long dilations = dims(arena, g.dilations());
            long before = dims(arena, g.before());
            long after = dims(arena, g.after());
            return create(
                    "dnnl_convolution_forward_primitive_desc_create",
                    p ->
                            (int)
                                    CONVOLUTION_PD.invokeExact(
                                            p,
                                            ENGINE,
                                            PROP_FORWARD_INFERENCE,
                                            ALG_CONVOLUTION_DIRECT,
                                            src,
                                            weights,
                                            bias,
                                            dst,
                                            strides,
                                            dilations,
                                            before,
                                            after,
                                            ATTRIBUTES));
        }
    }

    /** {@return a primitive descriptor of a convolution's input gradient; {@code hint} is that of the convolution} */
    static long convolutionData(long diffSrc, long weights, long diffDst, Geometry g, long hint) {
        try (var arena = Arena.ofConfined()) {
            long strides = dims(arena, g.strides());
            long dilations = dims(arena, g.dilations());
            long before = dims(arena, g.before());
            long after = dims(arena, g.after());
            return create(
                    "dnnl_convolution_backward_data_primitive_desc_create",
                    p ->
                            (int)
                                    CONVOLUTION_DATA_PD.invokeExact(
                                            p,
                                            ENGINE,
                                            ALG_CONVOLUTION_DIRECT,
                                            diffSrc,
                                            weights,
                                            diffDst,
                                            strides,
                                            dilations,
                                            before,
                                            after,
                                            hint,
                                            ATTRIBUTES));
        }
    }

    /** {@return a primitive descriptor of a convolution's weight gradient; {@code hint} is that of the convolution} */
    static long convolutionWeights(long src, long diffWeights, long diffBias, long diffDst, Geometry g, long hint) {
        try (var arena = Arena.ofConfined()) {
            long strides = dims(arena, g.strides());
            long dilations = dims(arena, g.dilations());
            long before = dims(arena, g.before());
            long after = dims(arena, g.after());
            return create(
                    "dnnl_convolution_backward_weights_primitive_desc_create",
                    p ->
                            (int)
                                    CONVOLUTION_WEIGHTS_PD.invokeExact(
                                            p,
                                            ENGINE,
                                            ALG_CONVOLUTION_DIRECT,
                                            src,
                                            diffWeights,
                                            diffBias,
                                            diffDst,
                                            strides,
                                            dilations,
                                            before,
                                            after,
                                            hint,
                                            ATTRIBUTES));
        }
    }

    /** {@return a primitive descriptor of a copy between two layouts} */
    static long reorder(long from, long to) {
        return create(
                "dnnl_reorder_primitive_desc_create",
                p -> (int) REORDER_PD.invokeExact(p, from, ENGINE, to, ENGINE, ATTRIBUTES));
    }

    /** {@return a memory descriptor that belongs to a primitive descriptor, or 0} */
    static long queryDesc(long plan, int what) {
        try {
            return (long) PD_QUERY_MD.invokeExact(plan, what, 0);
        } catch (Throwable e) {
            throw Failures.unchecked(e);
        }
    }

    /** {@return the name of the selected implementation, such as {@code brgconv:avx512_core}} */
    static String queryImplementation(long plan) {
        long name = create("dnnl_primitive_desc_query", p -> (int) PD_QUERY.invokeExact(plan, QUERY_IMPL_INFO, 0, p));
        return MemorySegment.ofAddress(name).reinterpret(256).getString(0);
    }

    static void destroyPlan(long plan) {
        check("dnnl_primitive_desc_destroy", () -> (int) PD_DESTROY.invokeExact(plan));
    }

    static long createPrimitive(long plan) {
        return create("dnnl_primitive_create", p -> (int) PRIMITIVE_CREATE.invokeExact(p, plan));
    }

    static void destroyPrimitive(long primitive) {
        check("dnnl_primitive_destroy", () -> (int) PRIMITIVE_DESTROY.invokeExact(primitive));
    }

    static void execute(long primitive, long stream, int count, long arguments) {
        int status;
        try {
            status = (int) PRIMITIVE_EXECUTE.invokeExact(primitive, stream, count, arguments);
        } catch (Throwable e) {
            throw Failures.unchecked(e);
        }
        if (status != 0) {
            throw new DnnlException("dnnl_primitive_execute", status);
        }
    }

    /** {@return the instruction set that oneDNN uses, as {@code dnnl_cpu_isa_t}; 0 if it is unknown} */
    static int effectiveIsa() {
        var symbol = SYMBOLS.find("dnnl_get_effective_cpu_isa");
        try {
            return symbol.isEmpty()
                    ? 0
                    : (int) LINKER.downcallHandle(symbol.get(), FunctionDescriptor.of(JAVA_INT)).invokeExact();
        } catch (Throwable e) {
            throw Failures.unchecked(e);
        }
    }

    private static long dims(Arena arena, long[] values) {
        return arena.allocateFrom(JAVA_LONG, values).address();
    }

    @FunctionalInterface
    private interface Call {
        int run() throws Throwable;
    }

    @FunctionalInterface
    private interface Creation {
        int run(long result) throws Throwable;
    }

    private static void check(String function, Call call) {
        int status;
        try {
            status = call.run();
        } catch (Throwable e) {
            throw Failures.unchecked(e);
        }
        if (status != 0) {
            throw new DnnlException(function, status);
        }
    }

    /** Calls a function that writes a pointer to its first argument; {@return that pointer} */
    private static long create(String function, Creation creation) {
        try (var arena = Arena.ofConfined()) {
            var result = arena.allocate(ADDRESS);
            check(function, () -> creation.run(result.address()));
            return result.get(JAVA_LONG, 0);
        }
    }
}
