package fathom.testkit;

import fathom.DType;
import fathom.Tensor;
import fathom.primitive.Operand;
import java.lang.ref.Reference;
import java.util.Arrays;
import org.assertj.core.api.AbstractAssert;
import org.jspecify.annotations.Nullable;

/** Assertions about tensors. They read memory directly, so that they do not depend on the operations under test. */
public final class TensorAssert extends AbstractAssert<TensorAssert, Tensor> {
    private TensorAssert(@Nullable Tensor actual) {
        super(actual, TensorAssert.class);
    }

    /** {@return assertions about a tensor} */
    public static TensorAssert assertThat(@Nullable Tensor actual) {
        return new TensorAssert(actual);
    }

    /** Asserts the shape. */
    public TensorAssert hasShape(long... shape) {
        isNotNull();
        if (!Arrays.equals(actual.shape().dims(), shape)) {
            throw failure("shape is %s instead of %s", actual.shape(), Arrays.toString(shape));
        }
        return this;
    }

    /** Asserts the type. */
    public TensorAssert hasType(DType type) {
        isNotNull();
        if (actual.dtype() != type) {
            throw failure("type is %s instead of %s", actual.dtype(), type);
        }
        return this;
    }

    /** Asserts type, shape and values; NaN equals NaN, zeros of both signs are equal. */
    public TensorAssert isEqualToTensor(Tensor expected) {
        return isCloseTo(expected, 0, 0);
    }

    /** Asserts type, shape and values within {@code atol + rtol * |expected|}; NaN equals NaN. */
    public TensorAssert isCloseTo(Tensor expected, double rtol, double atol) {
        isNotNull();
        hasType(expected.dtype());
        hasShape(expected.shape().dims());
        var tolerance = new Oracle.Tolerance(rtol, atol);
        Tensor here = actual.detach().cpu();
        Tensor there = expected.detach().cpu();
        Operand a = operand(here);
        Operand e = operand(there);
        var first = new @Nullable String[1];
        long[] count = {0};
        double[] worst = {0};
        Walk.over(
                e.shape(),
                (at, index) -> {
                    String values;
                    boolean same;
                    if (e.dtype().isFloating()) {
                        double x = Cells.getDouble(a, at[0]);
                        double y = Cells.getDouble(e, at[1]);
                        same = tolerance.accepts(x, y);
                        values = same ? "" : x + " instead of " + y;
                        worst[0] = Math.max(worst[0], Math.abs(x - y));
                    } else {
                        long x = Cells.getLong(a, at[0]);
                        long y = Cells.getLong(e, at[1]);
                        same = x == y;
                        values = same ? "" : x + " instead of " + y;
                        worst[0] = Math.max(worst[0], Math.abs((double) x - y));
                    }
                    if (!same && count[0]++ == 0) {
                        first[0] = "at %s it is %s".formatted(Arrays.toString(index), values);
                    }
                },
                a.strides(),
                e.strides());
        Reference.reachabilityFence(here);
        Reference.reachabilityFence(there);
        if (first[0] != null) {
            throw failure(
                    "%s (%d of %d values differ, by up to %s; shape %s, %s)",
                    first[0], count[0], e.numel(), worst[0], actual.shape(), actual.dtype());
        }
        return this;
    }

    /** Asserts the values in row-major order, whatever the shape and type. */
    public TensorAssert hasValues(double... expected) {
        isNotNull();
        Tensor here = actual.detach().cpu();
        double[] values = Operands.toArray(operand(here));
        Reference.reachabilityFence(here);
        if (!Arrays.equals(plusZero(values), plusZero(expected))) {
            throw failure("values are %s instead of %s", Arrays.toString(values), Arrays.toString(expected));
        }
        return this;
    }

    private static double[] plusZero(double[] values) {
        return Arrays.stream(values).map(v -> v + 0.0).toArray();
    }

    /** {@return the operand of a tensor on the CPU} */
    static Operand operand(Tensor t) {
        long address = t.numel() == 0 ? 0 : t.<Long>withAddress(a -> a);
        return new Operand(t.dtype(), address, t.shape().dims(), t.strides());
    }
}
