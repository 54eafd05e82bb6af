package fathom.bench;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import org.jspecify.annotations.Nullable;

/** The yardstick of matrix products: the system's OpenBLAS, if it has one (Debian: {@code libopenblas0}). */
final class OpenBlas {
    private static final int ROW_MAJOR = 101;
    private static final int NO_TRANSPOSE = 111;

    private final MethodHandle sgemm;

    private OpenBlas(MethodHandle sgemm) {
        this.sgemm = sgemm;
    }

    /** {@return OpenBLAS on so many threads; null where the system has none} */
    static @Nullable OpenBlas load(int threads) {
        try {
            var linker = Linker.nativeLinker();
            var library = SymbolLookup.libraryLookup("libopenblas.so.0", Arena.global());
            MethodHandle set =
                    linker.downcallHandle(
                            library.findOrThrow("openblas_set_num_threads"), FunctionDescriptor.ofVoid(JAVA_INT));
            set.invokeExact(threads);
            return new OpenBlas(
                    linker.downcallHandle(
                            library.findOrThrow("cblas_sgemm"),
                            FunctionDescriptor.ofVoid(
                                    JAVA_INT,
                                    JAVA_INT,
                                    JAVA_INT,
                                    JAVA_INT,
                                    JAVA_INT,
                                    JAVA_INT,
                                    JAVA_FLOAT,
                                    JAVA_LONG,
                                    JAVA_INT,
                                    JAVA_LONG,
                                    JAVA_INT,
                                    JAVA_FLOAT,
                                    JAVA_LONG,
                                    JAVA_INT)));
        } catch (IllegalArgumentException e) {
            return null; // no such library
        } catch (Throwable t) {
            throw new IllegalStateException("OpenBLAS is there but cannot be called", t);
        }
    }

    /** c [m, n] = a [m, k] times b [k, n], row-major, by address. */
    void multiply(int m, int n, int k, long a, long b, long c) {
        try {
            sgemm.invokeExact(ROW_MAJOR, NO_TRANSPOSE, NO_TRANSPOSE, m, n, k, 1f, a, k, b, n, 0f, c, n);
        } catch (Throwable t) {
            throw new IllegalStateException(t);
        }
    }
}
