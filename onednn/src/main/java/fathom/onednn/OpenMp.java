package fathom.onednn;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import fathom.memory.Failures;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.util.Objects;

/**
 * Keeps OpenMP to the calling thread while oneDNN runs. {@link NativeLibrary} asks for that when it loads OpenMP's
 * library; but another library of the process may have loaded it before, with as many threads as it liked, and the
 * setting is each thread's own. So it is looked at before each call, which costs a few nanoseconds.
 */
final class OpenMp {
    private static final MethodHandle GET = handle("omp_get_max_threads", FunctionDescriptor.of(JAVA_INT));
    private static final MethodHandle SET = handle("omp_set_num_threads", FunctionDescriptor.ofVoid(JAVA_INT));

    private OpenMp() {}

    private static MethodHandle handle(String name, FunctionDescriptor type) {
        var symbols = Objects.requireNonNull(NativeLibrary.get().symbols());
        // the lookup of oneDNN's library finds what it depends on as well
        return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), type, Linker.Option.critical(false));
    }

    /** Returns the number of threads to hand to {@link #leave}; until then this thread's regions run in it alone. */
    static int enter() {
        try {
            int threads = (int) GET.invokeExact();
            if (threads != 1) {
                SET.invokeExact(1);
            }
            return threads;
        } catch (Throwable e) {
            throw Failures.unchecked(e);
        }
    }

    static void leave(int threads) {
        if (threads != 1) {
            try {
                SET.invokeExact(threads);
            } catch (Throwable e) {
                throw Failures.unchecked(e);
            }
        }
    }
}
