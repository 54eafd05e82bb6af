package fathom.onednn;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import fathom.memory.Failures;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.invoke.MethodHandle;
import java.util.Objects;

/**
 * Restricts OpenMP to the calling thread while oneDNN runs. {@link NativeLibrary} sets this when it loads OpenMP's
 * library, but another library of the process may have loaded it before, with any number of threads, and the setting is
 * thread-local. So it is checked before each call, which costs a few nanoseconds.
 */
final class OpenMp {
    private static final MethodHandle GET = handle("omp_get_max_threads", FunctionDescriptor.of(JAVA_INT));
    private static final MethodHandle SET = handle("omp_set_num_threads", FunctionDescriptor.ofVoid(JAVA_INT));

    private OpenMp() {}

    private static MethodHandle handle(String name, FunctionDescriptor type) {
        var symbols = Objects.requireNonNull(NativeLibrary.get().symbols());
        // the lookup of oneDNN's library includes its dependencies
        return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), type, Linker.Option.critical(false));
    }

    /**
     * Restricts this thread's OpenMP regions to itself; {@return the previous number of threads, to pass to {@link
     * #leave}}
     */
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
