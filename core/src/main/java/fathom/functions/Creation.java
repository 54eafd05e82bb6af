package fathom.functions;

import static fathom.ir.Exprs.add;
import static fathom.ir.Exprs.cast;
import static fathom.ir.Exprs.input;
import static fathom.ir.Exprs.mul;
import static fathom.ir.Exprs.scalar;

import fathom.DType;
import fathom.Device;
import fathom.Shape;
import fathom.Tensor;
import fathom.Tensors;
import fathom.dispatch.Dims;
import fathom.dispatch.HostAccess;
import fathom.dispatch.JavaArrays;
import fathom.dispatch.TensorAccess;
import fathom.ir.Kernel;
import fathom.memory.Native;
import fathom.primitive.Ops;
import fathom.primitive.Pointwise;
import fathom.primitive.Spec;
import java.lang.foreign.MemorySegment;
import java.util.Locale;

/**
 * Factories of tensors from numbers, arrays, ranges and constants. Part of {@link Tensors}.
 *
 * <p>All factories share one order of arguments: first the numbers that determine the elements (a value, bounds, mean
 * and deviation), then the {@link DType}, then the shape, as varargs ({@code zeros(2, 3)}) or as an array. Only the
 * shape has variable length, so that a number never changes its meaning with how many follow it. Ranges, whose length
 * is one of their arguments, have the type last: {@code linspace(0, 1, 5, FLOAT64)}.
 *
 * <p>Tensors are created on the {@linkplain Device#current current device}. Factories that take a {@link Device} have
 * it after the type; others create tensors there through {@link Device#with} or while it is {@linkplain Device#open
 * open}.
 */
public final class Creation {
    private Creation() {}

    /** {@return a float32 scalar} */
    public static Tensor tensor(double value) {
        return number(value, DType.FLOAT32);
    }

    /** {@return an int64 scalar} */
    public static Tensor tensor(long value) {
        return number(value, DType.INT64);
    }

    /** {@return a bool scalar} */
    public static Tensor tensor(boolean value) {
        return number(value ? 1 : 0, DType.BOOL);
    }

    private static Tensor number(Number value, DType dtype) {
        return TensorAccess.allocate(Spec.of(dtype)).fill_(value);
    }

    /** {@return a one-dimensional float32 tensor} */
    public static Tensor tensor(double... values) {
        return JavaArrays.toTensor(values, DType.FLOAT32);
    }

    /** {@return a one-dimensional int64 tensor} */
    public static Tensor tensor(long... values) {
        return JavaArrays.toTensor(values, DType.INT64);
    }

    /** {@return a one-dimensional bool tensor} */
    public static Tensor tensor(boolean... values) {
        return JavaArrays.toTensor(values, DType.BOOL);
    }

    /**
     * A tensor of the numbers of a Java array of any depth. Types are PyTorch's for literals: {@code int} and {@code
     * long} yield int64, {@code float} and {@code double} float32, {@code byte} int8, {@code short} int16, {@code
     * boolean} bool.
     *
     * @throws IllegalArgumentException if rows differ in length
     */
    public static Tensor tensor(Object array) {
        return array instanceof Tensor t ? t.detach().clone() : JavaArrays.toTensor(array, null);
    }

    /** {@return a tensor of the numbers of a Java array of any depth, converted to {@code dtype}} */
    public static Tensor tensor(Object array, DType dtype) {
        return switch (array) {
            case Tensor t -> t.dtype() == dtype ? t.detach().clone() : t.detach().to(dtype);
            case Number n -> number(n, dtype);
            case Boolean b -> number(b ? 1 : 0, dtype);
            default -> JavaArrays.toTensor(array, dtype);
        };
    }

    /** {@return a tensor of the numbers of a Java array of any depth, converted to {@code dtype}, on a device} */
    public static Tensor tensor(Object array, DType dtype, Device device) {
        return array instanceof Tensor t ? tensor(t.to(device), dtype) : device.with(() -> tensor(array, dtype));
    }

    /**
     * A tensor of elements given as bytes, row-major and little-endian, which are copied.
     *
     * @throws IllegalArgumentException if the number of bytes does not match the shape
     */
    public static Tensor fromBytes(MemorySegment bytes, DType dtype, long... shape) {
        Tensor t = TensorAccess.allocate(Spec.of(dtype, Shape.of(shape).dims()));
        long size = t.numel() * dtype.size();
        if (bytes.byteSize() != size) {
            throw new IllegalArgumentException(
                    String.format(
                            Locale.ROOT,
                            "fromBytes: %d bytes given, but shape %s of %s has %d",
                            bytes.byteSize(),
                            t.shape(),
                            dtype,
                            size));
        }
        HostAccess.write(t, address -> Native.at(address, size).copyFrom(bytes));
        return t;
    }

    /** {@return 0, 1, ..., n - 1, int64} */
    public static Tensor arange(long end) {
        return arange(0L, end, 1L, DType.INT64);
    }

    /** {@return 0, 1, ..., n - 1} */
    public static Tensor arange(long end, DType dtype) {
        return arange(0L, end, 1L, dtype);
    }

    /** {@return 0, 1, ... up to but not including end, float32} */
    public static Tensor arange(double end) {
        return arange(0.0, end, 1.0, DType.FLOAT32);
    }

    /** {@return start, start + 1, ... up to but not including end, float32} */
    public static Tensor arange(double start, double end) {
        return arange(start, end, 1.0, DType.FLOAT32);
    }

    /** {@return start, start + 1, ... up to but not including end, int64} */
    public static Tensor arange(long start, long end) {
        return arange(start, end, 1L, DType.INT64);
    }

    /** {@return start, start + step, ... up to but not including end, int64} */
    public static Tensor arange(long start, long end, long step) {
        return arange(start, end, step, DType.INT64);
    }

    /** {@return start, start + step, ... up to but not including end, float32} */
    public static Tensor arange(double start, double end, double step) {
        return arange(start, end, step, DType.FLOAT32);
    }

    /**
     * A range: start, start + step, ... up to but not including end.
     *
     * @throws IllegalArgumentException if the step is zero or leads away from the end
     */
    public static Tensor arange(Number start, Number end, Number step, DType dtype) {
        boolean whole = start instanceof Long && end instanceof Long && step instanceof Long;
        double s = step.doubleValue();
        double span = end.doubleValue() - start.doubleValue();
        if (s == 0 || span / s < 0 || Double.isNaN(span / s)) {
            throw new IllegalArgumentException(
                    "arange: steps of %s do not lead from %s to %s".formatted(step, start, end));
        }
        long n = whole ? steps(start.longValue(), end.longValue(), step.longValue()) : (long) Math.ceil(span / s);
        if (n > Integer.MAX_VALUE && dtype.isFloating() && dtype != DType.FLOAT64) {
            throw new IllegalArgumentException(
                    String.format(Locale.ROOT, "arange: %d numbers are not distinct in %s", n, dtype));
        }
        Tensor index = iota(n);
        // float64 preserves what single precision would lose; integers are exact
        DType t = dtype.isFloating() || !whole ? DType.FLOAT64 : DType.INT64;
        var body = cast(dtype, add(scalar(0, t), mul(cast(t, input(0, DType.INT64)), scalar(1, t))));
        return Ops.applyAll(new Pointwise(Kernel.of(body), start, step), index)[0];
    }

    /** {@return the number of steps from start to end, whose distance may overflow a long; clamped to a long} */
    private static long steps(long start, long end, long step) {
        long distance = step > 0 ? end - start : start - end; // unsigned
        if (distance == 0) {
            return 0;
        }
        long before = Long.divideUnsigned(distance - 1, Math.abs(step));
        return before < 0 ? Long.MAX_VALUE : before + (before < Long.MAX_VALUE ? 1 : 0);
    }

    private static Tensor iota(long n) {
        return ones(DType.INT64, n).cumsum(0).sub_(1);
    }

    /** {@return {@code steps} evenly spaced numbers from start to end, both included, float32} */
    public static Tensor linspace(double start, double end, long steps) {
        return linspace(start, end, steps, DType.FLOAT32);
    }

    /** {@return {@code steps} evenly spaced numbers from start to end, both included} */
    public static Tensor linspace(double start, double end, long steps, DType dtype) {
        if (steps < 0) {
            throw new IllegalArgumentException("linspace: the number of steps must not be negative: " + steps);
        }
        if (steps == 1) {
            return full(start, dtype, 1);
        }
        // from both ends, so that the last number is exact
        Tensor i = iota(steps).to(DType.FLOAT64);
        double step = (end - start) / (steps - 1);
        Tensor low = i.mul(step).add(start);
        Tensor high = i.sub(steps - 1).mul(step).add(end);
        return low.where(i.lt(steps / 2.0), high).to(dtype);
    }

    /** {@return {@code steps} logarithmically spaced numbers from 10^start to 10^end, float32} */
    public static Tensor logspace(double start, double end, long steps) {
        return logspace(start, end, steps, 10);
    }

    /** {@return {@code steps} logarithmically spaced numbers from base^start to base^end, float32} */
    public static Tensor logspace(double start, double end, long steps, double base) {
        return linspace(start, end, steps, DType.FLOAT64).rpow(base).to(DType.FLOAT32);
    }

    /** {@return a float32 tensor of zeros} */
    public static Tensor zeros(long... shape) {
        return zeros(DType.FLOAT32, shape);
    }

    /** {@return a float32 tensor of zeros with the shape of another tensor, say: {@code zeros(x.shape())}} */
    public static Tensor zeros(Shape shape) {
        return zeros(shape.dims());
    }

    /** {@return a tensor of zeros with a shape} */
    public static Tensor zeros(DType dtype, Shape shape) {
        return zeros(dtype, shape.dims());
    }

    /** {@return a tensor of zeros} */
    public static Tensor zeros(DType dtype, long... shape) {
        return fill(0, dtype, shape);
    }

    /** {@return a tensor of zeros on a device} */
    public static Tensor zeros(DType dtype, Device device, long... shape) {
        return full(0, dtype, device, shape);
    }

    /** {@return a float32 tensor of ones} */
    public static Tensor ones(long... shape) {
        return ones(DType.FLOAT32, shape);
    }

    /** {@return a float32 tensor of ones with a shape} */
    public static Tensor ones(Shape shape) {
        return ones(shape.dims());
    }

    /** {@return a tensor of ones with a shape} */
    public static Tensor ones(DType dtype, Shape shape) {
        return ones(dtype, shape.dims());
    }

    /** {@return a tensor of ones} */
    public static Tensor ones(DType dtype, long... shape) {
        return fill(1, dtype, shape);
    }

    /** {@return a tensor of ones on a device} */
    public static Tensor ones(DType dtype, Device device, long... shape) {
        return full(1, dtype, device, shape);
    }

    /** {@return a tensor filled with one number; the type is the number's: int64 or float32} */
    public static Tensor full(long[] shape, Number value) {
        return fill(value, DType.ofCategory(value), shape);
    }

    /**
     * {@return a tensor filled with one number, {@code full(0.01, 2, 3)}; the type is the number's: int64 or float32}
     */
    public static Tensor full(Number value, long... shape) {
        return fill(value, DType.ofCategory(value), shape);
    }

    /** {@return a tensor with a shape, filled with one number; the type is the number's: int64 or float32} */
    public static Tensor full(Number value, Shape shape) {
        return full(value, shape.dims());
    }

    /** {@return a tensor with a shape, filled with one number} */
    public static Tensor full(Number value, DType dtype, Shape shape) {
        return full(value, dtype, shape.dims());
    }

    /** {@return a tensor filled with one number} */
    public static Tensor full(Number value, DType dtype, long... shape) {
        return fill(value, dtype, shape);
    }

    /** {@return a tensor filled with one number, on a device} */
    public static Tensor full(Number value, DType dtype, Device device, long... shape) {
        return empty(dtype, device, shape).fill_(value);
    }

    private static Tensor fill(Number value, DType dtype, long... shape) {
        return empty(dtype, shape).fill_(value);
    }

    /** {@return an uninitialised float32 tensor} */
    public static Tensor empty(long... shape) {
        return empty(DType.FLOAT32, shape);
    }

    /** {@return an uninitialised float32 tensor with a shape} */
    public static Tensor empty(Shape shape) {
        return empty(shape.dims());
    }

    /** {@return an uninitialised tensor with a shape} */
    public static Tensor empty(DType dtype, Shape shape) {
        return empty(dtype, shape.dims());
    }

    /** {@return an uninitialised tensor} */
    public static Tensor empty(DType dtype, long... shape) {
        return TensorAccess.make(Spec.of(dtype, Shape.of(shape).dims()));
    }

    /** {@return an uninitialised tensor on a device} */
    public static Tensor empty(DType dtype, Device device, long... shape) {
        return TensorAccess.allocate(Spec.of(dtype, Shape.of(shape).dims()), TensorAccess.memory(device));
    }

    /**
     * {@return an uninitialised tensor with the given strides}
     *
     * @throws IllegalArgumentException if strides are negative or not one per dimension, or there are more than 2^63 -
     *     1 elements
     */
    public static Tensor emptyStrided(long[] shape, long[] strides, DType dtype) {
        boolean empty = Dims.elements("emptyStrided", shape) == 0;
        for (int d = 0; d < shape.length; d++) {
            if (strides.length != shape.length || strides[d] < 0) {
                throw new IllegalArgumentException(
                        "emptyStrided: expected one non-negative stride per dimension: %s for %s"
                                .formatted(java.util.Arrays.toString(strides), java.util.Arrays.toString(shape)));
            }
        }
        long last;
        try {
            last = empty ? 0 : Dims.span(shape, strides, 0).last();
        } catch (ArithmeticException e) {
            throw new OutOfMemoryError(
                    "a tensor of shape %s and strides %s has more than 2^63 bytes"
                            .formatted(java.util.Arrays.toString(shape), java.util.Arrays.toString(strides)));
        }
        Tensor block = empty(dtype, empty ? 0 : last + 1);
        return TensorAccess.view(
                TensorAccess.storage(block), 0, new Spec(dtype, Shape.of(shape).dims(), strides.clone()));
    }

    /** {@return the float32 identity matrix} */
    public static Tensor eye(long n) {
        return eye(n, n, DType.FLOAT32);
    }

    /** {@return a float32 matrix with ones on the main diagonal, zeros elsewhere} */
    public static Tensor eye(long rows, long columns) {
        return eye(rows, columns, DType.FLOAT32);
    }

    /** {@return a matrix with ones on the main diagonal, zeros elsewhere} */
    public static Tensor eye(long rows, long columns, DType dtype) {
        Tensor t = zeros(dtype, rows, columns);
        t.diagonal().fill_(1);
        return t;
    }

    private static Tensor like(Tensor t, DType dtype) {
        long[] strides = Ops.strides(t);
        boolean dense =
                !t.isContiguous() && t.numel() > 0 && fathom.primitive.Broadcasting.isDense(Ops.shape(t), strides);
        Spec spec = dense ? new Spec(dtype, Ops.shape(t), strides) : Spec.of(dtype, Ops.shape(t));
        return TensorAccess.allocate(spec, TensorAccess.storage(t).allocator());
    }

    /** {@return an uninitialised tensor of another tensor's shape and type} */
    public static Tensor emptyLike(Tensor t) {
        return like(t, t.dtype());
    }

    /** {@return a tensor of zeros with another tensor's shape and type} */
    public static Tensor zerosLike(Tensor t) {
        return like(t, t.dtype()).zero_();
    }

    /** {@return a tensor of zeros with another tensor's shape} */
    public static Tensor zerosLike(Tensor t, DType dtype) {
        return like(t, dtype).zero_();
    }

    /** {@return a tensor of ones with another tensor's shape and type} */
    public static Tensor onesLike(Tensor t) {
        return like(t, t.dtype()).fill_(1);
    }

    /** {@return a tensor of ones with another tensor's shape} */
    public static Tensor onesLike(Tensor t, DType dtype) {
        return like(t, dtype).fill_(1);
    }

    /** {@return a tensor filled with one number, with another tensor's shape and type} */
    public static Tensor fullLike(Tensor t, Number value) {
        return like(t, t.dtype()).fill_(value);
    }
}
