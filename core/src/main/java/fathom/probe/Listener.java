package fathom.probe;

import fathom.primitive.Operand;
import fathom.primitive.Primitive;

/** Hears of everything that is computed. Calls come from any thread. Times are of {@link System#nanoTime}. */
public interface Listener {
    /** A kernel ran on a backend. */
    void kernel(Primitive primitive, String backend, Operand[] in, Operand[] out, long start, long end);

    /** An operation made of others, or a gradient rule, was computed. */
    void section(String name, String kind, long start, long end);

    /** Memory was handed out. */
    void allocation(long bytes);
}
