package fathom.onednn;

import fathom.primitive.Operand;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A primitive made ready for operands of given types, shapes and strides; any number of threads may run it.
 *
 * <p>It holds half a megabyte of native memory or more, which goes as soon as its owner, the cache, and all who run it
 * have {@linkplain #release released} it. (Were it left to the garbage collector, it would wait for a Java heap to fill
 * that hardly anything is put into.)
 */
abstract class Plan {
    /** Stands for "oneDNN does not do this, or not well": never run. */
    static final Plan UNSUPPORTED =
            new Plan() {
                @Override
                void run(Operand[] in, Operand[] out) {
                    throw new IllegalStateException("run called where supports said no");
                }

                @Override
                void dispose() {
                    // holds nothing
                }
            };

    /** One for the owner, one for each call in flight. */
    private final AtomicInteger users = new AtomicInteger(1);

    /** Computes the outputs; the operands have the layouts the plan was made for, addresses of their own. */
    abstract void run(Operand[] in, Operand[] out);

    /** Releases what is native. */
    abstract void dispose();

    /** Makes sure that the plan stays until it is released again; false if it is gone already. */
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

    /** Undoes an {@link #acquire}, or the owner's hold. */
    final void release() {
        if (this != UNSUPPORTED && users.decrementAndGet() == 0) {
            dispose();
        }
    }

    /** Releases those that are there. */
    static void close(@Nullable Prepared... prepared) {
        for (var p : prepared) {
            if (p != null) {
                p.close();
            }
        }
    }
}
