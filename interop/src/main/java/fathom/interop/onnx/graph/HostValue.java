package fathom.interop.onnx.graph;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import java.util.Arrays;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * A few numbers in Java: a shape, an axis, a factor. Exporters write computations of shapes as operators on small
 * tensors; computed here they cost nanoseconds, read nothing back from a device, and a captured step sees only their
 * results, which are the same whenever the shapes are.
 */
public final class HostValue implements Value {
    /** More numbers than this stay a tensor. */
    public static final int MAX_ELEMENTS = 64;

    private final DType dtype;
    private final long[] shape;

    /** The elements if the type is floating, else null. */
    private final double @Nullable [] reals;

    private final long[] wholes;

    /** The same numbers as a tensor, of constants that have one. */
    private final @Nullable Tensor tensor;

    private HostValue(DType dtype, long[] shape, double @Nullable [] reals, long[] wholes, @Nullable Tensor tensor) {
        this.dtype = dtype;
        this.shape = shape;
        this.reals = reals;
        this.wholes = wholes;
        this.tensor = tensor;
    }

    /** {@return integers or booleans} */
    public static HostValue of(DType dtype, long[] shape, long[] elements) {
        return new HostValue(dtype, shape, null, elements, null);
    }

    /** {@return floating-point numbers} */
    public static HostValue of(DType dtype, long[] shape, double[] elements) {
        return new HostValue(dtype, shape, elements, new long[0], null);
    }

    /** {@return a one-dimensional value of int64} */
    public static HostValue of(long... elements) {
        return of(DType.INT64, new long[] {elements.length}, elements);
    }

    /** {@return a number of int64} */
    public static HostValue number(long value) {
        return of(DType.INT64, new long[0], new long[] {value});
    }

    /** {@return elements computed from their indices, rounded to the type} */
    public static HostValue computed(DType dtype, long[] shape, IntToDoubleFunction reals, IntToLongFunction wholes) {
        int n = count(shape);
        if (dtype.isFloating()) {
            var elements = new double[n];
            Arrays.setAll(elements, i -> round(dtype, reals.applyAsDouble(i)));
            return of(dtype, shape, elements);
        }
        var elements = new long[n];
        Arrays.setAll(elements, i -> wrap(dtype, wholes.applyAsLong(i)));
        return of(dtype, shape, elements);
    }

    /** {@return these elements by index in another shape} */
    public HostValue picked(long[] newShape, java.util.function.IntUnaryOperator from) {
        return computed(dtype, newShape, i -> real(from.applyAsInt(i)), i -> whole(from.applyAsInt(i)));
    }

    /** {@return the elements of a tensor, which is used wherever a tensor is needed} */
    public static HostValue constant(Tensor t) {
        DType type = t.dtype();
        Tensor flat = t.detach().flatten();
        return type.isFloating()
                ? new HostValue(type, t.shape().dims(), flat.to(DType.FLOAT64).toDoubleArray(), new long[0], t)
                : new HostValue(type, t.shape().dims(), null, flat.to(DType.INT64).toLongArray(), t);
    }

    /** {@return the number of elements of a shape} */
    static int count(long[] shape) {
        long n = 1;
        for (long s : shape) {
            n = Math.multiplyExact(n, s);
        }
        return Math.toIntExact(n);
    }

    private static double round(DType dtype, double x) {
        return dtype == DType.FLOAT64 ? x : (float) x;
    }

    private static long wrap(DType dtype, long x) {
        return switch (dtype) {
            case INT32 -> (int) x;
            case INT16 -> (short) x;
            case INT8 -> (byte) x;
            case UINT8 -> x & 0xff;
            case BOOL -> x == 0 ? 0 : 1;
            default -> x;
        };
    }

    /** {@return whether a value may be held in Java: its type has exact numbers there, and it is small} */
    public static boolean fits(DType dtype, long numel) {
        return numel <= MAX_ELEMENTS && (!dtype.isFloating() || dtype.size() >= 4);
    }

    /** {@return the number of elements} */
    public int size() {
        return reals == null ? wholes.length : reals.length;
    }

    /** {@return element {@code i} in row-major order} */
    public double real(int i) {
        return reals == null ? wholes[i] : reals[i];
    }

    /** {@return element {@code i} in row-major order, truncated} */
    public long whole(int i) {
        return reals == null ? wholes[i] : (long) reals[i];
    }

    /** {@return element {@code i} in row-major order, as Java's number of its kind} */
    public Number number(int i) {
        return reals == null ? (Number) wholes[i] : (Number) reals[i];
    }

    /** {@return the elements, truncated} */
    public long[] wholes() {
        var all = new long[size()];
        Arrays.setAll(all, this::whole);
        return all;
    }

    /** {@return the elements} */
    public double[] reals() {
        var all = new double[size()];
        Arrays.setAll(all, this::real);
        return all;
    }

    /** As a tensor: the constant's, else a new one, of a kernel where the numbers are regular. */
    @Override
    public Tensor tensor() {
        if (tensor != null) {
            return tensor;
        }
        int n = size();
        boolean isEqual = true;
        for (int i = 1; i < n; i++) {
            isEqual &= number(i).equals(number(0));
        }
        if (isEqual) {
            return Tensors.full(n == 0 ? (Number) 0L : number(0), dtype, shape);
        }
        if (!dtype.isFloating() && dtype != DType.BOOL && isProgression()) {
            long step = wholes[1] - wholes[0];
            return Tensors.arange(wholes[0], wholes[n - 1] + Long.signum(step), (Number) step, dtype).reshape(shape);
        }
        Tensor flat = reals == null ? Tensors.tensor(wholes, dtype) : Tensors.tensor(reals, dtype);
        return flat.reshape(shape);
    }

    private boolean isProgression() {
        for (int i = 2; i < wholes.length; i++) {
            if (wholes[i] - wholes[i - 1] != wholes[1] - wholes[0]) {
                return false;
            }
        }
        return wholes[1] != wholes[0];
    }

    @Override
    public DType dtype() {
        return dtype;
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    @Override
    public int rank() {
        return shape.length;
    }

    @Override
    public String toString() {
        return reals == null ? Arrays.toString(wholes) : Arrays.toString(reals);
    }
}
