package fathom.primitive;

import fathom.Tensor;
import fathom.Tensors;
import org.jspecify.annotations.Nullable;

/**
 * The gradient of a view that omits elements or repeats them: zeros of the input's shape, to which the view's gradient
 * is added at the viewed elements. Input: {@code g}, of the view's shape.
 *
 * @param view the view
 * @param shape the shape of its input
 */
record ViewGrad(View view, long[] shape) implements Composed {

    static @Nullable Tensor[] of(View view, Tape tape, @Nullable Tensor[] gradOutputs) {
        return new @Nullable Tensor[] {Ops.apply(new ViewGrad(view, tape.inputShape(0)), gradOutputs[0])};
    }

    @Override
    public Tensor[] compute(Tensor... inputs) {
        Tensor g = inputs[0];
        long[] strides = view instanceof Views.AsStrided a ? a.input().strides() : null;
        Tensor grad =
                strides != null && Broadcasting.isDense(shape, strides)
                        ? Tensors.emptyStrided(shape, strides, g.dtype()).zero_()
                        : Tensors.zeros(g.dtype(), shape);
        if (view instanceof Views.AsStrided && strides != null && !Broadcasting.isDense(shape, strides)) {
            throw new IllegalStateException(
                    "a view of a tensor whose elements do not fill a block was written in place; clone() it first");
        }
        accumulate(Ops.apply(view, grad), g);
        return new Tensor[] {grad};
    }

    /** Adds where indices may alias elements: one index of the offending dimension at a time. */
    private static void accumulate(Tensor into, Tensor g) {
        int overlapping = overlapping(Ops.shape(into), Ops.strides(into));
        if (overlapping < 0) {
            into.add_(g);
            return;
        }
        for (long i = 0; i < into.size(overlapping); i++) {
            accumulate(into.select(overlapping, i), g.select(overlapping, i));
        }
    }

    /** {@return a dimension whose indices may alias elements with those of other dimensions; -1 if none do} */
    private static int overlapping(long[] shape, long[] strides) {
        var order = new Integer[shape.length];
        java.util.Arrays.setAll(order, d -> d);
        java.util.Arrays.sort(order, java.util.Comparator.comparingLong(d -> Math.abs(strides[d])));
        long reach = 0; // the maximum offset reachable by the dimensions so far
        for (int d : order) {
            if (shape[d] == 1) {
                continue;
            }
            long s = Math.abs(strides[d]);
            if (s <= reach) {
                return d;
            }
            reach += s * (shape[d] - 1);
        }
        return -1;
    }

    @Override
    public @Nullable Tensor[] gradient(Tape tape, @Nullable Tensor[] gradOutputs) {
        Tensor gg = gradOutputs[0];
        return new @Nullable Tensor[] {Ops.apply(view, view instanceof Views.AsStrided a ? like(gg, a) : gg)};
    }

    /** The geometry of a strided view refers to its input's layout: gives the gradient that layout. */
    private static Tensor like(Tensor gg, Views.AsStrided view) {
        if (java.util.Arrays.equals(Ops.strides(gg), view.input().strides())) {
            return gg;
        }
        return Tensors.emptyStrided(view.input().shape(), view.input().strides(), gg.dtype()).copy_(gg);
    }
}
