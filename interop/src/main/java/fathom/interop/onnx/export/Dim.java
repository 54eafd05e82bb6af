package fathom.interop.onnx.export;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A size, or another integer, in each of the traces.
 *
 * @param sizes the number by trace; not to be modified
 */
record Dim(long... sizes) {
    /** {@return whether it is the same in all traces} */
    boolean isFixed() {
        for (long s : sizes) {
            if (s != sizes[0]) {
                return false;
            }
        }
        return true;
    }

    /** {@return the number in the first trace} */
    long size() {
        return sizes[0];
    }

    /** {@return the number in all traces less that of another} */
    Dim minus(Dim other) {
        var out = new long[sizes.length];
        Arrays.setAll(out, i -> sizes[i] - other.sizes[i]);
        return new Dim(out);
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof Dim d && Arrays.equals(sizes, d.sizes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(sizes);
    }

    @Override
    public String toString() {
        return isFixed() ? Long.toString(sizes[0]) : Arrays.toString(sizes);
    }
}
