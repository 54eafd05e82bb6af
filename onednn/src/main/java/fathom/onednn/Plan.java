package fathom.onednn;

import fathom.primitive.Operand;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A primitive prepared for operands of given types, shapes and strides. Thread-safe.
 *
 * <p>It holds half a megabyte of native memory or more, which is freed as soon as its owner, the cache, and all running
 * calls have {@linkplain #release released} it. (The garbage collector would free it much too late, because plans
 * hardly fill the Java heap.)
 */
abstract class Plan {
    /** The plan of calls that oneDNN does not support, or only by a reference implementation; never run. */
    static final Plan UNSUPPORTED =
            new Plan() {
                @Override
                void run(Operand[] in, Operand[] out) {
                    throw new IllegalStateException("run was called although supports returned false");
                }

                @Override
                void dispose() {
                    // no native resources
                }
            };

    /** Reference count: one for the owner, one for each call in flight. */
    private final AtomicInteger users = new AtomicInteger(1);

    /** Computes the outputs. The operands have the layouts for which the plan was made, and any addresses. */
    abstract void run(Operand[] in, Operand[] out);

    /** Releases the native resources. */
    abstract void dispose();

    /** Prevents the plan from being disposed until it is released; {@return false if it is disposed already} */
    final boolean acquire() {
        int count = users.get();
        while (count > 0) {
            if (users.compareAndSet(count, count + 1)) {
                return true;
            }
            count = users.get();
        }
        return false;
    }

    /** Undoes an {@link #acquire}, or the owner's reference. */
    final void release() {
        if (this != UNSUPPORTED && users.decrementAndGet() == 0) {
            dispose();
        }
    }

    /** Closes those that are not null. */
    static void close(@Nullable Prepared... prepared) {
        for (var p : prepared) {
            if (p != null) {
                p.close();
            }
        }
    }
}
