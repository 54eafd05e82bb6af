package fathom.interop.onnx.export;

import fathom.DType;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A value of the network in all traces.
 *
 * @param id its number
 * @param type its type
 * @param shape its shape
 * @param traced the value in each trace
 */
record Value(int id, DType type, List<Dim> shape, List<TracedValue> traced) {
    int rank() {
        return shape.size();
    }

    Dim dim(int d) {
        return shape.get(d);
    }

    boolean isFixedShape() {
        return shape.stream().allMatch(Dim::isFixed);
    }

    /** {@return the sizes in the first trace} */
    long[] sizes() {
        return shape.stream().mapToLong(Dim::size).toArray();
    }

    /** {@return the number of elements} */
    Dim numel() {
        var n = new long[traced.size()];
        for (int i = 0; i < n.length; i++) {
            n[i] = 1;
            for (Dim d : shape) {
                n[i] *= d.sizes()[i];
            }
        }
        return new Dim(n);
    }

    @Nullable String state() {
        return traced.getFirst().state;
    }

    int input() {
        return traced.getFirst().input;
    }

    /** {@return whether it depends on neither inputs nor parameters or buffers} */
    boolean isConstant() {
        return traced.getFirst().isConstant;
    }

    @Override
    public boolean equals(@Nullable Object o) {
        return o instanceof Value v && v.id == id;
    }

    @Override
    public int hashCode() {
        return id;
    }

    @Override
    public String toString() {
        return type + shape.toString();
    }
}
