package fathom.cpu.parallel;

import fathom.memory.Failures;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * A call that C2 does not inline. C2 inlines hot calls some 15 levels deep, of which a memory access takes nine. An
 * element loop inlined deep into its callers therefore called a method per element and took up to twenty times as long,
 * in some runs of the JVM, depending on the order of compilation. With this call, the compilation of a chunk's code
 * starts at the chunk.
 */
final class NotInlined {
    /** Not final: C2 would inline the target of a constant handle. */
    private static MethodHandle run = handle();

    private NotInlined() {}

    private static MethodHandle handle() {
        try {
            return MethodHandles.lookup()
                    .findVirtual(RangeBody.class, "run", MethodType.methodType(void.class, long.class, long.class));
        } catch (ReflectiveOperationException e) {
            throw new ExceptionInInitializerError(e);
        }
    }

    /** Calls {@link RangeBody#run}. */
    static void run(RangeBody body, long from, long to) {
        try {
            run.invokeExact(body, from, to);
        } catch (Throwable e) {
            throw Failures.unchecked(e);
        }
    }
}
