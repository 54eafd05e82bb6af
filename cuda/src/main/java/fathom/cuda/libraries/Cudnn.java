package fathom.cuda.libraries;

import fathom.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * The functions of cuDNN that are used, with the numbers of its enumerations.
 *
 * @see <a href="https://docs.nvidia.com/deeplearning/cudnn/backend/latest/api/cudnn-cnn-library.html">cuDNN's
 *     documentation</a>
 */
final class Cudnn {
    static final int FORMAT_NHWC = 1;
    static final int CROSS_CORRELATION = 1;

    /** Allows TF32 for float32. */
    static final int DEFAULT_MATH = 0;

    static final int TENSOR_OP_MATH = 1;

    /** Float32 as it is. */
    static final int FMA_MATH = 3;

    /**
     * The size of a result: algorithm, status, time, memory, determinism, kind of arithmetic, and 12 reserved bytes.
     */
    static final long RESULT_BYTES = 48;

    /** The direction of a convolution; functions differ in the order of their arguments. */
    enum Direction {
        FORWARD("Forward"),
        BACKWARD_DATA("BackwardData"),
        BACKWARD_FILTER("BackwardFilter");

        final String text;

        Direction(String text) {
            this.text = text;
        }
    }

    private static final class Holder {
        static final @Nullable Cudnn LIBRARY = load();

        private static @Nullable Cudnn load() {
            // it needs these, and finds them once they are loaded
            NativeLibrary.open("libcublasLt.so.13", "libcublasLt.so.12");
            NativeLibrary.open("libcublas.so.13", "libcublas.so.12");
            NativeLibrary.open("libnvrtc.so.13", "libnvrtc.so.12");
            NativeLibrary file = NativeLibrary.open("libcudnn.so.9", "libcudnn.so");
            if (file == null) {
                return null;
            }
            try {
                return new Cudnn(file);
            } catch (IllegalStateException e) {
                System.getLogger(Cudnn.class.getName())
                        .log(System.Logger.Level.WARNING, "cuDNN is not used: {0}", e.getMessage());
                return null;
            }
        }
    }

    final String file;
    private final MethodHandle version;
    private final MethodHandle errorString;
    private final MethodHandle create;
    private final MethodHandle setStream;
    private final MethodHandle[] creators = new MethodHandle[3];
    private final MethodHandle setTensor;
    private final MethodHandle setFilter;
    private final MethodHandle setConvolution;
    private final MethodHandle setGroups;
    private final MethodHandle setMath;
    private final MethodHandle[] find = new MethodHandle[3];
    private final MethodHandle[] get = new MethodHandle[3];
    private final MethodHandle[] run = new MethodHandle[3];

    private Cudnn(NativeLibrary library) {
        file = library.file();
        version = library.function("cudnnGetVersion", FunctionDescriptor.of(ValueLayout.JAVA_LONG));
        errorString =
                library.function(
                        "cudnnGetErrorString", FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
        create = library.status("cudnnCreate", "p");
        setStream = library.status("cudnnSetStream", "pp");
        creators[0] = library.status("cudnnCreateTensorDescriptor", "p");
        creators[1] = library.status("cudnnCreateFilterDescriptor", "p");
        creators[2] = library.status("cudnnCreateConvolutionDescriptor", "p");
        setTensor = library.status("cudnnSetTensorNdDescriptor", "piipp");
        setFilter = library.status("cudnnSetFilterNdDescriptor", "piiip");
        setConvolution = library.status("cudnnSetConvolutionNdDescriptor", "pipppii");
        setGroups = library.status("cudnnSetConvolutionGroupCount", "pi");
        setMath = library.status("cudnnSetConvolutionMathType", "pi");
        for (Direction d : Direction.values()) {
            String name = "Convolution" + d.text + "Algorithm";
            find[d.ordinal()] = library.status("cudnnFind" + name + "Ex", "ppppppppipppp");
            get[d.ordinal()] = library.status("cudnnGet" + name + "_v7", "pppppipp");
            run[d.ordinal()] = library.status("cudnnConvolution" + d.text, "pppppppippppp");
        }
    }

    /** {@return the library; null if the machine has none} */
    static @Nullable Cudnn library() {
        return Holder.LIBRARY;
    }

    /** {@return the number of a type in {@code cudnnDataType_t}} */
    static int type(DType type) {
        return switch (type) {
            case FLOAT32 -> 0;
            case FLOAT16 -> 2;
            case BFLOAT16 -> 9;
            default -> throw new IllegalArgumentException("cuDNN is not used for " + type);
        };
    }

    long version() {
        try {
            return (long) version.invokeExact();
        } catch (Throwable e) {
            throw NativeLibrary.unexpected(e);
        }
    }

    String name(int status) {
        try {
            return status + " " + NativeLibrary.text((long) errorString.invokeExact(status));
        } catch (Throwable e) {
            throw NativeLibrary.unexpected(e);
        }
    }

    private void check(String call, int status) {
        if (status != 0) {
            throw new IllegalStateException(call + " returned " + name(status));
        }
    }

    long create() {
        try (var arena = Arena.ofConfined()) {
            var result = arena.allocate(8, 8);
            check("cudnnCreate", (int) create.invokeExact(result.address()));
            return result.get(ValueLayout.JAVA_LONG, 0);
        } catch (Throwable e) {
            throw NativeLibrary.unexpected(e);
        }
    }

    void setStream(long handle, long stream) {
        try {
            check("cudnnSetStream", (int) setStream.invokeExact(handle, stream));
        } catch (Throwable e) {
            throw NativeLibrary.unexpected(e);
        }
    }

    private long descriptor(int kind) {
        try (var arena = Arena.ofConfined()) {
            var result = arena.allocate(8, 8);
            check("cudnnCreateDescriptor(" + kind + ")", (int) creators[kind].invokeExact(result.address()));
            return result.get(ValueLayout.JAVA_LONG, 0);
        } catch (Throwable e) {
            throw NativeLibrary.unexpected(e);
        }
    }

    long tensor(DType type, int[] sizes, int[] strides) {
        long tensor = descriptor(0);
        try (var arena = Arena.ofConfined()) {
            check(
                    "cudnnSetTensorNdDescriptor",
                    (int)
                            setTensor.invokeExact(
                                    tensor, type(type), sizes.length, ints(arena, sizes), ints(arena, strides)));
            return tensor;
        } catch (Throwable e) {
            throw NativeLibrary.unexpected(e);
        }
    }

    /** {@return a filter of these sizes (outputs, channels, ...), whose channels are innermost in memory} */
    long filter(DType type, int[] sizes) {
        long filter = descriptor(1);
        try (var arena = Arena.ofConfined()) {
            check(
                    "cudnnSetFilterNdDescriptor",
                    (int) setFilter.invokeExact(filter, type(type), FORMAT_NHWC, sizes.length, ints(arena, sizes)));
            return filter;
        } catch (Throwable e) {
            throw NativeLibrary.unexpected(e);
        }
    }

    /** {@return a convolution that is computed in float32} */
    long convolution(int[] padding, int[] strides, int[] dilation, int groups) {
        long convolution = descriptor(2);
        try (var arena = Arena.ofConfined()) {
            check(
                    "cudnnSetConvolutionNdDescriptor",
                    (int)
                            setConvolution.invokeExact(
                                    convolution,
                                    padding.length,
                                    ints(arena, padding),
                                    ints(arena, strides),
                                    ints(arena, dilation),
                                    CROSS_CORRELATION,
                                    type(DType.FLOAT32)));
            check("cudnnSetConvolutionGroupCount", (int) setGroups.invokeExact(convolution, groups));
            return convolution;
        } catch (Throwable e) {
            throw NativeLibrary.unexpected(e);
        }
    }

    void setMath(long convolution, int math) {
        try {
            check("cudnnSetConvolutionMathType", (int) setMath.invokeExact(convolution, math));
        } catch (Throwable e) {
            throw NativeLibrary.unexpected(e);
        }
    }

    private static long ints(Arena arena, int[] values) {
        return arena.allocateFrom(ValueLayout.JAVA_INT, values).address();
    }

    /**
     * Measures the algorithms. The first two tensors are inputs, in the order of the direction's functions: x and w; w
     * and dy; x and dy.
     *
     * @return the number of results
     */
    int find(
            Direction d,
            long handle,
            long first,
            long firstData,
            long second,
            long secondData,
            long convolution,
            long result,
            long resultData,
            int most,
            MemorySegment results,
            long workspace,
            long workspaceBytes) {
        try (var arena = Arena.ofConfined()) {
            var count = arena.allocate(8, 8);
            int status =
                    (int)
                            find[d.ordinal()].invokeExact(
                                    handle,
                                    first,
                                    firstData,
                                    second,
                                    secondData,
                                    convolution,
                                    result,
                                    resultData,
                                    most,
                                    count.address(),
                                    results.address(),
                                    workspace,
                                    workspaceBytes);
            check("cudnnFindConvolution" + d.text + "AlgorithmEx", status);
            return count.get(ValueLayout.JAVA_INT, 0);
        } catch (Throwable e) {
            throw NativeLibrary.unexpected(e);
        }
    }

    /** {@return the number of results of the heuristic; arguments as in {@link #find}} */
    int guess(
            Direction d,
            long handle,
            long first,
            long second,
            long convolution,
            long result,
            int most,
            MemorySegment results) {
        try (var arena = Arena.ofConfined()) {
            var count = arena.allocate(8, 8);
            int status =
                    (int)
                            get[d.ordinal()].invokeExact(
                                    handle,
                                    first,
                                    second,
                                    convolution,
                                    result,
                                    most,
                                    count.address(),
                                    results.address());
            check("cudnnGetConvolution" + d.text + "Algorithm_v7", status);
            return count.get(ValueLayout.JAVA_INT, 0);
        } catch (Throwable e) {
            throw NativeLibrary.unexpected(e);
        }
    }

    /** Computes; arguments as in {@link #find}. */
    void run(
            Direction d,
            long handle,
            long one,
            long first,
            long firstData,
            long second,
            long secondData,
            long convolution,
            int algorithm,
            long workspace,
            long workspaceBytes,
            long zero,
            long result,
            long resultData) {
        int status;
        try {
            status =
                    (int)
                            run[d.ordinal()].invokeExact(
                                    handle,
                                    one,
                                    first,
                                    firstData,
                                    second,
                                    secondData,
                                    convolution,
                                    algorithm,
                                    workspace,
                                    workspaceBytes,
                                    zero,
                                    result,
                                    resultData);
        } catch (Throwable e) {
            throw NativeLibrary.unexpected(e);
        }
        check("cudnnConvolution" + d.text, status);
    }
}
