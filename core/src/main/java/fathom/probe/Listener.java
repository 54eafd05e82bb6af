package fathom.probe;

import fathom.primitive.Operand;
import fathom.primitive.Primitive;

/**
 * A listener for every kernel, section and allocation. Called from any thread; times are those of {@link
 * System#nanoTime}.
 */
public interface Listener {
    /** A kernel ran on a backend. */
    void kernel(Primitive primitive, String backend, Operand[] in, Operand[] out, long start, long end);

    /** A composite operation or a gradient rule ran. */
    void section(String name, String kind, long start, long end);

    /** Memory was allocated. */
    void allocation(long bytes);
}
