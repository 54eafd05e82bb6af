package fathom.interop.onnx.operators;

import static fathom.interop.onnx.operators.HostMath.one;

import fathom.DType;
import fathom.Tensor;
import fathom.Tensors;
import fathom.interop.onnx.graph.Call;
import fathom.interop.onnx.graph.HostValue;
import fathom.interop.onnx.graph.TensorValue;
import fathom.interop.onnx.graph.Value;
import java.util.Arrays;
import java.util.Locale;

/** Shapes, types and the order of dimensions. */
final class Movement {
    private Movement() {}

    static void addTo(OperatorTable table) {
        table.add("Identity", c -> one(c.value(0))).rearranges();
        table.add("Dropout", Movement::dropout).rearranges();
        table.add("Cast", c -> cast(c, c.dtype("to", DType.FLOAT32))).host(Movement::hostCast).rearranges();
        table.add("CastLike", c -> cast(c, c.value(1).dtype()));
        table.add("Shape", Movement::shape).host(Movement::shape);
        table.add("Size", Movement::size).host(Movement::size);
        table.add("Reshape", c -> Value.of(c.tensor(0).reshape(reshaped(c)))).host(Movement::hostReshape).rearranges();
        table.add("Flatten", Movement::flatten).rearranges();
        table.add("Squeeze", c -> Value.of(c.tensor(0).reshape(squeezed(c))))
                .host(c -> reshaped(c, squeezed(c)))
                .rearranges();
        table.add("Unsqueeze", c -> Value.of(c.tensor(0).reshape(unsqueezed(c))))
                .host(c -> reshaped(c, unsqueezed(c)))
                .rearranges();
        table.add("Transpose", c -> Value.of(c.tensor(0).permute(order(c)))).host(Movement::hostTranspose).rearranges();
        table.add("Expand", Movement::expand).host(Movement::hostExpand);
        table.add("Tile", c -> Value.of(c.tensor(0).tile(c.wholes(1)))).host(Movement::hostTile);
        table.add("DepthToSpace", Movement::depthToSpace);
        table.add("SpaceToDepth", Movement::spaceToDepth);
    }

    /** The identity: models are read for inference, where nothing is dropped. */
    private static Value[] dropout(Call c) {
        return c.outputs() == 1
                ? one(c.value(0))
                : new Value[] {c.value(0), new TensorValue(Tensors.onesLike(c.tensor(0), DType.BOOL))};
    }

    private static Value[] cast(Call c, DType to) {
        return c.value(0).dtype() == to ? one(c.value(0)) : Value.of(c.tensor(0).to(to));
    }

    private static Value[] hostCast(Call c) {
        HostValue x = c.host(0);
        DType to = c.dtype("to", DType.FLOAT32);
        if (!HostValue.fits(to, x.size())) {
            return cast(c, to);
        }
        boolean toBool = to == DType.BOOL;
        return one(HostValue.computed(to, x.shape(), x::real, i -> toBool ? x.real(i) == 0 ? 0 : 1 : x.whole(i)));
    }

    private static Value[] shape(Call c) {
        long[] shape = c.value(0).shape();
        int rank = shape.length;
        int begin = (int) Math.clamp(fromEnd(c.whole("start", 0), rank), 0, rank);
        int end = (int) Math.clamp(fromEnd(c.whole("end", rank), rank), begin, rank);
        return one(HostValue.of(Arrays.copyOfRange(shape, begin, end)));
    }

    private static long fromEnd(long axis, int rank) {
        return axis < 0 ? axis + rank : axis;
    }

    private static Value[] size(Call c) {
        long n = 1;
        for (long s : c.value(0).shape()) {
            n *= s;
        }
        return one(HostValue.number(n));
    }

    /** {@return a shape's size}, or that of the input where it is 0; one may be -1 */
    private static long[] reshaped(Call c) {
        long[] from = c.value(0).shape();
        long[] to = c.has(1) ? c.wholes(1) : c.wholes("shape");
        if (to == null) {
            throw c.refuse("it has no shape");
        }
        long[] shape = to.clone();
        if (!c.flag("allowzero", false)) {
            for (int d = 0; d < shape.length; d++) {
                if (shape[d] == 0) {
                    if (d >= from.length) {
                        throw c.refuse(
                                String.format(Locale.ROOT, "size %d is 0, but the input has %d", d, from.length));
                    }
                    shape[d] = from[d];
                }
            }
        }
        return shape;
    }

    private static Value[] hostReshape(Call c) {
        long[] shape = reshaped(c);
        long n = c.host(0).size();
        for (int d = 0; d < shape.length; d++) {
            if (shape[d] == -1) {
                long others = 1;
                for (int e = 0; e < shape.length; e++) {
                    others *= e == d ? 1 : shape[e];
                }
                shape[d] = others == 0 ? 0 : n / others;
            }
        }
        return reshaped(c, shape);
    }

    private static Value[] reshaped(Call c, long[] shape) {
        HostValue x = c.host(0);
        long n = 1;
        for (long s : shape) {
            n *= s;
        }
        if (n != x.size()) {
            throw c.refuse(
                    String.format(
                            Locale.ROOT, "%d elements do not have the shape %s", x.size(), Arrays.toString(shape)));
        }
        return one(x.picked(shape, i -> i));
    }

    private static Value[] flatten(Call c) {
        Tensor x = c.tensor(0);
        long axis = fromEnd(c.whole("axis", 1), x.dim());
        if (axis < 0 || axis > x.dim()) {
            throw c.refuse("there is no axis " + c.whole("axis", 1));
        }
        long rows = 1;
        for (int d = 0; d < axis; d++) {
            rows *= x.size(d);
        }
        return Value.of(x.reshape(rows, rows == 0 ? x.numel() : x.numel() / rows));
    }

    private static long[] squeezed(Call c) {
        long[] shape = c.value(0).shape();
        long[] axes = c.wholes("axes", 1);
        int[] dims = axes == null ? new int[0] : Axes.checked(c, axes, shape.length);
        for (int d : dims) {
            if (shape[d] != 1) {
                throw c.refuse(String.format(Locale.ROOT, "size %d of %s is not 1", d, Arrays.toString(shape)));
            }
        }
        var left = new long[shape.length];
        int n = 0;
        for (int d = 0; d < shape.length; d++) {
            int at = d;
            boolean goes = axes == null ? shape[d] == 1 : Arrays.stream(dims).anyMatch(a -> a == at);
            if (!goes) {
                left[n++] = shape[d];
            }
        }
        return Arrays.copyOf(left, n);
    }

    private static long[] unsqueezed(Call c) {
        long[] shape = c.value(0).shape();
        long[] axes = c.wholes("axes", 1);
        if (axes == null) {
            throw c.refuse("it has no axes");
        }
        int rank = shape.length + axes.length;
        int[] dims = Axes.checked(c, axes, rank);
        var sizes = new long[rank];
        for (int d : dims) {
            sizes[d] = -1;
        }
        int from = 0;
        for (int d = 0; d < rank; d++) {
            sizes[d] = sizes[d] == -1 ? 1 : shape[from++];
        }
        return sizes;
    }

    private static int[] order(Call c) {
        int rank = c.value(0).rank();
        long[] perm = c.wholes("perm");
        if (perm == null) {
            var reversed = new int[rank];
            Arrays.setAll(reversed, d -> rank - 1 - d);
            return reversed;
        }
        if (perm.length != rank) {
            throw c.refuse("its attribute perm is " + Arrays.toString(perm));
        }
        return Axes.checked(c, perm, rank);
    }

    private static Value[] hostTranspose(Call c) {
        HostValue x = c.host(0);
        int[] order = order(c);
        long[] from = x.shape();
        long[] strides = HostMath.strides(from);
        var shape = new long[from.length];
        Arrays.setAll(shape, d -> from[order[d]]);
        return one(
                HostMath.pick(
                        x,
                        shape,
                        at -> {
                            long index = 0;
                            for (int d = 0; d < at.length; d++) {
                                index += at[d] * strides[order[d]];
                            }
                            return (int) index;
                        }));
    }

    private static Value[] expand(Call c) {
        Tensor x = c.tensor(0);
        return Value.of(x.expand(HostMath.broadcast(x.shape().dims(), c.wholes(1))));
    }

    private static Value[] hostExpand(Call c) {
        HostValue x = c.host(0);
        long[] shape = HostMath.broadcast(x.shape(), c.wholes(1));
        if (!isSmall(shape)) {
            return expand(c);
        }
        int[] from = HostMath.indices(x.shape(), shape);
        return one(x.picked(shape, i -> from[i]));
    }

    private static Value[] hostTile(Call c) {
        HostValue x = c.host(0);
        long[] from = x.shape();
        long[] times = c.wholes(1);
        if (times.length != from.length) {
            throw c.refuse("it has %s numbers for %s dimensions".formatted(times.length, from.length));
        }
        var shape = new long[from.length];
        Arrays.setAll(shape, d -> Math.multiplyExact(from[d], times[d]));
        if (!isSmall(shape)) {
            return Value.of(x.tensor().tile(times));
        }
        long[] strides = HostMath.strides(from);
        return one(
                HostMath.pick(
                        x,
                        shape,
                        at -> {
                            long index = 0;
                            for (int d = 0; d < at.length; d++) {
                                index += at[d] % from[d] * strides[d];
                            }
                            return (int) index;
                        }));
    }

    /** {@return whether as many elements may be numbers in Java} */
    static boolean isSmall(long[] shape) {
        double n = 1;
        for (long s : shape) {
            n *= s;
        }
        return n <= HostValue.MAX_ELEMENTS;
    }

    private static Value[] depthToSpace(Call c) {
        Tensor x = c.tensor(0);
        int b = c.number("blocksize", 1);
        if (c.text("mode", "DCR").equals("CRD")) {
            return Value.of(Tensors.pixelShuffle(x, b));
        }
        long n = x.size(0);
        long channels = x.size(1) / ((long) b * b);
        long h = x.size(2);
        long w = x.size(3);
        return Value.of(
                x.reshape(n, b, b, channels, h, w).permute(0, 3, 4, 1, 5, 2).reshape(n, channels, h * b, w * b));
    }

    private static Value[] spaceToDepth(Call c) {
        Tensor x = c.tensor(0);
        int b = c.number("blocksize", 1);
        long n = x.size(0);
        long channels = x.size(1);
        long h = x.size(2) / b;
        long w = x.size(3) / b;
        return Value.of(
                x.reshape(n, channels, h, b, w, b).permute(0, 3, 5, 1, 2, 4).reshape(n, channels * b * b, h, w));
    }
}
