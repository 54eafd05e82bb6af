package fathom.cuda.libraries;

import fathom.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/**
 * The functions of cuBLASLt that are used, with the numbers of its enumerations.
 *
 * @see <a href="https://docs.nvidia.com/cuda/cublas/#using-the-cublaslt-api">cuBLASLt's documentation</a>
 */
final class CublasLt {
    static final int LAYOUT_BATCH_COUNT = 5;
    static final int LAYOUT_STRIDED_BATCH_OFFSET = 6;
    static final int DESC_TRANSA = 3;
    static final int DESC_TRANSB = 4;
    static final int DESC_EPILOGUE = 7;
    static final int DESC_BIAS_POINTER = 8;
    static final int DESC_BIAS_DATA_TYPE = 26;
    static final int PREF_MAX_WORKSPACE_BYTES = 1;

    /** The alignment of a; those of b, c and d follow. */
    static final int PREF_MIN_ALIGNMENT_A_BYTES = 5;

    static final int EPILOGUE_BIAS = 4;
    static final int COMPUTE_32F = 68;
    static final int COMPUTE_32F_FAST_TF32 = 77;
    static final int COMPUTE_64F = 70;

    /**
     * The size of a heuristic's result: the algorithm in 64 bytes, its workspace, state, waves, and 16 reserved bytes.
     */
    static final long RESULT_BYTES = 96;

    private static final class Holder {
        static final @Nullable CublasLt LIBRARY = load();

        private static @Nullable CublasLt load() {
            NativeLibrary file = NativeLibrary.open("libcublasLt.so.13", "libcublasLt.so.12", "libcublasLt.so");
            if (file == null) {
                return null;
            }
            try {
                return new CublasLt(file);
            } catch (IllegalStateException e) {
                System.getLogger(CublasLt.class.getName())
                        .log(System.Logger.Level.WARNING, "cuBLASLt is not used: {0}", e.getMessage());
                return null;
            }
        }
    }

    final String file;
    private final MethodHandle create;
    private final MethodHandle statusName;
    private final MethodHandle version;
    private final MethodHandle layoutCreate;
    private final MethodHandle layoutSet;
    private final MethodHandle descCreate;
    private final MethodHandle descSet;
    private final MethodHandle preferenceCreate;
    private final MethodHandle preferenceSet;
    private final MethodHandle heuristic;
    private final MethodHandle matmul;

    private CublasLt(NativeLibrary library) {
        file = library.file();
        create = library.status("cublasLtCreate", "p");
        statusName =
                library.function(
                        "cublasLtGetStatusName", FunctionDescriptor.of(ValueLayout.JAVA_LONG, ValueLayout.JAVA_INT));
        version = library.function("cublasLtGetVersion", FunctionDescriptor.of(ValueLayout.JAVA_LONG));
        layoutCreate = library.status("cublasLtMatrixLayoutCreate", "pippp");
        layoutSet = library.status("cublasLtMatrixLayoutSetAttribute", "pipp");
        descCreate = library.status("cublasLtMatmulDescCreate", "pii");
        descSet = library.status("cublasLtMatmulDescSetAttribute", "pipp");
        preferenceCreate = library.status("cublasLtMatmulPreferenceCreate", "p");
        preferenceSet = library.status("cublasLtMatmulPreferenceSetAttribute", "pipp");
        heuristic = library.status("cublasLtMatmulAlgoGetHeuristic", "pppppppipp");
        matmul = library.status("cublasLtMatmul", "pppppppppppppppp");
    }

    /** {@return the library; null if the machine has none} */
    static @Nullable CublasLt library() {
        return Holder.LIBRARY;
    }

    /** {@return the number of a type in {@code cudaDataType}} */
    static int type(DType type) {
        return switch (type) {
            case FLOAT32 -> 0;
            case FLOAT64 -> 1;
            case FLOAT16 -> 2;
            case BFLOAT16 -> 14;
            default -> throw new IllegalArgumentException("cuBLASLt has no products of " + type);
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
            return status + " " + NativeLibrary.text((long) statusName.invokeExact(status));
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
            check("cublasLtCreate", (int) create.invokeExact(result.address()));
            return result.get(ValueLayout.JAVA_LONG, 0);
        } catch (Throwable e) {
            throw NativeLibrary.unexpected(e);
        }
    }

    /** {@return a layout of column-major matrices} */
    long layout(DType type, long rows, long columns, long step, int batches, long batchStep) {
        try (var arena = Arena.ofConfined()) {
            var result = arena.allocate(8, 8);
            check(
                    "cublasLtMatrixLayoutCreate",
                    (int) layoutCreate.invokeExact(result.address(), type(type), rows, columns, step));
            long layout = result.get(ValueLayout.JAVA_LONG, 0);
            if (batches > 1) {
                result.set(ValueLayout.JAVA_INT, 0, batches);
                check(
                        "cublasLtMatrixLayoutSetAttribute(BATCH_COUNT)",
                        (int) layoutSet.invokeExact(layout, LAYOUT_BATCH_COUNT, result.address(), 4L));
                result.set(ValueLayout.JAVA_LONG, 0, batchStep);
                check(
                        "cublasLtMatrixLayoutSetAttribute(STRIDED_BATCH_OFFSET)",
                        (int) layoutSet.invokeExact(layout, LAYOUT_STRIDED_BATCH_OFFSET, result.address(), 8L));
            }
            return layout;
        } catch (Throwable e) {
            throw NativeLibrary.unexpected(e);
        }
    }

    long description(int computeType, DType scale) {
        try (var arena = Arena.ofConfined()) {
            var result = arena.allocate(8, 8);
            check("cublasLtMatmulDescCreate", (int) descCreate.invokeExact(result.address(), computeType, type(scale)));
            return result.get(ValueLayout.JAVA_LONG, 0);
        } catch (Throwable e) {
            throw NativeLibrary.unexpected(e);
        }
    }

    void setInt(long description, int attribute, int value) {
        try (var arena = Arena.ofConfined()) {
            var memory = arena.allocateFrom(ValueLayout.JAVA_INT, value);
            check(
                    "cublasLtMatmulDescSetAttribute(" + attribute + ")",
                    (int) descSet.invokeExact(description, attribute, memory.address(), 4L));
        } catch (Throwable e) {
            throw NativeLibrary.unexpected(e);
        }
    }

    /** Sets the bias's address, which lies at {@code memory}. */
    void setBias(long description, MemorySegment memory) {
        try {
            check(
                    "cublasLtMatmulDescSetAttribute(BIAS_POINTER)",
                    (int) descSet.invokeExact(description, DESC_BIAS_POINTER, memory.address(), 8L));
        } catch (Throwable e) {
            throw NativeLibrary.unexpected(e);
        }
    }

    /** {@return a preference for at most {@code workspace} bytes, with the alignments of a, b, c and d} */
    long preference(long workspace, int... alignments) {
        try (var arena = Arena.ofConfined()) {
            var memory = arena.allocate(8, 8);
            check("cublasLtMatmulPreferenceCreate", (int) preferenceCreate.invokeExact(memory.address()));
            long preference = memory.get(ValueLayout.JAVA_LONG, 0);
            memory.set(ValueLayout.JAVA_LONG, 0, workspace);
            check(
                    "cublasLtMatmulPreferenceSetAttribute(MAX_WORKSPACE_BYTES)",
                    (int) preferenceSet.invokeExact(preference, PREF_MAX_WORKSPACE_BYTES, memory.address(), 8L));
            for (int i = 0; i < alignments.length; i++) {
                memory.set(ValueLayout.JAVA_INT, 0, alignments[i]);
                check(
                        "cublasLtMatmulPreferenceSetAttribute(MIN_ALIGNMENT)",
                        (int)
                                preferenceSet.invokeExact(
                                        preference, PREF_MIN_ALIGNMENT_A_BYTES + i, memory.address(), 4L));
            }
            return preference;
        } catch (Throwable e) {
            throw NativeLibrary.unexpected(e);
        }
    }

    /**
     * Asks for algorithms.
     *
     * @param results room for {@code most} results
     * @return how many were found
     */
    int heuristic(
            long handle,
            long description,
            long a,
            long b,
            long c,
            long d,
            long preference,
            int most,
            MemorySegment results) {
        try (var arena = Arena.ofConfined()) {
            var count = arena.allocate(8, 8);
            int status =
                    (int)
                            heuristic.invokeExact(
                                    handle,
                                    description,
                                    a,
                                    b,
                                    c,
                                    d,
                                    preference,
                                    most,
                                    results.address(),
                                    count.address());
            check("cublasLtMatmulAlgoGetHeuristic", status);
            return count.get(ValueLayout.JAVA_INT, 0);
        } catch (Throwable e) {
            throw NativeLibrary.unexpected(e);
        }
    }

    void matmul(
            long handle,
            long description,
            long alpha,
            long a,
            long aLayout,
            long b,
            long bLayout,
            long beta,
            long d,
            long dLayout,
            long algorithm,
            long workspace,
            long workspaceBytes,
            long stream) {
        int status;
        try {
            status =
                    (int)
                            matmul.invokeExact(
                                    handle,
                                    description,
                                    alpha,
                                    a,
                                    aLayout,
                                    b,
                                    bLayout,
                                    beta,
                                    d,
                                    dLayout,
                                    d,
                                    dLayout,
                                    algorithm,
                                    workspace,
                                    workspaceBytes,
                                    stream);
        } catch (Throwable e) {
            throw NativeLibrary.unexpected(e);
        }
        check("cublasLtMatmul", status);
    }
}
