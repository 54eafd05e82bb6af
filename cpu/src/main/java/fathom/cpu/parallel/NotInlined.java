package fathom.cpu.parallel;

import fathom.memory.Failures;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;

/**
 * A call that the compiler leaves a call. It inlines what is hot some 15 calls deep, and no deeper; access to memory
 * takes nine of them. An element loop that came to lie far down in code compiled from its callers' callers on called a
 * method for each element, and took up to twenty times as long: in some runs of the JVM, depending on what was compiled
 * first. So code compiled for a chunk begins with the chunk.
 */
final class NotInlined {
    /** Not final: of a constant the compiler would see what it calls. */
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
