package fathom.interop.onnx.operators;

import fathom.DType;
import fathom.interop.onnx.graph.Call;
import fathom.interop.onnx.graph.HostValue;
import fathom.interop.onnx.graph.Operator.Body;
import fathom.interop.onnx.graph.Value;
import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.LongBinaryOperator;
import java.util.function.LongUnaryOperator;
import java.util.function.ToIntFunction;

/** Arithmetic on numbers in Java, with broadcasting. */
final class HostMath {
    private HostMath() {}

    /** {@return one function of each number} */
    static Body unary(DoubleUnaryOperator reals, LongUnaryOperator wholes) {
        return c -> {
            HostValue x = c.host(0);
            return one(
                    HostValue.computed(
                            x.dtype(),
                            x.shape(),
                            i -> reals.applyAsDouble(x.real(i)),
                            i -> wholes.applyAsLong(x.whole(i))));
        };
    }

    /** {@return a function of all inputs, two at a time} */
    static Body folded(DoubleBinaryOperator reals, LongBinaryOperator wholes) {
        return c -> {
            HostValue x = c.host(0);
            for (int k = 1; k < c.inputs(); k++) {
                x = binary(x, c.host(k), reals, wholes);
            }
            return one(x);
        };
    }

    private static HostValue binary(HostValue a, HostValue b, DoubleBinaryOperator reals, LongBinaryOperator wholes) {
        long[] shape = broadcast(a.shape(), b.shape());
        int[] ia = indices(a.shape(), shape);
        int[] ib = indices(b.shape(), shape);
        return HostValue.computed(
                a.dtype(),
                shape,
                i -> reals.applyAsDouble(a.real(ia[i]), b.real(ib[i])),
                i -> wholes.applyAsLong(a.whole(ia[i]), b.whole(ib[i])));
    }

    /** A condition on two numbers. */
    interface Condition {
        boolean holds(double a, double b);
    }

    /** {@return a comparison}; int64 beyond 2^53 are no shapes, so all are compared as doubles */
    static Body comparison(Condition condition) {
        return c -> {
            HostValue a = c.host(0);
            HostValue b = c.host(1);
            long[] shape = broadcast(a.shape(), b.shape());
            int[] ia = indices(a.shape(), shape);
            int[] ib = indices(b.shape(), shape);
            return one(
                    HostValue.computed(
                            DType.BOOL, shape, _ -> 0, i -> condition.holds(a.real(ia[i]), b.real(ib[i])) ? 1 : 0));
        };
    }

    /** {@return elements of the second where the first holds, else of the third} */
    static Value[] where(Call c) {
        HostValue condition = c.host(0);
        HostValue a = c.host(1);
        HostValue b = c.host(2);
        long[] shape = broadcast(condition.shape(), broadcast(a.shape(), b.shape()));
        int[] ic = indices(condition.shape(), shape);
        int[] ia = indices(a.shape(), shape);
        int[] ib = indices(b.shape(), shape);
        return one(
                HostValue.computed(
                        a.dtype(),
                        shape,
                        i -> condition.whole(ic[i]) != 0 ? a.real(ia[i]) : b.real(ib[i]),
                        i -> condition.whole(ic[i]) != 0 ? a.whole(ia[i]) : b.whole(ib[i])));
    }

    static Value[] one(Value v) {
        return new Value[] {v};
    }

    /**
     * {@return the shape that two shapes broadcast to}
     *
     * @throws IllegalArgumentException if they do not
     */
    static long[] broadcast(long[] a, long[] b) {
        int rank = Math.max(a.length, b.length);
        var shape = new long[rank];
        for (int d = 0; d < rank; d++) {
            long x = d < rank - a.length ? 1 : a[d - (rank - a.length)];
            long y = d < rank - b.length ? 1 : b[d - (rank - b.length)];
            if (x != y && x != 1 && y != 1) {
                throw new IllegalArgumentException(
                        "%s and %s do not broadcast".formatted(Arrays.toString(a), Arrays.toString(b)));
            }
            shape[d] = x == 1 ? y : x;
        }
        return shape;
    }

    /** {@return for each element of {@code to}, that of {@code from} which it is broadcast from} */
    static int[] indices(long[] from, long[] to) {
        int ahead = to.length - from.length;
        long[] strides = strides(from);
        return positions(
                to,
                at -> {
                    long index = 0;
                    for (int d = 0; d < from.length; d++) {
                        index += from[d] == 1 ? 0 : at[d + ahead] * strides[d];
                    }
                    return (int) index;
                });
    }

    /** {@return row-major strides} */
    static long[] strides(long[] shape) {
        var strides = new long[shape.length];
        long stride = 1;
        for (int d = shape.length - 1; d >= 0; d--) {
            strides[d] = stride;
            stride *= shape[d];
        }
        return strides;
    }

    /** {@return a number for each position of a shape, in row-major order} */
    static int[] positions(long[] shape, ToIntFunction<long[]> of) {
        int n = 1;
        for (long s : shape) {
            n = Math.multiplyExact(n, Math.toIntExact(s));
        }
        var numbers = new int[n];
        var at = new long[shape.length];
        for (int i = 0; i < n; i++) {
            numbers[i] = of.applyAsInt(at);
            for (int d = shape.length - 1; d >= 0 && ++at[d] == shape[d]; d--) {
                at[d] = 0;
            }
        }
        return numbers;
    }

    /** {@return the elements of a value at positions, in a new shape} */
    static HostValue pick(HostValue x, long[] shape, ToIntFunction<long[]> from) {
        int[] numbers = positions(shape, from);
        return x.picked(shape, i -> numbers[i]);
    }
}
